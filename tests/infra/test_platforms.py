"""A machine without wheels is refused in one line before anything is installed."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from infra import platforms
from infra.platforms import Machine, refusal, this_machine

ROOT = Path(__file__).parents[2]
MAC = Machine(system="Darwin", kind="arm64", libc="", version=(14, 5))


@pytest.mark.parametrize("python", [(3, 11), (3, 12), (3, 13)])
@pytest.mark.parametrize(
    "machine",
    [Machine(), Machine(kind="aarch64"), MAC, Machine(version=(2, 28)), Machine(libc="", version=())],
    ids=["Linux on x86-64", "Linux on arm64", "Apple silicon", "the oldest glibc", "an unknown libc"],
)
def test_supported_machines_pass(machine: Machine, python: tuple[int, int]) -> None:
    assert refusal(machine._replace(python=python)) is None


@pytest.mark.parametrize(
    ("machine", "reason", "instead"),
    [
        (Machine(system="Windows", kind="AMD64"), "Windows", "WSL 2"),
        (Machine(system="CYGWIN_NT-10.0"), "Windows", "WSL 2"),
        (Machine(system="MSYS_NT-10.0-22631"), "Windows", "WSL 2"),
        (Machine(system="FreeBSD", kind="amd64"), "FreeBSD", "Linux"),
        (MAC._replace(kind="x86_64"), "Intel", "docker compose"),
        (MAC._replace(version=(12, 7)), "macOS is 12.7", "13 or later"),
        (Machine(libc="musl"), "musl", "glibc"),
        (Machine(kind="aarch64", libc="musl"), "musl", "glibc"),
        (Machine(version=(2, 17)), "glibc is 2.17", "2.28 or later"),
        (Machine(kind="armv7l", bits=32), "32-bit", "64-bit"),
        (Machine(kind="aarch64", bits=32), "32-bit", "64-bit"),
        (Machine(kind="armv6l", bits=32), "32-bit", "64-bit"),
        (Machine(kind="i686", bits=32), "32-bit", "64-bit"),
        (Machine(kind="riscv64"), "riscv64", "aarch64"),
        (Machine(kind="ppc64le"), "ppc64le", "aarch64"),
        (Machine(implementation="PyPy"), "PyPy", "CPython"),
        (Machine(implementation="GraalVM"), "GraalVM", "CPython"),
        (Machine(python=(3, 13), free_threaded=True), "free-threaded", "ordinary build"),
        (Machine(python=(2, 7)), "2.7", "PYTHON=python3.13"),
        (Machine(python=(3, 9)), "3.9", "PYTHON=python3.13"),
        (Machine(python=(3, 10)), "3.10", "PYTHON=python3.13"),
        (Machine(python=(3, 14)), "no stable release for Python 3.14", "PYTHON=python3.13"),
        (Machine(python=(3, 15)), "no stable release for Python 3.15", "PYTHON=python3.13"),
        (MAC._replace(python=(3, 14)), "no stable release for Python 3.14", "PYTHON=python3.13"),
    ],
)
def test_other_machines_are_refused_with_the_reason_and_a_way_out(machine: Machine, reason: str, instead: str) -> None:
    line = refusal(machine)

    assert line is not None
    assert "\n" not in line
    assert reason in line
    assert instead in line


def test_the_machine_that_runs_the_tests_passes() -> None:
    assert refusal(this_machine()) is None


def test_a_refusal_names_the_python_and_ends_with_1(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(platforms, "this_machine", lambda: Machine(python=(3, 15)))

    code = platforms.main()

    assert code == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("midstroke: ")
    assert sys.executable in line


def test_musl_is_distinguished_from_glibc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sysconfig.get_config_var", {"HOST_GNU_TYPE": "x86_64-pc-linux-musl"}.get)
    monkeypatch.setattr("platform.system", lambda: "Linux")

    assert this_machine().libc == "musl"


def test_the_check_is_readable_by_old_pythons_and_imports_nothing_of_ours() -> None:
    source = (ROOT / "infra" / "platforms.py").read_text()

    tree = ast.parse(source, feature_version=(3, 7))
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert imported <= sys.stdlib_module_names


@pytest.mark.parametrize("target", ["run", "test", "test-fast"])
def test_make_checks_the_machine_before_it_installs(target: str, tmp_path: Path) -> None:
    script = tmp_path / "python3"
    script.write_text('#!/bin/sh\necho "$@" >>"$(dirname "$0")/calls"; exit 1\n')
    script.chmod(0o755)

    done = subprocess.run(
        ["make", target, f"PYTHON={script}", f"VENV={tmp_path / 'venv'}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode != 0
    assert (tmp_path / "calls").read_text().splitlines() == ["infra/platforms.py"]


def test_an_environment_of_an_unsupported_python_is_not_installed_into(tmp_path: Path) -> None:
    python = tmp_path / "venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\nexit 1\n")
    python.chmod(0o755)

    done = subprocess.run(
        ["make", "run", f"VENV={tmp_path / 'venv'}"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert "remove it first" in done.stderr
    assert "Installing" not in done.stdout
