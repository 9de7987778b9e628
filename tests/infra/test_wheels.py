"""Each lock file is asked for on each supported platform; a script stands in for uv and the index."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from infra import wheels
from infra.platforms import NEWEST, OLDEST, OLDEST_GLIBC
from infra.wheels import PLATFORMS, PYTHONS, unresolved

ROOT = Path(__file__).parents[2]


def fake_uv(folder: Path, script: str) -> Path:
    uv = folder / "uv"
    uv.write_text(f"#!/bin/sh\n{script}\n")
    uv.chmod(0o755)
    return uv


def test_a_platform_without_a_wheel_is_named_with_what_uv_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fake_uv(tmp_path, 'case "$*" in *aarch64-apple*3.12*) echo "no wheels of tensorflow" >&2; exit 1;; esac')
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))

    code = wheels.main()

    lines = capsys.readouterr().out.splitlines()
    assert code == 1
    assert [line for line in lines if not line.endswith("resolves")] == [
        f"{name} on aarch64-apple-darwin, Python 3.12: no wheels of tensorflow" for name in PYTHONS
    ]


def test_an_index_that_does_not_answer_ends_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wheels, "RESOLVE_SECONDS", 0.2)
    (tmp_path / "run.txt").write_text("")

    wrong = unresolved(tmp_path / "run.txt", PLATFORMS[0], "3.11", fake_uv(tmp_path, "exec sleep 60"))

    assert wrong is not None
    assert "no answer" in wrong


def test_the_platforms_resolved_are_those_that_the_check_lets_through() -> None:
    glibc = "_".join(str(part) for part in OLDEST_GLIBC)
    pythons = tuple(f"3.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1))

    assert {name for name in PLATFORMS if "linux" in name} == {
        f"{kind}-manylinux_{glibc}" for kind in ("x86_64", "aarch64")
    }
    assert PYTHONS["requirements/run.txt"] == PYTHONS["requirements/dev.txt"] == pythons


def test_a_package_without_wheels_is_left_out_with_its_hashes(tmp_path: Path) -> None:
    lock = tmp_path / "dev.txt"
    lock.write_text("a==1 \\\n    --hash=sha256:1\njsonpath-rw==1.4.0 \\\n    --hash=sha256:2\nz==2\n")
    uv = fake_uv(tmp_path, f"cat > {tmp_path}/asked")

    assert unresolved(lock, PLATFORMS[0], "3.11", uv) is None

    assert (tmp_path / "asked").read_text() == "a==1 \\\n    --hash=sha256:1\nz==2\n"


@pytest.mark.parametrize("lock", sorted((ROOT / "requirements").glob("*.txt")), ids=lambda lock: lock.name)
def test_every_pin_has_hashes_and_no_address_of_an_index(lock: Path) -> None:
    text = lock.read_text()
    pins = re.findall(r"^[a-z0-9][^\n]*\\\n(?:    --hash=sha256:[0-9a-f]{64}[^\n]*\n)+", text, re.MULTILINE)

    assert len(pins) == len(re.findall(r"^[a-z0-9]\S*==", text, re.MULTILINE)) > 0
    assert "://" not in text
    assert "--index-url" not in text


def test_tensorflow_is_asked_for_only_where_it_has_wheels() -> None:
    lines = [line for line in (ROOT / "requirements" / "run.txt").read_text().splitlines() if "tensorflow" in line]
    markers = {line.split("==")[0]: line.partition(";")[2].strip(" \\") for line in lines}

    assert markers["tensorflow-cpu"] == "platform_machine == 'x86_64' and sys_platform == 'linux'"
    assert "tensorflow" in markers
