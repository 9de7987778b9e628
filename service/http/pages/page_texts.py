"""Gives the page its texts: one language of `messages.json`, chosen by the browser and written into `index.html`.

The texts are in the page itself, so that no visitor sees it without them, and no further request can fail.
"""

from __future__ import annotations

import html
import itertools
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DEFAULT = "en"
NAME_KEY = "language.name"  # its translations are the languages' own names: a language is on the page once it is here
# Texts that a view reads when it is opened, by its name: the groups of their keys.
APART = {
    "about": ("about",),
    "contribute": ("counts", "label", "mine", "objection", "personal", "recent", "session", "storage", "undelivered"),
    "game": ("game", "share"),
    "models": ("chart", "compare", "figure", "loop", "mine", "models", "story", "versions"),
    "sees": ("sees",),
    "share": ("share",),
    "set": ("set",),  # of pages that are for other symbols than digits
}
SELDOM = frozenset(itertools.chain.from_iterable(APART.values()))
EMBEDDED = '<script type="application/json" id="texts"></script>'
TAG_WITH_TEXT = re.compile(r'data-text="([\w.-]+)"[^>]*>')
TEXT_ATTRIBUTE = re.compile(r'data-text-(label|title|content)="([\w.-]+)"')
ATTRIBUTES = {"label": "aria-label", "title": "title", "content": "content"}
MAX_ACCEPTED = 20  # languages of a browser that are looked at


@dataclass(frozen=True, slots=True)
class PageTexts:
    """The message file: for each key the text in each language, or its plural forms by category."""

    messages: dict[str, dict[str, Any]]

    @property
    def languages(self) -> dict[str, str]:
        """The name of each language in itself, by its code."""
        return self.messages.get(NAME_KEY, {})

    def choose(self, accept_language: str) -> str:
        """The language that a browser's `Accept-Language` prefers among those of the file."""
        wanted = sorted(
            map(_preference, accept_language.split(",")[:MAX_ACCEPTED]), reverse=True, key=lambda one: one[0]
        )
        codes = (code for quality, code in wanted if quality > 0)
        return next((code for code in codes if code in self.languages), DEFAULT)

    def catalogue(self, language: str) -> dict[str, Any]:
        """The texts that the page needs in this language."""
        texts = {
            key: self._text(key, language) for key in self.messages if _group(key) not in SELDOM and key != NAME_KEY
        }
        return {"language": language, "languages": self.languages, "texts": texts}

    def encode(self, language: str, view: str | None = None) -> bytes | None:
        """The catalogue as JSON, or the texts of a view; None for a language or view that there is not."""
        if language not in self.languages or view not in (None, *APART):
            return None
        if view is None:
            return _encoded(self.catalogue(language)).encode()
        return _encoded(
            {key: self._text(key, language) for key in self.messages if _group(key) in APART[view]}
        ).encode()

    def paths(self) -> list[str]:
        """The catalogues and the views' texts as files of the page."""
        files = ("", *(f"/{view}" for view in APART))
        return [f"messages/{language}{file}.json" for language in self.languages for file in files]

    def _text(self, key: str, language: str) -> Any:
        texts = self.messages.get(key, {})
        return texts.get(language, texts.get(DEFAULT, key))

    def fill(self, page: str, language: str) -> str:
        """The page with its texts in this language, and the catalogue for its scripts."""

        def content(tag: re.Match[str]) -> str:
            return tag[0] + html.escape(str(self._text(tag[1], language)), quote=False)

        def attribute(found: re.Match[str]) -> str:
            return f'{found[0]} {ATTRIBUTES[found[1]]}="{html.escape(str(self._text(found[2], language)))}"'

        filled = TEXT_ATTRIBUTE.sub(attribute, TAG_WITH_TEXT.sub(content, page))
        direction = self._text("language.direction", language) if self.messages else "ltr"
        filled = filled.replace('<html lang="en">', f'<html lang="{language}" dir="{direction}">', 1)
        # The scripts read the texts that are in the page from there.
        written = {*TAG_WITH_TEXT.findall(page), *(key for _, key in TEXT_ATTRIBUTE.findall(page))}
        catalogue = self.catalogue(language)
        texts = {key: value for key, value in catalogue["texts"].items() if key not in written}
        # `<` escaped: no text can end the script element.
        encoded = _encoded({**catalogue, "texts": texts})
        return filled.replace(EMBEDDED, EMBEDDED.replace("><", f">{encoded}<"), 1)


class MessageFile:
    """`messages.json` of a folder, read again when it has changed."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "messages.json"
        self._texts = PageTexts({})
        self._written = -1

    def current(self) -> PageTexts:
        """Without a file there are no languages, and the page keeps the texts that it is written with.

        Raises:
            ValueError: the file is no JSON.
        """
        try:
            written = self._path.stat().st_mtime_ns
        except FileNotFoundError:
            return PageTexts({})
        if written != self._written:
            self._texts, self._written = PageTexts(json.loads(self._path.read_bytes())), written
        return self._texts


def _group(key: str) -> str:
    return key.partition(".")[0]


def _preference(accepted: str) -> tuple[float, str]:
    """Quality and primary language of `fr-CH;q=0.8`; quality 0 for what cannot be read."""
    tag, _, parameter = accepted.strip().partition(";")
    try:
        quality = float(parameter.strip().removeprefix("q=") or 1)
    except ValueError:
        return 0.0, ""
    return quality, tag.strip().split("-")[0].lower()


def _encoded(catalogue: dict[str, Any]) -> str:
    return json.dumps(catalogue, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
