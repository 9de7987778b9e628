"""Checks the texts that an operator gives: names and prompts are plain text, and ids are fit for keys and addresses."""

from __future__ import annotations

import re
import unicodedata

ID = re.compile(r"[a-z0-9][a-z0-9-]{0,31}", re.ASCII)
JOINERS = {"\u200c", "\u200d"}  # some scripts and emoji need them
MARKS_MAX = 4  # combining marks in a row; more would reach over neighbouring lines

# Control, format (bidirectional and zero-width characters), surrogates, private use, unassigned, line separators.
REFUSED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
INVISIBLE = {"Cf", "Mn", "Me", "Zs"}
BLANK = {"\u115f", "\u1160", "\u2800", "\u3164", "\uffa0"}  # letters and symbols without ink


class BadText(ValueError):
    """The text can't be shown as it is, or is no id; the message says what came and what was expected."""


def check_id(what: str, value: object) -> str:
    """The id itself: 1 to 32 of a-z, 0-9 and -, not first a dash.

    Raises:
        BadText: it has another form.
    """
    if not (isinstance(value, str) and ID.fullmatch(value)):
        raise BadText(f"{what} is {describe(value)}, expected 1 to 32 characters of a-z 0-9 -, not beginning with -")
    return value


def check_text(what: str, value: object, most: int) -> str:
    """The text in Unicode's composed form (NFC), for one line of plain text; `most` is in characters.

    Raises:
        BadText: no text, empty, too long, or a character that can't be seen or changes those around it.
    """
    if not isinstance(value, str):
        raise BadText(f"{what} is {describe(value)}, expected a text")
    if len(value) > 4 * most:  # before normalising, which takes time
        raise BadText(f"{what} has {len(value)} characters, expected at most {most}")
    text = unicodedata.normalize("NFC", value)
    if not 1 <= len(text) <= most:
        raise BadText(f"{what} has {len(text)} characters, expected 1 to {most}")
    if text != text.strip():
        raise BadText(f"{what} is {describe(text)}, expected no spaces at its ends")
    for character in text:
        if unicodedata.category(character) in REFUSED and character not in JOINERS:
            raise BadText(f"{what} contains U+{ord(character):04X}, expected characters that can be seen")
    if all(unicodedata.category(character) in INVISIBLE or character in BLANK for character in text):
        raise BadText(f"{what} is {describe(text)}, expected at least one character that can be seen")
    if _longest_marks(text) > MARKS_MAX:
        raise BadText(f"{what} has more than {MARKS_MAX} combining marks in a row")
    return text


def describe(value: object) -> str:
    """The value in printable ASCII, shortened: it comes from outside."""
    if not isinstance(value, str):
        return f"a {type(value).__name__}" if value is not None else "missing"
    shown = ascii(value)
    return shown if len(shown) <= 60 else f"{shown[:56]}...'"


def _longest_marks(text: str) -> int:
    longest = run = 0
    for character in text:
        run = run + 1 if unicodedata.category(character) in ("Mn", "Me") else 0
        longest = max(longest, run)
    return longest
