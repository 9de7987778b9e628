"""The trainer's progress with each family, kept in `trainer/progress.json`, and recovery after a trainer that died."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace

from collector.contribution.layout import TRAINER_PROGRESS, model_key
from collector.storage.object_store import NoSuchObject, ObjectStore
from training.data.stored.damaged import DamagedObjects
from training.models.artifact import CARD
from training.models.card import Card
from training.models.card_json import BadCard
from training.models.registry import Registry, RegistryError

FORMAT = 2

log = logging.getLogger(__name__)


class BadProgress(ValueError):
    """These bytes are not a trainer's progress."""


@dataclass(frozen=True, slots=True)
class Progress:
    """`mark` is the number of the last drawing that the trainer handled; compaction numbers drawings as they arrive."""

    mark: int = 0
    trained_on: int = 0

    def after(self, mark: int, trained_on: int) -> Progress:
        """The progress once all drawings up to `mark` are handled, and `trained_on` of them trained on."""
        return Progress(max(self.mark, mark), self.trained_on + trained_on)


def encode_progress(progress: Mapping[str, Progress]) -> bytes:
    """The progress of each family as JSON."""
    families = {name: {"mark": p.mark, "trained_on": p.trained_on} for name, p in progress.items()}
    return json.dumps({"format": FORMAT, "families": families}).encode()


def parse_progress(body: bytes) -> dict[str, Progress]:
    """Reads the bytes of `encode_progress`.

    Raises:
        BadProgress: not JSON, another format, or a field is missing or has the wrong type.
    """
    try:
        record = json.loads(body)
        if record["format"] != FORMAT:
            raise BadProgress(f"format {record['format']!r:.40}, expected {FORMAT}")
        return {str(name): Progress(int(p["mark"]), int(p["trained_on"])) for name, p in record["families"].items()}
    except (KeyError, TypeError, ValueError, OverflowError, AttributeError, RecursionError) as error:
        raise BadProgress(f"progress of {len(body)} bytes: {type(error).__name__}: {error}") from error


class StoredProgress:
    """Reads the progress once and stores every change."""

    def __init__(self, store: ObjectStore, damaged: DamagedObjects | None = None) -> None:
        self._store = store
        self._damaged = DamagedObjects() if damaged is None else damaged
        self._is_lost = False  # the stored progress is damaged; `finish` restores it from the newest cards
        self._progress = self._load()

    def of(self, family: str) -> Progress:
        return self._progress.get(family, Progress())

    def advance(self, family: str, mark: int, trained_on: int) -> None:
        """Records that all drawings up to `mark` are handled, and `trained_on` of them trained on."""
        self._put({**self._progress, family: self.of(family).after(mark, trained_on)})

    def limit_to(self, last: int) -> None:
        """Lowers marks beyond the `last` drawing: shards were rebuilt, and drawings have new numbers."""
        if any(progress.mark > last for progress in self._progress.values()):
            self._put({name: replace(p, mark=min(p.mark, last)) for name, p in self._progress.items()})

    def finish(self, family: str, registry: Registry) -> Card | None:
        """Completes the training of a trainer that died after publishing, and returns its card; None without one.

        The card makes a training done: it is stored after the version's other files, names the drawings that it was
        trained on, and holds the gate's verdict. The champion's pointer and this progress follow it.
        """
        card = self._newest_card(family, registry)
        if card is None or card.continued_on is None:
            return None
        if self._is_lost:
            self._progress[family] = Progress(card.continued_on.last, card.continued_on.total)
            return None
        if not self._is_unknown(card):
            return None
        champion = registry.champion(family)
        if not card.is_refused and (None if champion is None else champion.version) == card.replaces:
            registry.promote(family, card.version, "gate passed")
        log.info("%s %s: completing the training of a trainer that died", family, card.version)
        self.advance(family, card.continued_on.last, card.continued_on.drawings)
        return card

    def _newest_card(self, family: str, registry: Registry) -> Card | None:
        for version in reversed(registry.versions(family)):
            try:
                return registry.card(family, version)
            except (BadCard, RegistryError) as error:
                self._damaged.add(model_key(family, version, CARD), error)
        return None

    def _is_unknown(self, card: Card) -> bool:
        # By counts: numbers change when shards are rebuilt.
        continued_on = card.continued_on
        return (
            continued_on is not None and continued_on.total - continued_on.drawings == self.of(card.family).trained_on
        )

    def _load(self) -> dict[str, Progress]:
        try:
            return parse_progress(self._store.get(TRAINER_PROGRESS))
        except NoSuchObject:
            return {}
        except BadProgress as error:
            self._damaged.add(TRAINER_PROGRESS, error)
            self._is_lost = True
            return {}

    def _put(self, progress: dict[str, Progress]) -> None:
        self._store.put(TRAINER_PROGRESS, encode_progress(progress))
        self._progress = progress
        self._damaged.resolve(TRAINER_PROGRESS)
