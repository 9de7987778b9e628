"""Selection of new and of validation drawings, and the weight of each contributor."""

from __future__ import annotations

from dataclasses import replace

from training.data.dataset import LabelledDrawing
from training.data.generated.reference import reference_drawings
from training.data.shards.group_reader import ShardRow
from training.learning.selection import VALIDATION_PER_CONTRIBUTOR, sample_by_contributor, select_new, split_by_weight

ONE = reference_drawings("validation")[0]


def rows(*counts: tuple[str, int]) -> list[ShardRow]:
    """So many drawings of each contributor, one contributor after the other."""
    names = [name for name, count in counts for _ in range(count)]
    return [ShardRow(number, f"{name} {number}", name) for number, name in enumerate(names, start=1)]


def drawn(*counts: tuple[str, int]) -> list[LabelledDrawing]:
    return [replace(ONE, id=each.drawing, contributor=each.contributor) for each in rows(*counts)]


def test_accepted_drawings_are_selected_oldest_first() -> None:
    new = rows(("ann", 3), ("bob", 2))
    likely = {each.drawing for each in new if each.number != 2}

    selection = select_new(new, likely, likely)

    assert [each.number for each in selection.selected] == [1, 3, 4, 5]
    assert (selection.filtered, selection.over_limit) == (1, 0)


def test_a_training_takes_only_so_many_drawings_of_one_contributor() -> None:
    new = rows(("loud", 9), ("ann", 2))
    every = {each.drawing for each in new}

    selection = select_new(new, every, every, per_contributor=3)

    assert [each.number for each in selection.selected] == [1, 2, 3, 10, 11]
    assert (selection.filtered, selection.over_limit) == (0, 6)


def test_filtered_drawings_do_not_count_toward_a_contributors_limit() -> None:
    new = rows(("ann", 5))
    likely = {each.drawing for each in new[3:]}

    selection = select_new(new, likely, likely, per_contributor=2)

    assert [each.number for each in selection.selected] == [4, 5]
    assert (selection.filtered, selection.over_limit) == (3, 0)


def test_disagreeing_drawings_are_limited_to_a_share_of_agreeing_ones() -> None:
    new = rows(*((f"each their own {n}", 1) for n in range(16)))
    plain = {each.drawing for each in new[:8]}

    selection = select_new(new, {each.drawing for each in new}, plain)

    assert [each.number for each in selection.selected] == [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert (selection.filtered, selection.over_limit) == (0, 6)


def test_one_contributor_weighs_no_more_than_all_others_together() -> None:
    parts = split_by_weight(drawn(("ann", 1), ("loud", 18), ("bob", 1)))

    assert [({d.contributor for d in part}, len(part), share) for part, share in parts] == [
        ({"loud"}, 18, 0.5),
        ({"ann", "bob"}, 2, 0.5),
    ]


def test_a_contributor_alone_or_without_a_majority_keeps_their_weight() -> None:
    alone, even = drawn(("ann", 4)), drawn(("ann", 2), ("bob", 2))

    assert split_by_weight(alone) == [(alone, 1.0)]
    assert split_by_weight(even) == [(even, 1.0)]
    assert split_by_weight([]) == []


def test_one_contributor_has_only_so_many_validation_drawings() -> None:
    sampled = sample_by_contributor(drawn(("loud", 900), ("ann", 5), ("bob", 5)), 1000)

    contributors = [drawing.contributor for drawing in sampled]
    assert (contributors.count("loud"), contributors.count("ann")) == (VALIDATION_PER_CONTRIBUTOR, 5)


def test_a_crowd_that_comes_at_once_gives_a_share_of_the_validation_drawings_and_never_all() -> None:
    honest = drawn(*((f"honest {n}", 10) for n in range(50)))
    crowd = drawn(*((f"crowd {n}", 10) for n in range(50)))

    sampled = sample_by_contributor([*honest, *crowd], 500)

    assert 150 < sum(drawing.contributor.startswith("honest") for drawing in sampled) < 350


def test_validation_drawings_are_all_kept_in_order_while_there_is_room() -> None:
    drawings = drawn(("ann", 3), ("bob", 3))

    assert sample_by_contributor(drawings, 10) == drawings
    assert {d.id for d in sample_by_contributor(drawings, 3)} < {d.id for d in drawings}
