"""The registry of published versions in the object store: publish, list, load, promote, roll back."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

from collector.contribution.layout import MODELS, champion_key, model_key
from collector.storage.object_store import NoSuchObject, ObjectStore
from training.models.artifact import CARD, MODEL, WEIGHTS, Artifact, file_entry
from training.models.card import FAMILY_NAME, VERSION_NAME, Card
from training.models.card_json import BadCard, card_to_json, parse_card

KEPT_REFUSED = 20  # of a family, the newest: enough to look into, without filling the store
HISTORY = 100  # former champions in a pointer
FIGURE_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}\.svg")
AFTER_ALL = "~"  # sorts after every character of a key


class RegistryError(Exception):
    """The registry can't do what was asked; the message says why."""


class NoSuchVersion(RegistryError):
    """The family has no such version, or it was never published completely."""


class VersionExists(RegistryError):
    """The version exists; versions are never overwritten."""


class Fenced(RegistryError):
    """A trainer with a later lease has promoted a version since."""


class BadPointer(RegistryError):
    """`champion.json` is damaged."""


@dataclass(frozen=True, slots=True)
class Champion:
    """The pointer to the served version of a family; `history` holds former champions, the latest first."""

    family: str
    version: str
    promoted_at: str
    reason: str
    history: tuple[str, ...] = ()
    lease: int = 0  # the number of the last trainer's lease under which it was put; 0 without one

    def to_json(self) -> bytes:
        record = {name: value for name, value in asdict(self).items() if name != "lease" or value}
        return json.dumps(record, indent=1).encode() + b"\n"


class Registry:
    """Versions are immutable; their card is stored last, with the hashes of the rest. Each family has one pointer."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def publish(self, artifact: Artifact, figures: Mapping[str, bytes]) -> None:
        """Stores a version's files and figures; the card comes last, so that whoever reads it can read the rest.

        Raises:
            VersionExists: it is published already.
            RegistryError: a figure's name is invalid.
            StoreError: the store failed; it may be published or not.
        """
        card = artifact.card
        if self._exists(card.family, card.version):
            raise VersionExists(f"{card.family} {card.version} is published already")
        for name in figures:
            self._check_figure_name(name)
        bodies = {MODEL: artifact.model, WEIGHTS: artifact.weights, **figures}
        whole = replace(card, files={**card.files, **{name: file_entry(body) for name, body in figures.items()}})
        for name, body in (*bodies.items(), (CARD, card_to_json(whole))):
            self._store.put(model_key(card.family, card.version, name), body)

    def load(self, family: str, version: str) -> Artifact:
        """A version's files, unchecked; see `check_artifact`.

        Raises:
            NoSuchVersion: there is no such version.
            BadCard: its card can't be read.
            StoreError: the store could not be read.
        """
        card = self.card(family, version)
        return Artifact(card, self._file(family, version, MODEL), self._file(family, version, WEIGHTS))

    def card(self, family: str, version: str) -> Card:
        card = parse_card(self._file(family, version, CARD))
        if (card.family, card.version) != (family, version):
            raise NoSuchVersion(f"the card at {family} {version} is of {card.family} {card.version}")
        return card

    def figure(self, family: str, version: str, name: str) -> bytes:
        self._check_figure_name(name)
        return self._file(family, version, name)

    def families(self) -> list[str]:
        """Every family with a published version; lists one key per family, however many versions it has."""
        found: list[str] = []
        after = ""
        while key := next(iter(self._store.keys(MODELS, after)), None):
            name = key.removeprefix(MODELS).split("/")[0]
            found.append(name)
            after = f"{MODELS}{name}/{AFTER_ALL}"
        return [name for name in found if FAMILY_NAME.fullmatch(name)]

    def versions(self, family: str) -> list[str]:
        """The completely published versions of a family, oldest first."""
        self._check_names(family)
        prefix = f"{MODELS}{family}/"
        keys = (key.removeprefix(prefix) for key in self._store.keys(prefix))
        names = (key.removesuffix(f"/{CARD}") for key in keys if key.endswith(f"/{CARD}"))
        return [name for name in names if VERSION_NAME.fullmatch(name)]

    def champion(self, family: str) -> Champion | None:
        """The family's pointer; None before the first promotion.

        Raises:
            BadPointer: it can't be read.
            StoreError: the store could not be read.
        """
        self._check_names(family)
        try:
            body = self._store.get(champion_key(family))
        except NoSuchObject:
            return None
        return _parse_champion(family, body)

    def promote(self, family: str, version: str, reason: str, lease: int | None = None) -> Champion:
        """Makes a published version the champion; no effect if it is.

        Replaces a damaged pointer; its history is lost. `lease` is the number of the trainer's; None without one.

        Raises:
            NoSuchVersion: it was never published.
            Fenced: the pointer is of a later lease.
        """
        self.card(family, version)
        try:
            now = self.champion(family)
        except BadPointer:
            now = None
        if now is not None and now.version == version:
            return now
        last = 0 if now is None else now.lease
        if lease is not None and lease < last:
            raise Fenced(f"{family} is not changed under lease {lease}: its champion is of lease {last}")
        former = () if now is None else (now.version, *now.history)[:HISTORY]
        return self._point(Champion(family, version, _now(), reason, former, last if lease is None else lease))

    def rollback(self, family: str) -> Champion:
        """Makes the former champion the champion again; the present one leaves the history.

        Skips versions that the gate refused and somebody promoted by hand.

        Raises:
            RegistryError: there is no former champion.
        """
        now = self.champion(family)
        former = () if now is None else now.history
        for number, version in enumerate(former):
            if now is not None and self._was_accepted(family, version):
                reason = f"rolled back from {now.version}"
                return self._point(Champion(family, version, _now(), reason, former[number + 1 :], now.lease))
        raise RegistryError(f"{family} has no former champion to roll back to")

    def forget_refused(self, family: str, keep: int = KEPT_REFUSED) -> list[str]:
        """Deletes all refused versions but the newest `keep`; returns the deleted ones.

        Present and former champions stay, even if the gate refused them.
        """
        champion = self.champion(family)
        stays = set() if champion is None else {champion.version, *champion.history}
        refused = [v for v in self.versions(family) if v not in stays and self._was_refused(family, v)]
        gone = refused[: max(0, len(refused) - keep)]
        for version in gone:
            card = model_key(family, version, CARD)
            self._store.delete(card)  # first: files without a card are no version
            for key in list(self._store.keys(card.removesuffix(CARD))):
                self._store.delete(key)
        return gone

    def _was_accepted(self, family: str, version: str) -> bool:
        try:
            return not self.card(family, version).is_refused
        except (BadCard, NoSuchVersion):
            return False

    def _was_refused(self, family: str, version: str) -> bool:
        try:
            return self.card(family, version).is_refused
        except (BadCard, NoSuchVersion):  # a damaged card says nothing: the version stays for someone to look at
            return False

    def _point(self, champion: Champion) -> Champion:
        self._store.put(champion_key(champion.family), champion.to_json())
        return champion

    def _exists(self, family: str, version: str) -> bool:
        try:
            self._file(family, version, CARD)
        except NoSuchVersion:
            return False
        return True

    def _file(self, family: str, version: str, name: str) -> bytes:
        self._check_names(family, version)
        try:
            return self._store.get(model_key(family, version, name))
        except NoSuchObject as error:
            raise NoSuchVersion(f"{family} {version} has no {name}") from error

    def _check_names(self, family: str, version: str | None = None) -> None:
        # Names also come from URLs and pointers: only valid names may become keys.
        if not FAMILY_NAME.fullmatch(family):
            raise NoSuchVersion(f"{family!r:.80} is not a family's name")
        if version is not None and not VERSION_NAME.fullmatch(version):
            raise NoSuchVersion(f"{version!r:.80} is not a version's name")

    def _check_figure_name(self, name: str) -> None:
        if not FIGURE_NAME.fullmatch(name):
            raise NoSuchVersion(f"{name!r:.80} is not a figure's name")


def _parse_champion(family: str, body: bytes) -> Champion:
    try:
        record: dict[str, Any] = json.loads(body)
        version, history = str(record["version"]), tuple(str(v) for v in record["history"])
        if record["family"] != family or not all(VERSION_NAME.fullmatch(v) for v in (version, *history)):
            raise BadPointer(f"champion.json of {family} names {record['family']!r:.40} {version!r:.40}")
        lease = int(record.get("lease", 0))
        return Champion(family, version, str(record["promoted_at"]), str(record["reason"]), history, lease)
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError, RecursionError) as error:
        raise BadPointer(f"champion.json of {family}: {type(error).__name__}: {error}") from error


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
