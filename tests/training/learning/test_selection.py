"""Who teaches, who judges, and how much any one contributor weighs."""

from __future__ import annotations

from dataclasses import replace

from training.data.dataset import LabelledDrawing
from training.data.reference import reference_drawings
from training.data.shards.reader import Told
from training.learning.selection import VALIDATION_PER_CONTRIBUTOR, by_weight, choose_new, seated

ONE = reference_drawings("validation")[0]


def told(*counts: tuple[str, int]) -> list[Told]:
    """So many drawings of each contributor, one contributor after the other."""
    names = [name for name, count in counts for _ in range(count)]
    return [Told(number, f"{name} {number}", name) for number, name in enumerate(names, start=1)]


def drawn(*counts: tuple[str, int]) -> list[LabelledDrawing]:
    return [replace(ONE, id=each.drawing, contributor=each.contributor) for each in told(*counts)]


def test_what_is_believed_is_taught_oldest_first() -> None:
    new = told(("ann", 3), ("bob", 2))
    likely = {each.drawing for each in new if each.number != 2}

    choice = choose_new(new, likely, likely)

    assert [each.number for each in choice.taught] == [1, 3, 4, 5]
    assert (choice.doubted, choice.left) == (1, 0)


def test_a_training_takes_only_so_many_drawings_of_one_contributor() -> None:
    new = told(("loud", 9), ("ann", 2))
    every = {each.drawing for each in new}

    choice = choose_new(new, every, every, each=3)

    assert [each.number for each in choice.taught] == [1, 2, 3, 10, 11]
    assert (choice.doubted, choice.left) == (0, 6)


def test_doubted_drawings_use_up_nobody_s_share() -> None:
    new = told(("ann", 5))
    likely = {each.drawing for each in new[3:]}

    choice = choose_new(new, likely, likely, each=2)

    assert [each.number for each in choice.taught] == [4, 5]
    assert (choice.doubted, choice.left) == (3, 0)


def test_strange_drawings_are_few_among_plain_ones() -> None:
    new = told(*((f"each their own {n}", 1) for n in range(16)))
    plain = {each.drawing for each in new[:8]}

    choice = choose_new(new, {each.drawing for each in new}, plain)

    assert [each.number for each in choice.taught] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert (choice.doubted, choice.left) == (0, 6)


def test_one_contributor_weighs_no_more_than_all_others_together() -> None:
    parts = by_weight(drawn(("ann", 1), ("loud", 18), ("bob", 1)))

    assert [({d.contributor for d in part}, len(part), share) for part, share in parts] == [
        ({"loud"}, 18, 0.5),
        ({"ann", "bob"}, 2, 0.5),
    ]


def test_whoever_is_alone_or_not_in_the_majority_is_weighed_as_they_come() -> None:
    alone, even = drawn(("ann", 4)), drawn(("ann", 2), ("bob", 2))

    assert by_weight(alone) == [(alone, 1.0)]
    assert by_weight(even) == [(even, 1.0)]
    assert by_weight([]) == []


def test_one_contributor_has_only_so_many_seats_among_the_judges() -> None:
    judges = seated(drawn(("loud", 900), ("ann", 5), ("bob", 5)), 1000)

    contributors = [drawing.contributor for drawing in judges]
    assert (contributors.count("loud"), contributors.count("ann")) == (VALIDATION_PER_CONTRIBUTOR, 5)


def test_a_crowd_that_comes_at_once_takes_a_share_of_the_seats_and_never_all() -> None:
    honest = drawn(*((f"honest {n}", 10) for n in range(50)))
    crowd = drawn(*((f"crowd {n}", 10) for n in range(50)))

    judges = seated([*honest, *crowd], 500)

    assert 150 < sum(drawing.contributor.startswith("honest") for drawing in judges) < 350


def test_judges_keep_their_order_and_their_seats_while_there_is_room() -> None:
    drawings = drawn(("ann", 3), ("bob", 3))

    assert seated(drawings, 10) == drawings
    assert {d.id for d in seated(drawings, 3)} < {d.id for d in drawings}
