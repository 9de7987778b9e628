"""Leaves out of the page's code what a browser doesn't need, comments and blanks: half of what it would load.

Line by line, and only where a line alone shows that nothing else changes: a script in which it doesn't (a template or
a string that runs over several lines) is served as it is written, and so is a line with a regular expression, a
division or a template within a template.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from itertools import product
from string import ascii_letters

STRING = re.compile(r"('(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"|`(?:\\.|[^`\\])*`)")
TYPE = re.compile(r"/\*\* @\w+ (?:[^*]|\*(?!/))*\*/ ?")  # a type within a line of code
AROUND = re.compile(r" *([{}()\[\];,:=<>*&|?!]+) *")
SUM = re.compile(r"(?<![+-]) ([+-]) (?![+-])")  # not `a - -b`
MARK = re.compile("['\"`/]")  # begins a string, a comment or a regular expression
PRIVATE = re.compile(r"#[A-Za-z_]\w*")
OPEN = (";", "{", ",", "(")
Part = tuple[str, bool]
DECLARATION = re.compile(r"^([\w-]+): (.*;)$")


def lean_script(code: str) -> str:
    """JavaScript without comments on lines of their own, types and blanks, and with short private names."""
    lines = [line.strip() for line in code.split("\n")]
    if any(line.count("`") % 2 or line.endswith("\\") for line in lines):
        return code
    parted = [_parts(line) for line in _without_comments(lines)]
    short = _short_names(parted)
    return _joined("".join(_squeezed(part, short) if code else part for part, code in parts) for parts in parted)


def lean_style(code: str) -> str:
    """CSS without comments on lines of their own and blanks."""
    lines = _without_comments([line.strip() for line in code.split("\n")])
    squeezed = _joined(DECLARATION.sub(r"\1:\2", line).replace(" {", "{") for line in lines)
    if any("}" in part for line in lines for part in STRING.findall(line)):
        return squeezed
    return squeezed.replace(";\n}", "}").replace(";}", "}").replace("}\n", "}")


def lean_page(html: str) -> str:
    """HTML without indentation."""
    return "\n".join(line.strip() for line in html.split("\n"))


def _joined(lines: Iterable[str]) -> str:
    """The lines, broken only where the break may mean something: behind a comment or the end of a statement."""
    return "".join(line if line.endswith(OPEN) and "//" not in line else f"{line}\n" for line in lines if line)


def _without_comments(lines: list[str]) -> list[str]:
    kept = []
    in_comment = False
    for line in lines:
        rest = line
        if in_comment or line.startswith("/*"):
            _, end, after = line.partition("*/")
            in_comment = not end
            rest = after.strip()
        kept.append("" if rest.startswith("//") else rest)
    return kept


def _parts(line: str) -> list[Part]:
    """The line in parts, each with whether it is code that may be squeezed."""
    while (found := TYPE.search(line)) and not MARK.search(line[: found.start()]):
        line = line[: found.start()] + line[found.end() :]
    if not any(quote in line for quote in "'\"`") and line.count("/") == 2:
        line = re.sub(r" // .*$", "", line)
    parts = STRING.split(line)
    # An odd quote is within a comment, a regular expression or a string that this does not understand.
    if line.count("`") > 2 or any(MARK.search(part) for part in parts[::2]):
        return [(line, False)]
    return [(part, number % 2 == 0) for number, part in enumerate(parts)]


def _squeezed(code: str, short: dict[str, str]) -> str:
    return PRIVATE.sub(lambda name: short.get(name[0], name[0]), SUM.sub(r"\1", AROUND.sub(r"\1", code)))


def _short_names(lines: list[list[Part]]) -> dict[str, str]:
    """Short private names, but for those that are also in parts which stay as they are written."""
    counts = Counter(name for parts in lines for part, code in parts if code for name in PRIVATE.findall(part))
    stay = {name for parts in lines for part, code in parts if not code for name in PRIVATE.findall(part)}
    free = (f"#{name}" for name in (*ascii_letters, *map("".join, product(ascii_letters, repeat=2))))
    unused = (name for name in free if name not in counts and name not in stay)
    return {name: next(unused) for name, _ in counts.most_common() if name not in stay}
