"""Makes symbol sets out of writers' letters: the examples that are given and the drawings that are read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from infra.harness.data.selection import hash_of
from training.data.dataset import LabelledDrawing, rng_of

CLASSES = 10  # of each set
SETS_OF_A_WRITER = 2  # other choices of letters and of examples
OTHER_WRITERS = 5
EXAMPLES_OF_EACH = 4  # by each of the other writers
LEAST_CLASSES = 5  # letters that enough others have written, for a set by other writers


@dataclass(frozen=True, slots=True)
class Task:
    """One writer's set. Drawings are indices of those given, each with its class, from 0."""

    writer: str
    half: int  # 0 or 1, of the writers: how much a figure depends on who they are
    classes: int
    examples: tuple[tuple[int, int], ...]
    read: tuple[tuple[int, int], ...]


Letters = dict[str, dict[str, list[int]]]  # writer -> letter -> drawings, in the order of a hash


def letters_of(drawings: Sequence[LabelledDrawing]) -> Letters:
    """The writers in the order of a hash, with their letters sorted."""
    found: Letters = defaultdict(lambda: defaultdict(list))
    for number in sorted(range(len(drawings)), key=lambda number: hash_of(drawings[number].id)):
        drawing = drawings[number]
        if drawing.symbol is not None:
            found[drawing.contributor][drawing.symbol].append(number)
    return {
        writer: {letter: found[writer][letter] for letter in sorted(found[writer])}
        for writer in sorted(found, key=hash_of)
    }


def own_tasks(letters: Letters, each: int, most: int) -> list[Task]:
    """Sets of ten letters of one writer with `each` examples; what is read follows the first `most` of each letter."""
    tasks = []
    for number, (writer, own) in enumerate(letters.items()):
        enough = [drawings for drawings in own.values() if len(drawings) > most]
        for choice in range(SETS_OF_A_WRITER if len(enough) >= CLASSES else 0):
            rng = rng_of(f"set {choice} of {writer}")
            chosen = [enough[place] for place in sorted(rng.choice(len(enough), CLASSES, replace=False))]
            orders = [[drawings[place] for place in rng.permutation(len(drawings))] for drawings in chosen]
            examples = [(drawing, label) for label, order in enumerate(orders) for drawing in order[:each]]
            read = [(drawing, label) for label, order in enumerate(orders) for drawing in order[most:]]
            tasks.append(Task(writer, number % 2, CLASSES, tuple(examples), tuple(read)))
    return tasks


def others_tasks(letters: Letters) -> list[Task]:
    """A writer's letters with four examples of each by each of five other writers; all of the writer's are read.

    The five may differ from letter to letter: few letters are written by all.
    """
    tasks = []
    for number, (writer, own) in enumerate(letters.items()):
        rng = rng_of(f"others of {writer}")
        by_others = {
            letter: [w for w, has in letters.items() if w != writer and len(has.get(letter, ())) >= EXAMPLES_OF_EACH]
            for letter in own
        }
        possible = [letter for letter in own if len(by_others[letter]) >= OTHER_WRITERS]
        if len(possible) < LEAST_CLASSES:
            continue
        count = min(CLASSES, len(possible))
        chosen = [possible[place] for place in sorted(rng.choice(len(possible), count, replace=False))]
        examples = []
        for label, letter in enumerate(chosen):
            for place in rng.choice(len(by_others[letter]), OTHER_WRITERS, replace=False):
                theirs = letters[by_others[letter][place]][letter]
                examples += [(drawing, label) for drawing in theirs[:EXAMPLES_OF_EACH]]
        read = [(drawing, label) for label, letter in enumerate(chosen) for drawing in own[letter]]
        tasks.append(Task(writer, number % 2, count, tuple(examples), tuple(read)))
    return tasks


def labels_of(pairs: Sequence[tuple[int, int]]) -> tuple[np.ndarray[tuple[int], np.dtype[np.int64]], ...]:
    """The drawings and their classes, each as an array."""
    rows = np.array(pairs, np.int64).reshape(-1, 2)
    return rows[:, 0], rows[:, 1]
