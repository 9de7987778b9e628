"""`midstroke moderate`: looks through stored drawings, hides, relabels and deletes them, and blocks contributors."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated, Final, Literal, TypeVar, get_args

import typer

from collector.moderation.audit import time_text
from collector.moderation.gallery import Wanted
from collector.moderation.moderator import BadModeration
from collector.settings import open_store
from collector.spool.group_commit import SpoolError
from collector.spool.spool import Spool
from collector.storage.object_store import StoreError
from collector.symbols.symbol_set import DIGITS, DIGITS_ID, PLACES_MAX, BadSymbols, SymbolSet
from collector.upload.set_uploads import set_spool_file
from service.cli.errors import USAGE, fail, read_settings
from service.intake.moderation import Action, Decision, OperatorModeration

moderate = typer.Typer(
    help="Look through stored drawings; hide, relabel or delete them; block contributors.",
    no_args_is_help=True,
    add_completion=False,
)

Choice = TypeVar("Choice", bound=str)
Verdict = Literal["accepted", "filtered"]
State = Literal["shown", "hidden", "relabelled", "blocked"]
VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)
STATES: Final[tuple[State, ...]] = get_args(State)

Drawings = Annotated[list[str], typer.Argument(help="Ids of drawings, as `midstroke moderate list` shows them.")]
Contributors = Annotated[
    list[str], typer.Argument(help="Contributors' hashes, as `midstroke moderate list` shows them.")
]
Reason = Annotated[str, typer.Option(help="Reason, kept in the audit.")]
SetId = Annotated[str, typer.Option("--set", help="Symbol set.")]


@moderate.command("list")
def list_drawings(
    set_id: SetId = "digits",
    label: Annotated[str | None, typer.Option(help="Only drawings of this class.")] = None,
    contributor: Annotated[str | None, typer.Option(help="Only drawings by this contributor's hash.")] = None,
    verdict: Annotated[str | None, typer.Option(help="accepted or filtered, by the label filter.")] = None,
    state: Annotated[str | None, typer.Option(help="shown, hidden, relabelled or blocked.")] = None,
    limit: Annotated[int, typer.Option(help="Maximum number of drawings.", min=1)] = 50,
    after: Annotated[str, typer.Option(help="Continue after this id.")] = "",
) -> None:
    """List stored drawings: id, time, class, contributor, pointer, and what the filter and operators decided."""
    chosen_verdict = _chosen("verdict", verdict, VERDICTS)
    chosen_state = _chosen("state", state, STATES)
    with _moderation(set_id) as (moderation, symbols):
        if label is not None and label not in symbols.places:
            fail(f"label {label!r:.40}, expected the id of a class of set {symbols.id}", USAGE)
        place = None if label is None else symbols.places[label]
        wanted = Wanted(place, contributor, chosen_verdict, chosen_state)
        left = limit
        while left > 0:
            page = moderation.find(symbols, wanted, after, left)
            for entry in page.entries:
                notes = [
                    entry.verdict,
                    *(["hidden"] if entry.hidden else []),
                    *(["blocked"] if entry.blocked else []),
                    *([f"relabelled, was {symbols.classes[entry.stored.label].id}"] if entry.relabelled else []),
                ]
                stored, name = entry.stored, _class_id(entry.label, symbols)
                when = time_text(stored.received_at)
                typer.echo(f"{stored.id}  {when}  {name}  {stored.contributor}  {stored.pointer}  {', '.join(notes)}")
            left -= len(page.entries)
            if page.after is None:
                return
            after = page.after
        typer.echo(f"there are more: --after {after}", err=True)


@moderate.command()
def hide(drawings: Drawings, reason: Reason = "", set_id: SetId = "digits") -> None:
    """Hide drawings: they leave trainings, exports and pages until `unhide`."""
    _decide("hide", drawings, reason, set_id, "hidden", "was hidden before")


@moderate.command()
def unhide(drawings: Drawings, reason: Reason = "", set_id: SetId = "digits") -> None:
    """Take `hide` back."""
    _decide("unhide", drawings, reason, set_id, "no longer hidden", "was not hidden")


@moderate.command()
def relabel(
    drawing: Annotated[str, typer.Argument(help="Id of the drawing.")],
    label: Annotated[str, typer.Argument(help="Id of the class that it shows.")],
    reason: Reason = "",
    set_id: SetId = "digits",
) -> None:
    """Give a drawing another label, for trainings and exports."""
    _decide("relabel", [drawing], reason, set_id, f"is labelled {label}", f"was labelled {label} before", label)


@moderate.command()
def delete(
    drawings: Drawings,
    reason: Reason = "",
    set_id: SetId = "digits",
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Delete drawings for good, as their contributors could."""
    if not yes:
        typer.confirm(f"Delete {len(drawings)} drawings for good?", abort=True)
    _decide("delete", drawings, reason, set_id, "deleted", "")


@moderate.command()
def block(contributors: Contributors, reason: Reason = "", set_id: SetId = "digits") -> None:
    """Refuse contributors' further drawings of the set, and leave out those that they gave."""
    _decide("block", contributors, reason, set_id, "blocked", "was blocked before")


@moderate.command()
def unblock(contributors: Contributors, reason: Reason = "", set_id: SetId = "digits") -> None:
    """Take `block` back."""
    _decide("unblock", contributors, reason, set_id, "no longer blocked", "was not blocked")


@moderate.command()
def audit(
    set_id: SetId = "digits",
    newest: Annotated[int, typer.Option(help="Number of lines, the latest first.", min=1)] = 100,
) -> None:
    """List operators' decisions, the latest first."""
    with _moderation(set_id) as (moderation, symbols):
        for line in moderation.audit(symbols, newest):
            places = [place for place in (line.label_before, line.label) if place is not None]
            names = [_class_id(place, symbols) for place in places]
            subject = line.drawing or line.contributor or ""
            details = "  ".join(part for part in (" to ".join(names), line.via, line.reason) if part)
            typer.echo(f"{line.at}  {line.action}  {subject}  {details}")


def _decide(
    action: Action, subjects: list[str], reason: str, set_id: str, done: str, known: str, label: str | None = None
) -> None:

    with _moderation(set_id) as (moderation, symbols):
        for subject in subjects:
            of_contributor = action in ("block", "unblock")
            decision = Decision(
                action,
                drawing=None if of_contributor else subject,
                contributor=subject if of_contributor else None,
                label=label,
                reason=reason,
            )
            typer.echo(f"{subject} {done if moderation.decide(symbols, decision) else known}")


def _chosen(name: str, given: str | None, known: Sequence[Choice]) -> Choice | None:
    """The known value that was given; ends the command for another one."""
    found = next((each for each in known if each == given), None)
    if given is not None and found is None:
        fail(f"{name} {given!r:.40}, expected {', '.join(known[:-1])} or {known[-1]}", USAGE)
    return found


def _class_id(place: int, symbols: SymbolSet) -> str:
    return symbols.classes[place].id if place < len(symbols.classes) else f"#{place}"


@contextmanager
def _moderation(set_id: str) -> Iterator[tuple[OperatorModeration, SymbolSet]]:
    settings = read_settings()

    spools: dict[str, Spool] = {}

    def spool_of(set_id: str) -> Spool | None:
        file = set_spool_file(settings.var, set_id)
        # Without the service's folder, on another machine, the store alone is moderated.
        if set_id not in spools and file.exists():
            labels = len(DIGITS.classes) if set_id == DIGITS_ID else PLACES_MAX
            spools[set_id] = Spool(file, settings.spool_bytes, labels)
        return spools.get(set_id)

    try:
        moderation = OperatorModeration(open_store(settings), spool_of, "command line")
        yield moderation, moderation.symbols(set_id)
    except (BadModeration, BadSymbols, StoreError, SpoolError) as error:
        fail(str(error))
    finally:
        for spool in spools.values():
            spool.close()
