from __future__ import annotations

import json
from pathlib import Path

import pytest
from fastapi import Request

from service.http.pages.pages import Page


def request(**headers: str) -> Request:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "headers": raw})


@pytest.fixture
def page(tmp_path: Path) -> Page:
    folder = tmp_path / "frontend"
    (folder / "js").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html>")
    (folder / "js" / "main.js").write_text("export {};")
    (folder / "js" / "notes.md").write_text("private")
    (folder / ".env").write_text("private")
    (tmp_path / "secret.js").write_text("private")
    return Page(folder)


@pytest.mark.parametrize(
    ("path", "content_type"),
    [("index.html", "text/html; charset=utf-8"), ("js/main.js", "text/javascript; charset=utf-8")],
)
def test_a_file_of_the_page_has_its_content_type(page: Page, path: str, content_type: str) -> None:
    response = page.respond(path, request())

    assert response is not None
    assert response.headers["content-type"] == content_type
    assert response.headers["cache-control"] == "no-cache"


def test_a_file_that_the_browser_has_is_not_sent_again(page: Page) -> None:
    first = page.respond("js/main.js", request())
    assert first is not None

    second = page.respond("js/main.js", request(if_none_match=first.headers["etag"]))

    assert second is not None
    assert (second.status_code, second.body) == (304, b"")


def test_a_changed_file_is_sent(page: Page, tmp_path: Path) -> None:
    first = page.respond("js/main.js", request())
    assert first is not None
    (tmp_path / "frontend" / "js" / "main.js").write_text("export { changed };")

    second = page.respond("js/main.js", request(if_none_match=first.headers["etag"]))

    assert second is not None
    assert (second.status_code, second.body) == (200, b"export { changed };")


@pytest.mark.parametrize(
    "path",
    ["js/none.js", "js", "js/notes.md", ".env", "../secret.js", "js/../../secret.js", "/etc/passwd", "js//main.js", ""],
)
def test_only_the_pages_own_files_are_served(page: Page, path: str) -> None:
    assert page.respond(path, request()) is None


def test_the_page_says_which_release_it_is_of(tmp_path: Path, page: Page) -> None:
    (tmp_path / "frontend" / "index.html").write_text("<html><head></head></html>")

    opened, release = page.respond("index.html", request()), page.respond("page.json", request())

    assert opened is not None
    assert release is not None
    named = json.loads(bytes(release.body))
    assert named["files"] == ["", "js/main.js"]
    assert f'data-release="{named["version"]}"' in bytes(opened.body).decode()
