from __future__ import annotations

import json
from pathlib import Path

import pytest

from service.http.pages.page_release import LOOK_SECONDS, PageRelease


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def release(tmp_path: Path, clock: Clock) -> PageRelease:
    for path in ("index.html", "js/main.js", "js/operator/sets.js", "js/embed/canvas.js", "embed/canvas.js", "sw.js"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(path)

    def read(path: str) -> bytes:
        return b"texts" if path.startswith("messages/") else (tmp_path / path).read_bytes()

    return PageRelease(tmp_path, lambda: ["messages/en.json"], read, clock)


def test_a_release_names_the_files_of_the_page_alone(release: PageRelease) -> None:
    assert json.loads(release.encoded) == {
        "version": release.version,
        "files": ["", "js/main.js", "messages/en.json"],
    }


def test_a_file_that_is_written_makes_another_release_within_a_second(
    release: PageRelease, tmp_path: Path, clock: Clock
) -> None:
    before = release.version
    (tmp_path / "js" / "main.js").write_text("export { changed };")
    unlooked = release.version

    clock.now += LOOK_SECONDS

    assert unlooked == before
    assert release.version != before


def test_a_file_of_no_visitor_makes_no_other_release(release: PageRelease, tmp_path: Path, clock: Clock) -> None:
    before = release.version
    (tmp_path / "js" / "operator" / "sets.js").write_text("changed")

    clock.now += LOOK_SECONDS

    assert release.version == before
