"""The page in the browser's language: which one is chosen, and how its texts come into the page."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi import Request

from service.http.pages.page_texts import SELDOM, PageTexts
from service.http.pages.pages import Page
from tests.repository import ROOT

MESSAGES: dict[str, dict[str, Any]] = {
    "language.name": {"en": "English", "fr": "Français", "ar": "العربية"},
    "language.direction": {"en": "ltr", "fr": "ltr", "ar": "rtl"},
    "draw.any": {"en": "Draw", "fr": "Dessinez </script>", "ar": "ارسم"},
    "draw.title": {"en": "Title", "fr": 'Un "titre"', "ar": "عنوان"},
    "about.what": {"en": "What", "fr": "Quoi", "ar": "ماذا"},
    "draw.count": {"en": {"one": "{count} digit", "other": "{count} digits"}, "fr": "{count}", "ar": "{count}"},
}
INDEX = (
    '<!doctype html>\n<html lang="en"><script type="application/json" id="texts"></script>'
    '<p data-text="draw.any" data-text-title="draw.title" class="large"></p>'
)


@pytest.fixture
def page(tmp_path: Path) -> Page:
    (tmp_path / "index.html").write_text(INDEX)
    (tmp_path / "messages.json").write_text(json.dumps(MESSAGES))
    return Page(tmp_path)


def fetched(page: Page, path: str, language: str = "") -> str:
    response = page.respond(path, Request({"type": "http", "headers": [(b"accept-language", language.encode())]}))
    assert response is not None
    return bytes(response.body).decode()


@pytest.mark.parametrize(
    ("accepted", "language"),
    [
        ("", "en"),
        ("fr", "fr"),
        ("fr-CH, fr;q=0.9, en;q=0.8", "fr"),
        ("en;q=0.2, fr;q=0.8", "fr"),
        ("it, FR;q=0.5", "fr"),
        ("it", "en"),
        ("*", "en"),
        ("fr;q=0, ar", "ar"),
        ("fr;q=much, ar;q=0.1", "ar"),
        ("fr;q=nan", "en"),
        (";;;,,;q=", "en"),
        (", " * 10_000 + "fr", "en"),
    ],
)
def test_the_browser_chooses_the_language(accepted: str, language: str) -> None:
    assert PageTexts(MESSAGES).choose(accepted) == language


def test_the_page_comes_with_its_texts(page: Page) -> None:
    sent = fetched(page, "index.html", "fr")

    assert '<html lang="fr" dir="ltr">' in sent
    assert 'title="Un &quot;titre&quot;" class="large">Dessinez &lt;/script&gt;</p>' in sent
    embedded = re.search(r'id="texts">(.*?)</script>', sent)
    assert embedded is not None
    # Its scripts read this text from the page.
    assert "draw.any" not in json.loads(embedded[1])["texts"]


def test_a_language_that_is_written_from_right_to_left_turns_the_page(page: Page) -> None:
    assert '<html lang="ar" dir="rtl">' in fetched(page, "index.html", "ar")


def test_one_language_of_the_file_is_served_by_itself(page: Page) -> None:
    catalogue = json.loads(fetched(page, "messages/fr.json"))

    assert catalogue["language"] == "fr"
    assert catalogue["languages"] == MESSAGES["language.name"]
    assert catalogue["texts"]["draw.count"] == "{count}"


def test_the_texts_of_a_view_that_is_opened_seldom_are_served_apart(page: Page) -> None:
    assert json.loads(fetched(page, "messages/fr/about.json")) == {"about.what": "Quoi"}
    assert "about.what" not in json.loads(fetched(page, "messages/fr.json"))["texts"]
    assert "Quoi" not in fetched(page, "index.html", "fr")


@pytest.mark.parametrize(
    "path",
    [
        "messages/it.json",
        "messages/it/about.json",
        "messages/fr/draw.json",
        "messages/en",
        "messages/en.js",
        "messages/../messages.json",
    ],
)
def test_there_is_no_other_file_of_messages(page: Page, path: str) -> None:
    assert page.respond(path, Request({"type": "http", "headers": []})) is None


def test_an_edited_message_is_served_at_once(page: Page, tmp_path: Path) -> None:
    fetched(page, "index.html")
    file = tmp_path / "messages.json"
    file.write_text(json.dumps({**MESSAGES, "draw.any": {"en": "Write"}}))
    os.utime(file, (1, 1))  # file systems keep times more coarsely than a test runs

    assert ">Write</p>" in fetched(page, "index.html")


def test_caches_keep_the_languages_apart(page: Page) -> None:
    request = Request({"type": "http", "headers": []})

    index, script = page.respond("index.html", request), page.respond("messages/en.json", request)

    assert index is not None
    assert script is not None
    assert index.headers["vary"] == "Accept-Language"
    assert "vary" not in script.headers


def test_the_real_page_is_complete_in_each_language() -> None:
    page = Page(ROOT / "frontend")

    for language in PageTexts(json.loads((ROOT / "frontend/messages.json").read_bytes())).languages:
        sent = fetched(page, "index.html", language)
        assert f'<html lang="{language}"' in sent
        assert re.findall(r'data-text="([^"]+)"[^>]*><', sent) == []
        texts = json.loads(re.findall(r'id="texts">(.*?)</script>', sent)[0])["texts"]
        wanted = set(re.findall(r'data-text(?:-\w+)?="([^"]+)"', sent))
        assert wanted.isdisjoint(texts)
        # A visitor who chooses another language has these to fill the page with, and those of a view once it is opened.
        chosen = json.loads(fetched(page, f"messages/{language}.json"))["texts"]
        assert {key for key in wanted if key.partition(".")[0] not in SELDOM} <= chosen.keys()
        assert texts.items() <= chosen.items()
