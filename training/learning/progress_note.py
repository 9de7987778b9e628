"""The trainer's note of how far it has got, in the store; and what a trainer that died had not written down yet."""

from __future__ import annotations

import logging
from dataclasses import replace

from collector.contribution.layout import TRAINER_PROGRESS
from collector.storage.object_store import NoSuchObject, ObjectStore
from training.learning import progress as progress_form
from training.learning.progress import BadProgress, Progress
from training.models.card import Card
from training.models.registry import Registry

log = logging.getLogger(__name__)


class ProgressNote:
    """Read once, put whenever it changes."""

    def __init__(self, store: ObjectStore) -> None:
        self._store = store
        self._progress = self._stored()

    def of(self, family: str) -> Progress:
        return self._progress.get(family, Progress())

    def advance(self, family: str, mark: int, trained_on: int) -> None:
        """All drawings up to the number `mark` were dealt with; `trained_on` of the new ones taught."""
        self._put({**self._progress, family: self.of(family).after(mark, trained_on)})

    def hold_to(self, last: int) -> None:
        """No mark may be behind the `last` drawing: then shards were made anew, and drawings have other numbers now."""
        if any(progress.mark > last for progress in self._progress.values()):
            self._put({name: replace(p, mark=min(p.mark, last)) for name, p in self._progress.items()})

    def finish(self, family: str, registry: Registry) -> Card | None:
        """Ends what a trainer that died had begun, and gives the card of that training; None where nothing was.

        The card is what makes a training done: it is put after the version's other files, names the drawings that
        were taught, and says whether the gate agreed. The pointer and this note only follow it.
        """
        versions = registry.versions(family)
        card = registry.card(family, versions[-1]) if versions else None
        if card is None or card.learnt is None or not self._is_unknown(card):
            return None
        champion = registry.champion(family)
        if not card.is_refused and champion is not None and champion.version == card.replaces:
            registry.promote(family, card.version, "gate passed")
        log.info("%s %s was trained by a trainer that died", family, card.version)
        self.advance(family, card.learnt.last, card.learnt.drawings)
        return card

    def _is_unknown(self, card: Card) -> bool:
        # By the count, not by numbers: those change when shards are made anew.
        known = self.of(card.family).trained_on
        return card.learnt is not None and card.learnt.total - card.learnt.drawings == known

    def _stored(self) -> dict[str, Progress]:
        try:
            return progress_form.parse_progress(self._store.get(TRAINER_PROGRESS))
        except NoSuchObject:
            return {}
        except BadProgress as error:
            log.warning("beginning anew: %s", error)
            return {}

    def _put(self, progress: dict[str, Progress]) -> None:
        self._store.put(TRAINER_PROGRESS, progress_form.to_json(progress))
        self._progress = progress
