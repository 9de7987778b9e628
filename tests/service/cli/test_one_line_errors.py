"""Every command, with every wrong setting and every damaged file, ends in one line and never in a traceback."""

from __future__ import annotations

import contextlib
import gzip
import json
import os
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command
from typer.testing import CliRunner

from collector.contribution.contributor import contributor_id
from collector.ink.drawing import Drawing, format_drawing
from collector.spool.spool import Spool
from service.cli.main import app
from service.paths import key_file, spool_file
from service.settings import Settings
from tests.collector.contributions import make_contribution
from tests.service.fakes import SEVEN
from training.settings import TrainingSettings

LINE = format_drawing(Drawing("d", SEVEN, 7, "writer", "file")) + "\n"
COMMANDS = {
    "serve": ["serve", "--port", "0"],
    "import": ["import-drawings", "{file}"],
    "settings": ["settings"],
    "list models": ["models", "list"],
    "promote": ["models", "promote", "softmax", "20260101T000000Z-000000"],
    "rollback": ["models", "rollback", "softmax"],
    "train": ["train", "--no-store", "--drawings", "{file}", "--batches", "1", "--family", "nobody"],
    "evaluate": ["evaluate", "--drawings", "{file}", "--family", "nobody"],
    "spool list": ["spool", "list"],
    "spool retry": ["spool", "retry"],
}
# What a person may type by mistake, for settings of any kind.
WRONG_VALUES = [
    "loud",
    "-1",
    "nan",
    "inf",
    "1e999",
    "0x10",
    "gs://bucket",
    "s3:/bucket",
    "http://",
    "\N{SNOWMAN}",
    "9" * 40,
]


@pytest.fixture(autouse=True)
def _no_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith(("MIDSTROKE_", "AWS_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("MIDSTROKE_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)


def run(*arguments: str) -> tuple[int, str]:
    """The exit code, and what was written to stderr."""
    ended = CliRunner().invoke(app, list(arguments), prog_name="midstroke")
    if ended.exception is not None and not isinstance(ended.exception, SystemExit):
        # The runner does not go by `Command.__call__`.
        from service.cli.errors import fail_for

        assert isinstance(ended.exception, Exception)
        with pytest.raises(Exception) as raised:  # noqa: PT011 - typer's own
            fail_for(ended.exception)
        assert raised.value is not ended.exception, f"a traceback for {arguments}"
        return int(getattr(raised.value, "exit_code", 1)), str(ended.exception)
    return ended.exit_code, ended.stderr


@pytest.fixture(scope="module", autouse=True)
def _parsers_are_built_once() -> Iterator[None]:
    """Typer's runner builds every command's parser anew for each call, three quarters of the time here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("typer.testing._get_command", cache(get_command))
        yield


def settings_of(command: str) -> type[Settings | TrainingSettings]:
    return TrainingSettings if command in ("train", "evaluate") else Settings


def commands_and_settings() -> Iterator[Any]:
    """Every command with every setting that it reads; fast mode takes each setting with one command."""
    for number, name in enumerate(sorted({*Settings.model_fields, *TrainingSettings.model_fields} - {"var", "host"})):
        reading = [command for command in COMMANDS if name in settings_of(command).model_fields]
        for place, command in enumerate(reading):
            fast = place == number % len(reading)
            yield pytest.param(command, name, marks=() if fast else pytest.mark.slow)


@pytest.mark.parametrize(("command", "name"), [*commands_and_settings()])
def test_a_wrong_setting_is_named(command: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "drawings.ndjson"
    file.write_text(LINE)
    arguments = [part.format(file=file) for part in COMMANDS[command]]
    kind = settings_of(command)
    if command == "serve":
        monkeypatch.setattr("service.cli.main._serve_one", lambda *_, **__: None)
        if name in ("port", "workers"):
            arguments = ["serve"]
    for value in WRONG_VALUES:
        monkeypatch.setenv(f"MIDSTROKE_{name.upper()}", value)
        with contextlib.suppress(ValueError):
            kind()
            continue  # a value that this setting takes
        code, error = run(*arguments)
        assert (code, f"MIDSTROKE_{name.upper()}" in error, error.count("\n")) == (2, True, 1), (value, error)


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["train", "--seed", "-1"], "--seed"),
        (["train", "--batches", "0"], "--batches"),
        (["evaluate", "--figures", "{file}"], "--figures"),
        (["baselines", "--out", "{file}"], "--out"),
        (["train", "--publish-to", "{file}"], "--publish-to"),
        (["import-drawings", "no-such-file"], "no-such-file"),
        (["train", "--watch", "--set", "shapes"], "--set"),
        (["train", "--set", "shapes", "--copies", "1"], "--set"),
        (["spool", "list", "--set", "../shapes"], "../shapes"),
        (["import-drawings", "{file}", "--limit", "0"], "--limit"),
        (["nothing"], "nothing"),
    ],
)
def test_wrong_usage_ends_with_2(arguments: list[str], named: str, tmp_path: Path) -> None:
    file = tmp_path / "drawings.ndjson"
    file.write_text(LINE)

    code, error = run(*(part.format(file=file) for part in arguments))

    assert code == 2
    assert named in error


BAD_FILES: dict[str, Callable[[], bytes]] = {
    "truncated.ndjson.gz": lambda: gzip.compress(LINE.encode() * 20)[:-20],
    "damaged.ndjson.gz": lambda: gzip.compress(os.urandom(9000))[:200] + bytes(100),
}


@pytest.mark.parametrize("name", BAD_FILES)
@pytest.mark.parametrize("command", [["import-drawings"], ["train", "--no-store", "--drawings"]])
def test_a_damaged_file_is_named(name: str, command: list[str], tmp_path: Path) -> None:
    if name.startswith("plain") and command[0] == "train":
        pytest.skip("training looks at the first bytes, not at the name")
    file = tmp_path / name
    file.write_bytes(BAD_FILES[name]())

    code, error = run(*command, str(file))

    assert (code, name in error or "gzipped" in error) == (1, True)


@pytest.mark.parametrize(
    "line",
    [
        LINE.replace('"d"', '"\\ud800"'),
        LINE.replace('"writer"', '"writer"', 1).replace(': "writer"', ': "\\udfff"').replace(':"writer"', ':"\\udfff"'),
        LINE.replace('"file"', '"\\ud800"'),
        json.dumps({"id": "a", "label": 1, "strokes": [[[1e308, 0], [-1e308, 5]]]}),
        json.dumps({"id": "a", "label": 1, "strokes": [[[5e-324, 0], [0, 5e-324]]]}),
        '{"id": "a", "label": 1, "strokes": [[[1e999, 0]]]}',
        '{"id": "a", "label": 1, "strokes": [[[NaN, 0]]]}',
        "[" * 100_000,
        "\xff\xfe",
    ],
)
def test_a_line_that_can_not_be_kept_is_skipped(line: str, tmp_path: Path) -> None:
    (tmp_path / "some.ndjson").write_text(line.strip() + "\n" + LINE, encoding="latin-1")

    ended = CliRunner().invoke(app, ["import-drawings", str(tmp_path / "some.ndjson")])

    assert ended.exit_code == 0
    assert "1 new, 0 already known, 1 skipped" in ended.stdout


def test_files_of_which_no_drawing_can_be_imported_are_a_failure(tmp_path: Path) -> None:
    (tmp_path / "some.ndjson").write_text("not JSON\n" * 2)

    code, error = run("import-drawings", str(tmp_path / "some.ndjson"))

    assert code == 1
    assert "none of 2 drawings could be imported" in error


@pytest.mark.parametrize("text", ["", "short", "g" * 64, "\x00" * 64, "42" * 33])
def test_a_bad_key_file_is_named(text: str, tmp_path: Path) -> None:
    key_file(tmp_path / "var").parent.mkdir()
    key_file(tmp_path / "var").write_text(text)
    os.utime(key_file(tmp_path / "var"), (0, 0))
    (tmp_path / "some.ndjson").write_text(LINE)

    code, error = run("import-drawings", str(tmp_path / "some.ndjson"))

    assert code == 1
    assert "contributor.key" in error


def test_a_store_that_is_a_file_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "store"
    file.write_text("")
    monkeypatch.setenv("MIDSTROKE_STORE", str(file))

    code, error = run("moderate", "list")

    assert (code, f"{file}', a file, expected a folder" in error) == (2, True)


def test_a_spool_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "var").mkdir()
    spool_file(tmp_path / "var").write_bytes(b"no database" * 500)
    (tmp_path / "some.ndjson").write_text(LINE)

    for arguments in (["spool", "list"], ["import-drawings", str(tmp_path / "some.ndjson")]):
        code, error = run(*arguments)
        assert code == 1
        assert "spool.sqlite" in error


def test_a_torn_card_is_named(tmp_path: Path) -> None:
    card = tmp_path / "var/store/models/softmax/20260101T000000Z-000000/card.json"
    card.parent.mkdir(parents=True)
    card.write_text('{"format": 1, "fam')

    code, error = run("models", "list")

    assert code == 1
    assert "card" in error


@pytest.mark.parametrize(
    "env",
    [
        {"AWS_ACCESS_KEY_ID": "half"},
        {"AWS_SECRET_ACCESS_KEY": "half"},
        {"AWS_PROFILE": "nobody"},
        {"AWS_DEFAULT_REGION": "no region"},
        {"MIDSTROKE_S3_ENDPOINT": "127.0.0.1:9000"},
        {"MIDSTROKE_S3_ENDPOINT": "http://[::1"},
        {"MIDSTROKE_S3_ENDPOINT": "http://host:99999"},
    ],
    ids=str,
)
def test_wrong_s3_settings_are_named(env: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIDSTROKE_STORE", "s3://bucket")
    for name, value in env.items():
        monkeypatch.setenv(name, value)

    code, error = run("models", "list")

    assert code == 2
    assert "MIDSTROKE_" in error


def test_the_quarantine_is_listed_and_retried(tmp_path: Path) -> None:
    spool = Spool(spool_file(tmp_path / "var"))
    drawing = spool.accept(make_contribution(), contributor_id(bytes(32), "a" * 16)).id
    spool.uploads.quarantine(spool.uploads.pending(1)[0].seq, "a damaged row")

    listed = CliRunner().invoke(app, ["spool", "list"]).stdout
    unknown = run("spool", "retry", "nobody")
    retried = CliRunner().invoke(app, ["spool", "retry", drawing]).stdout

    assert f"{drawing}" in listed
    assert "a damaged row" in listed
    assert (unknown[0], "nobody" in unknown[1]) == (1, True)
    assert "put back" in retried
    assert [pending.id for pending in spool.uploads.pending(9)] == [drawing]
    spool.close()
