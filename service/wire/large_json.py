"""Reads JSON of up to 1 MiB beside predictions: bounds its parts, and pauses between steps.

Python's own parser is one call in C, which holds the interpreter's lock to its end: 20 ms for a full-size contribution,
0.4 s for the worst MiB.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from json import decoder, scanner
from typing import Any

from collector.give_way import give_way

SMALL_CHARACTERS = 4096  # of a text that is read at once
MAX_PARTS = 65_536  # twice those of a full-size contribution
PIECE_CHARACTERS = 512  # of an array that is read in one call

Scan = Callable[[str, int], tuple[Any, int]]


def count_parts(text: str) -> int:
    """An upper bound of the values, names and escapes in a JSON text, which are what takes time and memory."""
    return sum(text.count(mark) for mark in ",[{\\")


class SteppedDecoder(json.JSONDecoder):
    """`json`'s decoder in Python, which pauses between values; C decodes short flat arrays, such as points."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._whole: Scan = self.scan_once  # type: ignore[has-type]  # neither is this
        self.parse_object = self._object
        self.parse_array = self._array
        self.scan_once = scanner.py_make_scanner(self)  # type: ignore[attr-defined]

    def _object(self, *begun: Any) -> Any:
        give_way()
        return decoder.JSONObject(*begun)  # type: ignore[attr-defined]  # not in the type stubs, nor is JSONArray

    def _array(self, begun: tuple[str, int], scan_once: Scan) -> tuple[list[Any], int]:
        give_way()
        text, at = begun
        end = text.find("]", at, at + PIECE_CHARACTERS)
        # A quote may hide that the bracket ends no array.
        if end >= 0 and all(text.find(mark, at, end) < 0 for mark in '[{"'):
            values, after = self._whole(text, at - 1)
            return values, after
        array: tuple[list[Any], int] = decoder.JSONArray(begun, scan_once)  # type: ignore[attr-defined]
        return array
