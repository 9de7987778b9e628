"""`midstroke models` tells the webhook what it promoted and rolled back, and changes nothing under wrong settings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from collector.storage.folder_store import FolderStore
from infra.harness.champions import shipped_artifact
from service.cli import models
from service.cli.main import app
from training.models.registry import Registry
from training.webhook import VersionEvent, Webhook

VERSIONS = ("20260101T000000Z-000001", "20260102T000000Z-000002")


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Registry:
    monkeypatch.setenv("MIDSTROKE_VAR", str(tmp_path))
    monkeypatch.delenv("MIDSTROKE_STORE", raising=False)
    registry, artifact = Registry(FolderStore(tmp_path / "store")), shipped_artifact("softmax")
    for version in VERSIONS:
        registry.publish(replace(artifact, card=replace(artifact.card, version=version)), {})
    registry.promote("softmax", VERSIONS[0], "test")
    return registry


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["models", *arguments])
    return result.exit_code, result.output


def test_promotions_and_rollbacks_are_announced(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    events: list[VersionEvent] = []

    class Noting(Webhook):
        def tell(self, event: VersionEvent) -> None:
            events.append(event)

    monkeypatch.setattr(models, "Webhook", Noting)

    assert run("promote", "softmax", VERSIONS[1], "--reason", "better")[0] == 0
    assert run("promote", "softmax", VERSIONS[1])[0] == 0  # it is the champion: nothing to tell
    assert run("rollback", "softmax")[0] == 0

    assert [(each.event, each.version, each.replaces) for each in events] == [
        ("promoted", VERSIONS[1], VERSIONS[0]),
        ("rolled_back", VERSIONS[0], VERSIONS[1]),
    ]


def test_wrong_settings_are_found_before_anything_changes(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIDSTROKE_WEBHOOK_URL", "https://hooks.example/x")

    code, output = run("promote", "softmax", VERSIONS[1])

    assert code == 2
    assert "MIDSTROKE_WEBHOOK_SECRET is not accepted" in output
    champion = registry.champion("softmax")
    assert champion is not None
    assert champion.version == VERSIONS[0]
