"""The text for people names files, targets and links that exist."""

from __future__ import annotations

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests.repository import DOCUMENTS, ROOT

FOLDERS = ("service", "training", "collector", "frontend", "infra", "tests", "docs", "requirements")
MADE = {"docs/reference/settings.md", "docs/reference/command-line.md", "docs/reference/http.md"}

every_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))


@every_document
def test_files_that_a_document_names_exist(document: Path) -> None:
    named = re.findall(rf"`((?:{'|'.join(FOLDERS)})/[\w./*-]*)`", document.read_text())

    assert [name for name in named if not any(ROOT.glob(name.rstrip("/")))] == []


@every_document
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    links = re.findall(r"\]\((?!https?:|#)([^)#\s]+)", document.read_text())
    targets = {str((document.parent / link).resolve().relative_to(ROOT)) for link in links}

    assert {target for target in targets if not (ROOT / target).exists()} <= MADE


@every_document
def test_make_targets_that_a_document_names_exist(document: Path) -> None:
    known = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    named = re.findall(r"(?:`|^)make ([a-z-]+)", document.read_text(), re.MULTILINE)

    assert set(named) <= set(known)


@every_document
def test_modules_that_a_document_runs_exist(document: Path) -> None:
    modules = re.findall(r"python -m (infra[\w.]*)", document.read_text())

    for module in modules:
        path = ROOT / module.replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists()


def test_make_help_lists_every_target() -> None:
    phony = re.search(r"^\.PHONY: (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert phony

    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout

    assert re.findall(r"^make (\S+) ", shown, re.MULTILINE) == phony[1].split()


def test_the_changelog_has_a_dated_section_for_the_version_in_the_order_of_its_form() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]

    assert re.search(rf"^## {re.escape(version)} - \d{{4}}-\d\d-\d\d$", text, re.MULTILINE)
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        headings = re.findall(r"^### (\w+)$", section, re.MULTILINE)
        order = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]
        assert headings == sorted(set(headings), key=order.index)
