"""Torn, damaged and malicious models: rejected with a reason, and the former model keeps serving."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from collector.contribution.layout import champion_key, model_key
from collector.storage.folder_store import FolderStore
from infra.harness.champions import shipped_artifact
from infra.harness.data.frames import frame_of
from infra.harness.results.rows import Row, Setting, check, none_of
from infra.harness.served_version import ask_model, wait_for_model
from infra.harness.service_process import RunningService, running_service
from infra.soak.footprint import Footprint, Memory
from infra.soak.hostile.bad_artifacts import bad_versions, flipped, flipped_card
from training.models.artifact import Artifact, BadArtifact, BadCard, check_artifact
from training.models.card_json import card_to_json, parse_card
from training.models.registry import Registry

ABOUT = "Artifacts torn, with a flipped byte, of wrong shape, NaN, expanding to 400 MiB, a pickle; and rollback"

FAMILY = "original"
FLIPS = 1_000
MEMORY_MIB = 16.0  # the valid artifact takes about as much
SETTLE_SECONDS = 2.5  # two polls
SNAPSHOT = frame_of("canvas20", bytes(200) + b"\xff" * 200)


def run(setting: Setting) -> list[Row]:
    valid = shipped_artifact(FAMILY)
    trap = setting.scratch / "trap"
    rows = [*_checked(setting, valid, trap), *_flips(setting, valid)]
    with running_service(setting.scratch / "var") as service:
        footprint = Footprint(service)
        registry = Registry(FolderStore(service.var / "store"))
        rows += [*_promoted(setting, service, registry, valid, trap), *_torn_files(service, registry, valid)]
        rows += [*_way_back(service, registry, valid), *footprint.log_rows()]
    return [*rows, check("pickles that were run", str(int(trap.exists())), "0", not trap.exists())]


def _checked(setting: Setting, valid: Artifact, trap: Path) -> Iterator[Row]:
    """In this process: the reason, and the memory that finding it took."""
    check_artifact(valid)  # not counted: what is loaded once
    memory = Memory(os.getpid())
    for bad in bad_versions(valid, trap, 100 if setting.quick else 400):
        memory.start_peak()
        try:
            check_artifact(bad.artifact)
            reason, rejected = "accepted", False
        except BadArtifact as error:
            reason, rejected = f"{error!s:.70}", True
        peak = memory.peak()
        bound, holds = ("rejected", rejected)
        if not setting.quick:
            bound, holds = f"rejected, < {MEMORY_MIB:g} MiB", rejected and peak < MEMORY_MIB
        yield check(bad.name, f"{reason} ({peak:.1f} MiB)", bound, holds)


def _flips(setting: Setting, valid: Artifact) -> Iterator[Row]:
    rng = random.Random(setting.seed)
    count = FLIPS // 10 if setting.quick else FLIPS
    accepted = sum(_is_accepted(flipped(valid, rng)) for _ in range(count))
    yield none_of("model or weights with one byte flipped, accepted", accepted, count, "artifacts")
    # Hashes don't cover all of a card; one that still parses must still match this model.
    broken = sum(_is_broken(valid, flipped_card(valid, rng)) for _ in range(count))
    yield none_of("card with one byte flipped, failed with an undocumented error", broken, count, "cards")


def _is_accepted(artifact: Artifact) -> bool:
    try:
        check_artifact(artifact)
    except BadArtifact:
        return False
    return True


def _is_broken(valid: Artifact, card: bytes) -> bool:
    try:
        check_artifact(replace(valid, card=parse_card(card)))
    except (BadArtifact, BadCard):
        return False
    except Exception:  # counted: an error that the service does not expect
        return True
    return False


def _promoted(
    setting: Setting, service: RunningService, registry: Registry, valid: Artifact, trap: Path
) -> Iterator[Row]:
    """Some of them promoted to champion of a running service."""
    wanted = ("wrong golden predictions", "weights that expand to 400 MiB", "a pickle for a model")
    bad = [one for one in bad_versions(valid, trap, 100) if one.name in wanted]
    for number, one in enumerate(bad[: 1 if setting.quick else None]):
        version = f"204{number}{valid.card.version[4:]}"
        registry.publish(replace(one.artifact, card=replace(one.artifact.card, version=version)), {})
        registry.promote(FAMILY, version, "trial")
        time.sleep(SETTLE_SECONDS)
        yield _serves_on(service, valid, f"promoted: {one.name}")
        yield _rolled_back(service, registry, valid)


def _torn_files(service: RunningService, registry: Registry, valid: Artifact) -> Iterator[Row]:
    """A torn pointer, and one to an incomplete version."""
    store = FolderStore(service.var / "store")
    whole = store.get(champion_key(FAMILY))
    store.put(champion_key(FAMILY), whole[: len(whole) // 2])
    time.sleep(SETTLE_SECONDS)
    yield _serves_on(service, valid, "a torn pointer")
    registry.promote(FAMILY, valid.card.version, "trial")
    version = f"2049{valid.card.version[4:]}"
    card = card_to_json(replace(valid.card, version=version))
    store.put(model_key(FAMILY, version, "card.json"), card)
    registry.promote(FAMILY, version, "trial")
    time.sleep(SETTLE_SECONDS)
    yield _serves_on(service, valid, "promoted: a version without its files")
    yield _rolled_back(service, registry, valid)


def _way_back(service: RunningService, registry: Registry, valid: Artifact) -> Iterator[Row]:
    """A valid version is served, and the command restores the former one."""
    version = f"2050{valid.card.version[4:]}"
    registry.publish(replace(valid, card=replace(valid.card, version=version)), {})
    registry.promote(FAMILY, version, "trial")
    served = wait_for_model(service, FAMILY, SNAPSHOT, version)
    yield check("promoted: a valid version", f"served: {served}", "served: True", served)
    yield _rolled_back(service, registry, valid)
    back = wait_for_model(service, FAMILY, SNAPSHOT, valid.card.version)
    yield check("served again after one command", str(back), "True", back)


def _serves_on(service: RunningService, valid: Artifact, name: str) -> Row:
    came = ask_model(service, FAMILY, SNAPSHOT)
    held = came == valid.card.version
    return check(name, "the former model answers" if held else f"answered by {came}", "the former model answers", held)


def _rolled_back(service: RunningService, registry: Registry, valid: Artifact) -> Row:
    done = subprocess.run(
        [sys.executable, "-m", "service", "models", "rollback", FAMILY],
        env={**os.environ, "MIDSTROKE_VAR": str(service.var)},
        capture_output=True,
        text=True,
        check=False,
    )
    champion = registry.champion(FAMILY)
    held = done.returncode == 0 and champion is not None and champion.version == valid.card.version
    figure = (done.stdout or done.stderr).strip()[-100:]
    return check(f"midstroke models rollback {FAMILY}", figure, "the former version is the champion", held)
