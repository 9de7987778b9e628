"""Wrong labels, from a few, from a crowd, from one who never stops: what is served gets no worse."""

from __future__ import annotations

import random
from dataclasses import replace

from collector.storage.folder_store import FolderStore
from infra.harness.results.rows import Row, Setting, check, informational
from infra.soak.training.just_under import Descent, descend
from infra.soak.training.poisoned_rounds import Story, story_of
from infra.soak.training.poisoning import (
    CROWD,
    LOUD,
    Attack,
    People,
    one_loud_contributor,
    one_too_many,
    ones_as_sevens,
    people_of,
    plausibly_wrong,
    wrong_at_random,
    wrong_labels,
)
from training.data.processes import process_pool
from training.learning.label_filter import LabelFilter, best_model
from training.models.registry import Registry
from training.models.shipped import FIRST_MODELS

ABOUT = "Contributions with wrong labels, among training and validation drawings, round after round"

FALL = 1.0  # points of 100 below what was served at the start: of the mean over all stages, and of finished drawings
RECALL_FALL = 3.0  # of any one digit
CROWD_TIMES = 2  # times that, if half of all contributions are wrong in ways that the label filter can't detect
FILTERED = 0.01  # of right labels
CAUGHT = 0.8  # of wrong ones
PROCESSES = 2


def run(setting: Setting) -> list[Row]:
    people = people_of(setting.drawings, random.Random(setting.seed))
    if setting.quick:
        short = People(people.training, people.validation[:100], people.test)
        (attack,) = _attacks(short, 2, 10, setting.seed)[1:2]
        return [
            *_label_filter_rows(people, setting.seed),
            *_rows(story_of("softmax", attack, short.test, setting.seed)),
        ]
    attacks = _attacks(people, 18, 20, setting.seed)
    with process_pool(PROCESSES) as pool:
        # Longest first: path takes twice as long as softmax.
        families = [("path", attacks[-1]), *(("softmax", attack) for attack in attacks)]
        under = pool.submit(descend, "softmax", people, 100, setting.seed)
        stories = [pool.submit(story_of, family, attack, people.test, setting.seed) for family, attack in families]
        label_filter = _label_filter_rows(people, setting.seed)
        return [
            *label_filter,
            *(row for story in stories for row in _rows(story.result())),
            *_descent_rows(under.result()),
        ]


def _attacks(people: People, rounds: int, each: int, seed: int) -> list[Attack]:
    kinds = {
        "a fifth is wrong at random": wrong_at_random,
        "a fifth calls 1s 7s": ones_as_sevens,
        "a fifth counts one too many": one_too_many,
    }
    rng = random.Random(seed)
    return [
        *(wrong_labels(name, people, labelled, rounds, each, rng) for name, labelled in kinds.items()),
        one_loud_contributor(people, rounds, 2 * each, rng),
        plausibly_wrong(people, rounds, each),
    ]


def _label_filter_rows(people: People, seed: int) -> list[Row]:
    """The label filter on right and wrong labels of drawings by people whom no model was trained on."""
    label_filter, rng = LabelFilter(best_model(Registry(FolderStore(FIRST_MODELS)))), random.Random(seed)
    right = [*people.validation, *people.test]
    wrong = [replace(one_too_many(drawing, rng), id=f"wrong {drawing.id}") for drawing in right]
    sevens = [replace(drawing, id=f"seven {drawing.id}", label=7) for drawing in right if drawing.label == 1]
    filtered = 1 - len(label_filter.accepted(right)) / len(right)
    caught, caught_sevens = (1 - len(label_filter.accepted(group)) / len(group) for group in (wrong, sevens))
    return [
        check("right labels that the label filter rejects", f"{100 * filtered:.2f} % of {len(right):,}",
            f"<= {100 * FILTERED:g} %", filtered <= FILTERED),
        check("wrong labels that it catches: one too many; 1s labelled 7",
            f"{100 * caught:.1f} %; {100 * caught_sevens:.1f} %", f">= {100 * CAUGHT:g} %",
            min(caught, caught_sevens) >= CAUGHT),
    ]  # fmt: skip


def _rows(story: Story) -> list[Row]:
    what = f"{story.family}: {story.attack}, {story.rounds} rounds"
    fall, times = max(story.mean_fall, story.finished_fall), CROWD_TIMES if story.attack == CROWD else 1
    rows = [
        check(f"{what}: deepest fall, mean and finished", f"{story.mean_fall:.2f} and {story.finished_fall:.2f} points",
            f"<= {times * FALL:g} points", fall <= times * FALL),
        check(f"{what}: deepest fall of a digit's recall", f"{story.recall_fall:.2f} points",
            f"<= {times * RECALL_FALL:g} points", story.recall_fall <= times * RECALL_FALL),
    ]  # fmt: skip
    published = f"{story.published} of {story.trained} trainings"
    if story.attack == LOUD:
        return [*rows, check(f"{what}: published", published, ">= 50 %", 0 < story.trained <= 2 * story.published)]
    return [*rows, informational(f"{what}: published", published)]


def _descent_rows(descent: Descent) -> list[Row]:
    name = f"{descent.rounds} challengers, each as bad as the gate lets pass"
    return [
        check(f"{name}: fall on the validation drawings",
            f"{descent.validation_fall:.2f} points in {descent.accepted} steps",
            f"<= {FALL:g} points", descent.validation_fall <= FALL),
        check(f"{name}: fall on other writers'", f"{descent.test_fall:.2f} points", f"<= {FALL:g} points",
            descent.test_fall <= FALL),
    ]  # fmt: skip
