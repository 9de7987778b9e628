"""`midstroke models`: lists published versions and chooses which one is served."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from collector.settings import open_store
from collector.storage.object_store import StoreError
from collector.storage.symbol_sets import UnknownSet, store_of
from service.cli.errors import fail, read_as, read_settings
from training.models.card_json import BadCard
from training.models.registry import BadPointer, Registry, RegistryError
from training.settings import TrainingSettings
from training.webhook import VersionEvent, Webhook

WEBHOOK_SECONDS = 8.0  # the command waits for the webhook, and succeeds without it

models = typer.Typer(
    help="List published versions, and choose which one of a family is served.",
    no_args_is_help=True,
    add_completion=False,
)

SetId = Annotated[str, typer.Option("--set", metavar="SET", help="Symbol set that they are of.")]
Family = Annotated[str, typer.Argument(help="Family, as `midstroke models list` shows it.")]


@models.command("list")
def list_versions(set_id: SetId = "digits") -> None:
    """List every version, latest first. A star marks each family's champion, `refused` a version the gate refused."""
    with _registry(set_id) as registry:
        for family in registry.families():
            champion = registry.champion(family)
            served = None if champion is None else champion.version
            for version in reversed(registry.versions(family)):
                card = registry.card(family, version)
                metrics = card.metrics
                typer.echo(
                    f"{'*' if version == served else ' '} {family:<12} {version}  "
                    f"mean {metrics.mean:.3f}  half ink {metrics.at_50:.3f}  full ink {metrics.at_100:.3f}"
                    f"{'  refused' if card.is_refused else ''}"
                )


@models.command()
def promote(
    family: Family,
    version: Annotated[str, typer.Argument(help="Version to serve.")],
    reason: Annotated[str, typer.Option(help="Reason, stored with the pointer.")] = "promoted by hand",
    set_id: SetId = "digits",
) -> None:
    """Make a published version the champion. Running services load it within seconds."""
    with _registry(set_id) as registry:
        webhook, before = _webhook(), _served(registry, family)
        champion = registry.promote(family, version, reason)
        if champion.version != before:
            webhook.tell(VersionEvent("promoted", family, champion.version, before, (reason,), set_id))
        typer.echo(f"{champion.family}: {champion.version} is the champion")
        webhook.close(WEBHOOK_SECONDS)


@models.command()
def rollback(family: Family, set_id: SetId = "digits") -> None:
    """Make the previous champion of a family the champion again."""
    with _registry(set_id) as registry:
        webhook, before = _webhook(), _served(registry, family)
        champion = registry.rollback(family)
        webhook.tell(VersionEvent("rolled_back", family, champion.version, before, (champion.reason,), set_id))
        typer.echo(f"{champion.family}: {champion.version} is the champion again")
        webhook.close(WEBHOOK_SECONDS)


def _served(registry: Registry, family: str) -> str | None:
    try:
        champion = registry.champion(family)
    except BadPointer:  # `promote` replaces it
        return None
    return None if champion is None else champion.version


def _webhook() -> Webhook:
    """The operator's webhook. Made before anything changes: its settings may be wrong."""
    settings = read_as(TrainingSettings)
    return Webhook(settings.webhook_url, settings.webhook_secret.get_secret_value())


@contextmanager
def _registry(set_id: str) -> Iterator[Registry]:
    try:
        yield Registry(store_of(open_store(read_settings()), set_id))
    except (RegistryError, BadCard, StoreError, UnknownSet) as error:
        fail(str(error))
