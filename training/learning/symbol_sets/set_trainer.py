"""The trainer of one symbol set: waits until each class has enough drawings, and trains the set's own models."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from collector.moderation.moderation import NO_MODERATION, read_moderation
from collector.storage.object_store import ObjectStore
from collector.symbols.symbol_set import SymbolSet
from training.data.dataset import LabelledDrawing
from training.data.shards.compaction import Compaction
from training.data.shards.files import ShardFiles
from training.evaluation.figures import draw_figures
from training.families.recipes import Family, WrongWeights
from training.learning.challenger import Outcome, Run, traced_training
from training.learning.champions import sound_champion
from training.learning.publishing import Publishing
from training.learning.selection import Selection
from training.learning.state.lease import LeasedStore, TrainerLease
from training.learning.state.progress import StoredProgress
from training.learning.state.status_report import StatusReport
from training.learning.state.verdicts import Verdicts
from training.learning.symbol_sets.examples import ExampleVectors
from training.learning.symbol_sets.label_filter import filter_labels
from training.learning.symbol_sets.set_training import SetDrawings, train_set
from training.learning.symbol_sets.validation import split
from training.models.artifact import Artifact
from training.models.card import Card, ContinuedOn
from training.models.card_json import BadCard
from training.models.registry import Registry, RegistryError
from training.webhook import VersionEvent

EXAMPLES_OF_EACH = 20  # drawings of each class from which on a set gets a model of its own
MOST_OF_A_CONTRIBUTOR = 50  # drawings of one class: one person's habits are not everyone's
MAX_DRAWINGS = 6000  # of one training, the newest of each class

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Ready:
    """The drawings that a training would use; `missing` names the classes that lack drawings, empty if none does."""

    places: tuple[int, ...]
    drawings: tuple[LabelledDrawing, ...]
    missing: str


class SetTrainer:
    """Trains each family that has a recipe for symbol sets; `poll` looks once."""

    def __init__(
        self,
        store: ObjectStore,
        symbols: SymbolSet,
        shipped: Registry,
        vectors: ExampleVectors,
        families: Sequence[Family],
        retrain_after: int,
        run: Run,
        shard_cache: Path | None = None,
        lease: TrainerLease | None = None,
        tell: Callable[[VersionEvent], None] = lambda _event: None,
        shadow_seconds: float = 0.0,
    ) -> None:
        """`store` is the part that holds this set; `shipped` has the digit models to begin at. See also `Trainer`."""
        files = ShardFiles(store, shard_cache)
        self._lease = lease
        self._store = store if lease is None else LeasedStore(store, lease)
        self.symbols = symbols  # replaced when the set's definition changes
        self._shipped = shipped
        self._vectors = vectors
        self._families = [family for family in families if family.symbols is not None]
        self._retrain_after = retrain_after
        self._run = run
        self._registry = Registry(self._store)
        self._compaction = Compaction(self._store, files, run.threads, symbols=symbols)
        self._damaged = self._compaction.damaged
        self._status = StatusReport(self._store, retrain_after)
        self._publishing = Publishing(
            self._store, self._status, None if lease is None else lease.number, tell, symbols.id, shadow_seconds
        )
        self._verdicts = Verdicts(self._store)
        self._progress: StoredProgress | None = None
        self._moderation = NO_MODERATION
        self._looked_at: object = None  # what the last look saw; nothing is to be done until it changes

    def poll(self, at_least: int | None = None) -> list[Outcome]:
        """Looks once; trains every family that lacks a model, or has `at_least` new drawings (default: the setting)."""
        progress = self._refreshed()
        waiting = {family.name for family in self._families if self._publishing.is_waiting(family.name, progress)}
        shards = self._compaction.shards
        seen = tuple(shard.key for shard in shards.all), self.symbols, self._moderation, at_least, waiting
        if seen == self._looked_at:
            return []
        needed = self._retrain_after if at_least is None else at_least
        ready = self._ready()
        outcomes = []
        for number, family in enumerate(self._families):
            mark = progress.of(family.name).mark
            new = [row for use in (False, True) for row in shards.since(mark + 1, MAX_DRAWINGS, validation=use)]
            if number == 0:
                self._status.set_damaged(len(self._damaged))
                self._status.waiting(Selection(tuple(new), 0, 0), 0)
            if ready.missing or not new or family.name in waiting:
                continue
            champion = sound_champion(self._registry, family, self._damaged)
            if len(new) >= needed or (champion is None and mark == 0) or self._has_new_class(champion, ready):
                outcome = self._train(family, progress, champion, ready, frozenset(row.drawing for row in new))
                outcomes += [] if outcome is None else [outcome]
        self._damaged.save()
        self._looked_at = seen
        return outcomes

    def missing(self) -> str:
        """Names the classes that lack drawings for a training; empty if none does. Call it after `poll`."""
        return self._ready().missing

    def _refreshed(self) -> StoredProgress:
        if self._progress is None:
            progress = StoredProgress(self._store, self._damaged)
            for family in self._families:
                progress.finish(family.name, self._registry)
            self._status.restore_outcomes()
            self._progress = progress
        self._compaction.run()
        self._moderation = read_moderation(self._store)
        self._compaction.shards.moderate(self._moderation)
        self._progress.limit_to(self._compaction.last)
        return self._progress

    def _ready(self) -> Ready:
        """Classes that a champion knows stay in its successors; another one joins them with its 20th drawing."""
        shown = set(self.symbols.shown)
        drawings = [d for d in self._compaction.shards.drawings_without_samples() if d.label in shown]
        counts = Counter(drawing.label for drawing in drawings)
        enough = [place for place in self.symbols.shown if counts[place] >= EXAMPLES_OF_EACH]
        champions = [card for family in self._families if (card := self._card(family)) is not None]
        if not champions:
            enough_or_all: Sequence[int] = self.symbols.shown
        else:
            known = {self.symbols.places.get(class_id) for card in champions for class_id in card.classes.ids}
            enough_or_all = [place for place in self.symbols.shown if place in known or place in enough]
        missing = [place for place in enough_or_all if place not in enough]
        if missing or len(enough) < 2:
            return Ready((), (), self._words(missing or list(self.symbols.shown), counts))
        kept = self._filtered([drawing for drawing in drawings if drawing.label in enough], enough)
        return Ready(tuple(enough), tuple(_limited(kept)), "")

    def _words(self, missing: Sequence[int], counts: Counter[int]) -> str:
        shown = [f"{self.symbols.classes[place].id} has {counts[place]}" for place in missing[:5]]
        more = f" and {len(missing) - 5} more" if len(missing) > 5 else ""
        return f"{', '.join(shown)}{more}, expected {EXAMPLES_OF_EACH} drawings of each class"

    def _filtered(self, drawings: Sequence[LabelledDrawing], places: Sequence[int]) -> list[LabelledDrawing]:
        """The drawings that may train or validate; stores the verdict on the others."""
        numbers = {place: number for number, place in enumerate(places)}
        examples = self._vectors.examples(drawings, [numbers[drawing.label] for drawing in drawings])
        verdicts = filter_labels(examples, [drawing.id for drawing in drawings], len(places))
        fits = [
            bool(agreeing if drawing.use == "validation" else accepted)
            for drawing, accepted, agreeing in zip(drawings, verdicts.accepted, verdicts.agreeing, strict=True)
        ]
        self._verdicts.store_filtered(drawing.id for drawing, fit in zip(drawings, fits, strict=True) if not fit)
        return [drawing for drawing, fit in zip(drawings, fits, strict=True) if fit]

    def _has_new_class(self, champion: Artifact | None, ready: Ready) -> bool:
        known = set() if champion is None else set(champion.card.classes.ids)
        return champion is not None and any(self.symbols.classes[place].id not in known for place in ready.places)

    def _train(
        self, family: Family, progress: StoredProgress, champion: Artifact | None, ready: Ready, new: frozenset[str]
    ) -> Outcome | None:
        mark = self._compaction.last
        parts = split(ready.drawings, ready.places)
        if parts is None:
            return None
        drawings = SetDrawings(self.symbols, ready.places, parts, new)
        try:
            with (
                self._status.training(family.name, len(new)),
                traced_training(self.symbols.id, family.name, len(new)) as ended,
            ):
                outcome = train_set(family, drawings, self._shipped_model(family), champion, self._vectors, self._run)
                ended(outcome)
        except WrongWeights as error:
            log.warning("set %s: %s is not trained: %s", self.symbols.id, family.name, error)
            progress.advance(family.name, mark, 0)
            return None
        total = progress.of(family.name).trained_on + len(new)
        outcome = outcome.with_continued_on(ContinuedOn(progress.of(family.name).mark + 1, mark, len(new), total))
        if not self._publishing.publish(outcome.artifact, draw_figures(outcome.evaluation, drawings.names)):
            return None  # the drawings count as trained on once it is published
        progress.advance(family.name, mark, len(new))
        return outcome

    def _shipped_model(self, family: Family) -> Artifact | None:
        pointer = self._shipped.champion(family.name)
        return None if pointer is None else self._shipped.load(family.name, pointer.version)

    def _card(self, family: Family) -> Card | None:
        try:
            pointer = self._registry.champion(family.name)
            return None if pointer is None else self._registry.card(family.name, pointer.version)
        except (RegistryError, BadCard):
            return None


def _limited(drawings: Sequence[LabelledDrawing]) -> list[LabelledDrawing]:
    """The newest drawings of each class; no more of a contributor than MOST_OF_A_CONTRIBUTOR, unless nobody else is."""
    only_one = len({drawing.contributor for drawing in drawings}) == 1
    classes = len({drawing.label for drawing in drawings})
    of_contributor: Counter[tuple[str, int]] = Counter()
    of_class: Counter[int] = Counter()
    kept = []
    for drawing in reversed(drawings):
        key = drawing.contributor, drawing.label
        of_contributor[key] += 1
        of_class[drawing.label] += 1
        within = only_one or of_contributor[key] <= MOST_OF_A_CONTRIBUTOR
        if within and of_class[drawing.label] <= max(EXAMPLES_OF_EACH, MAX_DRAWINGS // classes):
            kept.append(drawing)
    return kept[::-1]
