"""Every key is as `docs/layout.md` writes it, and reads back into its parts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from collector.contribution import layout
from collector.storage.object_store import check_key

DRAWING = "0b8f9a3e-6c1d-4f5a-9b7e-2d3c4b5a6978"
CONTRIBUTOR = "0123456789abcdef" * 2
PAGE = Path(__file__).parents[3] / "docs/layout.md"
WHEN = datetime(2026, 11, 21, 3, 45, 0, 123999, tzinfo=UTC)


def test_the_keys_are_those_that_are_written_down() -> None:
    keys = [
        layout.sample_key(7, DRAWING, 3),
        layout.drawing_key(DRAWING),
        layout.arrival_key(WHEN, DRAWING),
        layout.model_key("softmax", "20261121T034500Z-1f2e3d", "card.json"),
        layout.champion_key("softmax"),
        layout.tombstone_key(DRAWING),
        layout.index_key(CONTRIBUTOR, DRAWING),
    ]

    assert keys == [
        f"samples/v1/7/{DRAWING}/03_7.png",
        f"drawings/v1/{DRAWING}.json",
        f"arrivals/v1/20261121T034500123Z_{DRAWING}",
        "models/softmax/20261121T034500Z-1f2e3d/card.json",
        "models/softmax/champion.json",
        f"tombstones/v1/{DRAWING}",
        f"contributors/v1/{CONTRIBUTOR}/{DRAWING}",
    ]
    for key in keys:
        check_key(key)


def test_arrivals_sort_by_time_in_any_time_zone() -> None:
    east = timezone(timedelta(hours=9))
    times = [WHEN + timedelta(milliseconds=77 * i**3) for i in range(40)]

    keys = [layout.arrival_key(when.astimezone(east if i % 2 else UTC), DRAWING) for i, when in enumerate(times)]

    assert keys == sorted(keys)


def test_arrivals_and_drawings_read_back() -> None:
    assert layout.parse_arrival(layout.arrival_key(WHEN, DRAWING)) == ("20261121T034500123Z", DRAWING)
    assert layout.parse_drawing_key(layout.drawing_key(DRAWING)) == DRAWING


@pytest.mark.parametrize("key", ["", "arrivals/v1/", f"arrivals/v1/x_{DRAWING}", f"drawings/v1/{DRAWING}.jsonx", "a"])
def test_other_keys_are_not_taken_for_these(key: str) -> None:
    with pytest.raises(layout.NotInLayout):
        layout.parse_arrival(key)
    with pytest.raises(layout.NotInLayout):
        layout.parse_drawing_key(key)


def test_an_index_entry_reads_back_and_nothing_else_does() -> None:
    key = layout.index_key(CONTRIBUTOR, DRAWING)

    assert layout.parse_index_key(key) == (CONTRIBUTOR, DRAWING)
    assert key.startswith(layout.contributor_prefix(CONTRIBUTOR))
    for wrong in (key.upper(), f"{key}/", key.replace("contributors/", "c/"), layout.index_key("..", DRAWING)):
        with pytest.raises(layout.NotInLayout):
            layout.parse_index_key(wrong)


def test_every_folder_of_the_store_is_written_down() -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert [folder for folder in layout.FOLDERS if f"\n{folder}/" not in page and f"\n`{folder}/" not in page] == []
