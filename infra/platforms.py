"""Refuses in one line a Python or a machine for which the pinned packages have no wheels; the standard library alone.

`make` runs it before it installs anything, on whatever `python3` there is: no syntax newer than Python 3.7 in here.
"""

from __future__ import annotations

import platform
import re
import sys
import sysconfig
from typing import NamedTuple

OLDEST, NEWEST = (3, 11), (3, 13)  # TensorFlow has no stable release for Python 3.14
OLDEST_GLIBC = (2, 28)  # the oldest for which infra/wheels.py finds every wheel
OLDEST_MACOS = (13, 0)
SUPPORTED = "CPython 3.11 to 3.13"
EXAMPLE = "for example: make run PYTHON=python3.13"


class Machine(NamedTuple):
    """The properties of a machine that decide which wheels fit."""

    system: str = "Linux"
    kind: str = "x86_64"
    implementation: str = "CPython"
    python: tuple[int, int] = OLDEST
    bits: int = 64  # of the Python: a 64-bit kernel may run a 32-bit system
    libc: str = "glibc"  # of Linux alone
    version: tuple[int, ...] = ()  # of glibc or of macOS; empty where it is unknown
    free_threaded: bool = False


def this_machine() -> Machine:
    """The machine and the Python that run this."""
    system = platform.system()
    libc, version = _libc() if system == "Linux" else ("", platform.mac_ver()[0])
    return Machine(
        system,
        platform.machine(),
        platform.python_implementation(),
        (sys.version_info[0], sys.version_info[1]),
        64 if sys.maxsize > 2**32 else 32,
        libc,
        tuple(int(part) for part in re.findall(r"\d+", version)[:2]),
        bool(sysconfig.get_config_var("Py_GIL_DISABLED")),
    )


def _libc() -> tuple[str, str]:
    # `libc_ver` knows glibc alone before Python 3.13.
    if "musl" in str(sysconfig.get_config_var("HOST_GNU_TYPE")):
        return "musl", ""
    return platform.libc_ver()


def refusal(machine: Machine) -> str | None:
    """One line on why Midstroke can't be installed there, and what to do instead; None where it can."""
    if machine.system.startswith(("Windows", "CYGWIN", "MSYS", "MINGW")):
        return "uvloop has no wheels for Windows; run Midstroke inside WSL 2 (`wsl --install`), which is Linux"
    if machine.system == "Linux":
        return _linux_refusal(machine) or _python_refusal(machine)
    if machine.system == "Darwin":
        return _macos_refusal(machine) or _python_refusal(machine)
    return f"there are no wheels for {machine.system}; Linux and macOS on Apple silicon are supported"


def _linux_refusal(machine: Machine) -> str | None:
    if machine.bits != 64 or machine.kind in ("i386", "i686"):
        return "there are no wheels for 32-bit systems; install a 64-bit one (Raspberry Pi OS 64-bit on a Pi)"
    if machine.kind not in ("x86_64", "aarch64"):
        return f"there are no wheels for Linux on {machine.kind}; x86_64 and aarch64 are supported"
    if machine.libc == "musl":
        return "TensorFlow has no wheels for musl (Alpine); use a distribution with glibc, or docker compose"
    if machine.version and machine.version < OLDEST_GLIBC:
        needed, there = _dotted(OLDEST_GLIBC), _dotted(machine.version)
        return f"glibc is {there}, the wheels need {needed} or later; use a newer distribution, or docker compose"
    return None


def _macos_refusal(machine: Machine) -> str | None:
    if machine.kind != "arm64":
        return (
            "TensorFlow has no wheels for macOS on Intel; use docker compose, "
            "and on Apple silicon a Python built for arm64, not one under Rosetta"
        )
    if machine.version and machine.version < OLDEST_MACOS:
        return f"macOS is {_dotted(machine.version)}, the wheels need {OLDEST_MACOS[0]} or later"
    return None


def _python_refusal(machine: Machine) -> str | None:
    if machine.implementation != "CPython":
        return f"TensorFlow has no wheels for {machine.implementation}; use {SUPPORTED}, {EXAMPLE}"
    if machine.free_threaded:
        return f"TensorFlow has no wheels for free-threaded Python; use an ordinary build of {SUPPORTED}, {EXAMPLE}"
    if machine.python < OLDEST:
        return f"Midstroke needs {SUPPORTED}, this is Python {_dotted(machine.python)}; {EXAMPLE}"
    if machine.python > NEWEST:
        return f"TensorFlow has no stable release for Python {_dotted(machine.python)}; use {SUPPORTED}, {EXAMPLE}"
    return None


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(str(part) for part in version)


def main() -> int:
    """0 where Midstroke can be installed; otherwise 1, after a line that says why not."""
    wrong = refusal(this_machine())
    if wrong is None:
        return 0
    print(f"midstroke: {wrong} (this is {platform.python_version()} at {sys.executable})", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
