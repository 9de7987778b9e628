"""The reference pages have every setting, command and call that the code has."""

from __future__ import annotations

import re

import typer
import yaml

from infra.reference.command_page import command_page
from infra.reference.http_page import http_page, openapi_description
from infra.reference.markdown import cell, table
from infra.reference.settings_page import settings_page
from service.cli.main import app
from service.settings import Settings
from tests.repository import ROOT
from training.settings import TrainingSettings


def test_every_setting_is_listed_once_with_its_default_and_bounds() -> None:
    page = settings_page()

    listed = re.findall(r"^\| `MIDSTROKE_(\w+)`", page, re.MULTILINE)
    assert sorted(listed) == sorted(name.upper() for name in {**Settings.model_fields, **TrainingSettings.model_fields})
    assert "| `MIDSTROKE_PORT` | `8000` | whole number, at least 0, at most 65,535 |" in page


def test_every_command_is_listed_with_its_options() -> None:
    page = command_page(app)

    for name in ("serve", "train", "evaluate", "models list", "models rollback", "import-drawings", "settings"):
        assert f"## `midstroke {name}`" in page
    assert "| `--port <int>` |" in page
    assert str(ROOT) not in page


def test_a_new_command_is_on_the_page() -> None:
    new = typer.Typer()

    @new.command()
    def first() -> None:
        """Greet."""

    @new.command()
    def second(times: int = 3) -> None:
        """Greet <more>."""

    page = command_page(new, "tool")

    assert "## `tool first`" in page
    assert "Greet &lt;more>." in page
    assert "--times" in page
    assert "[default: 3]" in page


def test_every_call_and_every_form_is_listed() -> None:
    described = openapi_description()

    page = http_page(described)

    for path, methods in described["paths"].items():
        assert all(f"## `{method.upper()} {path}`" in page for method in methods)
    links = set(re.findall(r"\]\(#(\w+)\)", page))
    assert links <= {name.lower() for name in re.findall(r"^### (\w+)$", page, re.MULTILINE)}


def test_text_in_a_table_stays_in_its_cell() -> None:
    assert table(("a", "b"), [("1", cell("x | <var>\ny"))]) == "\n| a | b |\n| --- | --- |\n| 1 | x \\| &lt;var> y |\n"
    assert table(("a",), []) == ""


def test_the_site_has_every_page_and_fetches_nothing_from_another_host() -> None:
    config = yaml.safe_load((ROOT / "mkdocs.yml").read_text())

    listed = set(re.findall(r"[\w/-]+\.md", yaml.safe_dump(config["nav"])))
    written = {str(path.relative_to(ROOT / "docs")) for path in (ROOT / "docs").rglob("*.md")}
    assert listed == written | {"reference/settings.md", "reference/command-line.md", "reference/http.md"}
    assert config["theme"]["font"] is False
    assert "extra_javascript" not in config
    assert "extra_css" not in config
