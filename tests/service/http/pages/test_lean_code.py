from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from service.http.pages.lean_code import lean_page, lean_script, lean_style
from tests.repository import ROOT

COMPARE = Path(__file__).with_name("lean_tokens.mjs")
SCRIPTS = [
    ("/** What it is. */\nexport const A = 1;\n", "export const A=1;\n"),
    ("/**\n * @param {number} a\n */\nf(a) {\n  return a; // why\n}\n", "f(a){\nreturn a;\n}\n"),
    ("  /** @type {Set<string>} */ #waiting = new Set();\n", "#a=new Set();\n"),
    ("const f = (/** @type {number} */ x) => x;\n", "const f=(x)=>x;\n"),
    (
        "this.#count = f('#count', this.#a);\nthis.#b = `${this.#b}`;\n",
        "this.#count=f('#count',this.#c);\nthis.#b=`${this.#b}`;\n",
    ),
    ("  // alone\n  g();\n", "g();\n"),
    ("const url = 'http://here/*';\nconst b = 2;\n", "const url='http://here/*';\nconst b=2;\n"),
    ("f('a  :  b', \"c = d\");\n", "f('a  :  b',\"c = d\");\n"),
    ("a = b - -c + +d;\n", "a=b - -c + +d;\n"),
    (
        "const half = /x = 1/.test(a) ? 1 / 2 : `${a} = ${b}`;\n",
        "const half = /x = 1/.test(a) ? 1 / 2 : `${a} = ${b}`;\n",
    ),
    ("x = 1; // it isn't\n", "x = 1; // it isn't\n"),
    ("f((/** @type {import('./a.js').A} */ a) => `a , ${a}` + 1);\n", "f((a)=>`a , ${a}`+1);\n"),
    ("a = b + c - d[0] - e++ + 1;\n", "a=b+c-d[0]- e++ + 1;\n"),
    ("s = 'a' + /'b = /.source + ' = c';\n", "s = 'a' + /'b = /.source + ' = c';\n"),
    ("s = `a = ${f(`b = c`)}`;\n", "s = `a = ${f(`b = c`)}`;\n"),
]


@pytest.mark.parametrize(("code", "expected"), SCRIPTS)
def test_a_script_loses_comments_and_blanks(code: str, expected: str) -> None:
    assert lean_script(code).replace("\n", "") == expected.replace("\n", "")


@pytest.mark.parametrize("code", ["const t = `\n  // text\n`;\n", "const s = 'a \\\n  // b';\n"])
def test_a_script_that_cannot_be_read_line_by_line_stays(code: str) -> None:
    assert lean_script(code) == code


def test_a_line_ends_where_a_comment_or_a_statement_may_end() -> None:
    assert lean_script("f();\nx = 1; // it isn't\ny\n++z;\n") == "f();x = 1; // it isn't\ny\n++z;"


def test_a_style_keeps_blanks_that_have_a_meaning() -> None:
    style = "/* Why */\na :is(b, c):hover {\n  width: calc(1px + 2 * var(--a));\n}\n"

    assert lean_style(style) == "a :is(b, c):hover{width:calc(1px + 2 * var(--a))}"


def test_a_page_loses_its_indentation() -> None:
    assert lean_page("<p>\n  <b>a</b>  c\n</p>") == "<p>\n<b>a</b>  c\n</p>"


def test_the_pages_scripts_keep_every_token(tmp_path: Path) -> None:
    scripts = ROOT / "frontend" / "js"
    sizes = np.zeros(2)
    for path in scripts.rglob("*.js"):
        code = path.read_text(encoding="utf-8")
        made = tmp_path / path.relative_to(scripts)
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_text(lean_script(code), encoding="utf-8")
        sizes += len(code), len(lean_script(code))

    compared = subprocess.run(
        [sys.executable, "-m", "infra.node", COMPARE, scripts, tmp_path, ROOT / "infra" / "node"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )

    assert compared.stdout.strip() in ("compared", "typescript is not installed")
    assert sizes[1] < 0.7 * sizes[0]
