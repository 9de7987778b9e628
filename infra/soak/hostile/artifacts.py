"""Models that are torn, damaged or made to harm: refused with a reason, and the former model serves on."""

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
from infra.harness.rows import Row, Setting, check, none_of
from infra.harness.service_process import RunningService, running_service
from infra.soak.footprint import Footprint, Memory
from infra.soak.hostile.bad_artifacts import bad_versions, flipped, flipped_card
from infra.soak.hostile.malformed import CANVAS20, frame
from infra.soak.hostile.served_version import ask_model, wait_for_model
from training.models.artifact import Artifact, BadArtifact, BadCard, check_artifact
from training.models.card import parse_card
from training.models.registry import FIRST_MODELS, Registry

ABOUT = "Artifacts torn, with a flipped byte, of wrong shape, NaN, expanding to 400 MiB, a pickle; and the way back"

FAMILY = "original"
FLIPS = 1_000
MEMORY_MIB = 16.0  # the sound artifact takes about as much
SETTLE_SECONDS = 2.5  # two polls
SNAPSHOT = frame(CANVAS20, bytes(200) + b"\xff" * 200)


def run(setting: Setting) -> list[Row]:
    sound = _shipped()
    trap = setting.scratch / "trap"
    rows = [*_checked(setting, sound, trap), *_flips(setting, sound)]
    with running_service(setting.scratch / "var") as service:
        footprint = Footprint(service)
        registry = Registry(FolderStore(service.var / "store"))
        rows += [*_promoted(setting, service, registry, sound, trap), *_torn_files(service, registry, sound)]
        rows += [*_way_back(service, registry, sound), *footprint.log_rows()]
    return [*rows, check("pickles that were run", str(int(trap.exists())), "0", not trap.exists())]


def _shipped() -> Artifact:
    registry = Registry(FolderStore(FIRST_MODELS))
    champion = registry.champion(FAMILY)
    if champion is None:
        raise LookupError(f"no {FAMILY} among the models that Midstroke ships with")
    return registry.load(FAMILY, champion.version)


def _checked(setting: Setting, sound: Artifact, trap: Path) -> Iterator[Row]:
    """In this process: the reason, and the memory that it took to find it."""
    check_artifact(sound)  # what is loaded once is no bad artifact's
    memory = Memory(os.getpid())
    for bad in bad_versions(sound, trap, 100 if setting.quick else 400):
        memory.start_peak()
        try:
            check_artifact(bad.artifact)
            reason, refused = "taken", False
        except BadArtifact as error:
            reason, refused = f"{error!s:.70}", True
        peak = memory.peak()
        bound, holds = ("refused", refused)
        if not setting.quick:
            bound, holds = f"refused, < {MEMORY_MIB:g} MiB", refused and peak < MEMORY_MIB
        yield check(bad.name, f"{reason} ({peak:.1f} MiB)", bound, holds)


def _flips(setting: Setting, sound: Artifact) -> Iterator[Row]:
    rng = random.Random(setting.seed)
    count = FLIPS // 10 if setting.quick else FLIPS
    taken = sum(_is_taken(flipped(sound, rng)) for _ in range(count))
    yield none_of("model or weights with one byte flipped, taken", taken, count, "artifacts")
    # Not all of a card is told by a hash; one that still reads as a card must still be of this very model.
    broken = sum(_is_broken(sound, flipped_card(sound, rng)) for _ in range(count))
    yield none_of("card with one byte flipped, that failed otherwise than it may", broken, count, "cards")


def _is_taken(artifact: Artifact) -> bool:
    try:
        check_artifact(artifact)
    except BadArtifact:
        return False
    return True


def _is_broken(sound: Artifact, card: bytes) -> bool:
    try:
        check_artifact(replace(sound, card=parse_card(card)))
    except (BadArtifact, BadCard):
        return False
    except Exception:  # what is counted: an error that the service does not expect
        return True
    return False


def _promoted(
    setting: Setting, service: RunningService, registry: Registry, sound: Artifact, trap: Path
) -> Iterator[Row]:
    """Some of them as the champion of a service that runs."""
    wanted = ("golden predictions that it does not make", "weights that expand to 400 MiB", "a pickle for a model")
    bad = [one for one in bad_versions(sound, trap, 100) if one.name in wanted]
    for number, one in enumerate(bad[: 1 if setting.quick else None]):
        version = f"204{number}{sound.card.version[4:]}"
        registry.publish(replace(one.artifact, card=replace(one.artifact.card, version=version)), {})
        registry.promote(FAMILY, version, "trial")
        time.sleep(SETTLE_SECONDS)
        yield _serves_on(service, sound, f"promoted: {one.name}")
        yield _rolled_back(service, registry, sound)


def _torn_files(service: RunningService, registry: Registry, sound: Artifact) -> Iterator[Row]:
    """A pointer that breaks off, and one to a version that was never finished."""
    store = FolderStore(service.var / "store")
    whole = store.get(champion_key(FAMILY))
    store.put(champion_key(FAMILY), whole[: len(whole) // 2])
    time.sleep(SETTLE_SECONDS)
    yield _serves_on(service, sound, "a torn pointer")
    registry.promote(FAMILY, sound.card.version, "trial")
    version = f"2049{sound.card.version[4:]}"
    card = replace(sound.card, version=version).to_json()
    store.put(model_key(FAMILY, version, "card.json"), card)
    registry.promote(FAMILY, version, "trial")
    time.sleep(SETTLE_SECONDS)
    yield _serves_on(service, sound, "promoted: a version without its files")
    yield _rolled_back(service, registry, sound)


def _way_back(service: RunningService, registry: Registry, sound: Artifact) -> Iterator[Row]:
    """A sound version is taken up, and the command brings the former one back."""
    version = f"2050{sound.card.version[4:]}"
    registry.publish(replace(sound, card=replace(sound.card, version=version)), {})
    registry.promote(FAMILY, version, "trial")
    taken = wait_for_model(service, FAMILY, SNAPSHOT, version)
    yield check("promoted: a sound version", f"served: {taken}", "served: True", taken)
    yield _rolled_back(service, registry, sound)
    back = wait_for_model(service, FAMILY, SNAPSHOT, sound.card.version)
    yield check("served again after the one command", str(back), "True", back)


def _serves_on(service: RunningService, sound: Artifact, name: str) -> Row:
    came = ask_model(service, FAMILY, SNAPSHOT)
    held = came == sound.card.version
    return check(name, "the former model answers" if held else f"answered by {came}", "the former model answers", held)


def _rolled_back(service: RunningService, registry: Registry, sound: Artifact) -> Row:
    done = subprocess.run(
        [sys.executable, "-m", "service", "models", "rollback", FAMILY],
        env={**os.environ, "MIDSTROKE_VAR": str(service.var)},
        capture_output=True,
        text=True,
        check=False,
    )
    champion = registry.champion(FAMILY)
    held = done.returncode == 0 and champion is not None and champion.version == sound.card.version
    figure = (done.stdout or done.stderr).strip()[-100:]
    return check(f"midstroke models rollback {FAMILY}", figure, "the former version is the champion", held)
