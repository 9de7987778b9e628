"""Asks the package index whether every supported platform and Python gets a wheel of each pinned package.

Nothing is installed and no wheel is downloaded whole: uv resolves each lock file for each platform.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

from infra.platforms import OLDEST_MACOS

ROOT = Path(__file__).parents[1]
# By the names that uv has for them; glibc and macOS in the oldest versions that infra/platforms.py lets through.
PLATFORMS = ("x86_64-manylinux_2_28", "aarch64-manylinux_2_28", "aarch64-apple-darwin")
# The trainer and the tests need TensorFlow, which has no stable release for 3.14; the service does without.
PYTHONS = {
    "requirements/serve.txt": ("3.11", "3.12", "3.13", "3.14"),
    "requirements/run.txt": ("3.11", "3.12", "3.13"),
    "requirements/dev.txt": ("3.11", "3.12", "3.13"),
    "requirements/ray.txt": ("3.11", "3.12", "3.13"),
}
# Pure Python that its makers publish as a source archive alone; `mlcroissant`, a package of the tests, needs it.
WITHOUT_WHEELS = frozenset({"jsonpath-rw"})
RESOLVE_SECONDS = 120  # for one lock file, platform and Python
AT_ONCE = 4  # they mostly wait for the index


def unresolved(requirements: Path, platform: str, python: str, uv: Path) -> str | None:
    """The end of what uv says against installing the lock file there; None where every package has a wheel."""
    command: list[str | Path] = [uv, "pip", "compile", "--quiet", "--no-deps", "--only-binary", ":all:", "-"]
    try:
        done = subprocess.run(
            [*command, "--python-platform", platform, "--python-version", python],
            input=_with_wheels(requirements.read_text(encoding="utf-8")),
            env={**os.environ, "MACOSX_DEPLOYMENT_TARGET": ".".join(map(str, OLDEST_MACOS))},
            capture_output=True,
            text=True,
            timeout=RESOLVE_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"no answer within {RESOLVE_SECONDS} s"
    return None if done.returncode == 0 else " ".join(done.stderr.split())[-300:]


def _with_wheels(lock: str) -> str:
    """The lock file without the packages of `WITHOUT_WHEELS`: each begins a line, and its hashes follow indented."""
    packages = re.split(r"\n(?=\S)", lock)
    return "\n".join(each for each in packages if each.partition("==")[0] not in WITHOUT_WHEELS)


def main() -> int:
    """Prints a line for each combination; 1 where one does not resolve."""
    uv, failed = Path(sys.executable).with_name("uv"), 0
    asked = [(name, *where) for name, pythons in PYTHONS.items() for where in product(PLATFORMS, pythons)]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = pool.map(lambda one: unresolved(ROOT / one[0], one[1], one[2], uv), asked)
        for (name, platform, python), wrong in zip(asked, answers, strict=True):
            failed += wrong is not None
            print(f"{name} on {platform}, Python {python}: {wrong or 'resolves'}", flush=True)
    return min(failed, 1)


if __name__ == "__main__":
    sys.exit(main())
