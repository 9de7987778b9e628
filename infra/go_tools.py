"""Builds servers by `go install` at the versions in go_tools.txt, into `.bin/`. Starts nothing."""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PINS = Path(__file__).with_name("go_tools.txt")
BIN = Path(__file__).parents[1] / ".bin"

# Without cgo no C compiler is needed, and the image's small base can run the same binary.
BUILD = ("go", "install", "-trimpath", "-ldflags=-s -w")


@dataclass(frozen=True, slots=True)
class GoTool:
    name: str
    package: str
    version: str

    @property
    def pin(self) -> str:
        """The argument of `go install`."""
        return f"{self.package}@{self.version}"

    @property
    def file_name(self) -> str:
        """Names the version, so that a new pin is a new file and an old one is never taken for it."""
        return f"{self.name}-{self.version}"


class NoSuchTool(KeyError):
    """go_tools.txt has no line for this name."""


class GoBuildFailed(RuntimeError):
    """Go is here and could not build the tool; the message ends with Go's output."""


def pinned(name: str, pins: Path = PINS) -> GoTool:
    """The tool's line in the pins.

    Raises:
        NoSuchTool: there is none.
    """
    lines = (line.split() for line in pins.read_text().splitlines() if not line.startswith("#"))
    tools = {fields[0]: GoTool(*fields) for fields in lines if fields}
    if name not in tools:
        raise NoSuchTool(f"{name!r} is not in {pins.name}, which has {', '.join(tools)}")
    return tools[name]


def built(tool: GoTool, folder: Path = BIN) -> Path | None:
    """The tool's binary, built first if `folder` has none; None without the binary and without Go.

    Raises:
        GoBuildFailed: Go is too old, has no network, or the like.
    """
    binary = folder / tool.file_name
    if binary.exists():
        return binary
    if shutil.which("go") is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    with _locked(folder / f"{tool.file_name}.lock"):
        # Another process may have built it while this one waited for the lock.
        if not binary.exists():
            _build(tool, binary)
    return binary


def _build(tool: GoTool, binary: Path) -> None:
    print(f"Building {tool.name} {tool.version} with Go into {binary.parent} (once, a few minutes)", file=sys.stderr)
    with tempfile.TemporaryDirectory(dir=binary.parent) as gobin:
        env = {**os.environ, "GOBIN": gobin, "CGO_ENABLED": "0"}
        # From an empty folder: a go.mod or go.work above the working directory would be used.
        done = subprocess.run([*BUILD, tool.pin], cwd=gobin, env=env, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise GoBuildFailed(f"go install {tool.pin} ended with {done.returncode}: {_last_words(done.stderr)}")
        (made,) = Path(gobin).iterdir()
        made.replace(binary)


def _last_words(stderr: str) -> str:
    lines = [line for line in stderr.splitlines() if not line.startswith("go: downloading")]
    return "\n".join(lines[-5:])


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main(names: list[str]) -> int:
    """Builds the named tools and prints their paths; returns 1 if one can't be built."""
    for name in names:
        try:
            binary = built(pinned(name))
        except (NoSuchTool, GoBuildFailed) as error:
            print(error.args[0], file=sys.stderr)
            return 1
        if binary is None:
            print(f"{name} is built with Go, and there is no `go` on the path", file=sys.stderr)
            return 1
        print(binary)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
