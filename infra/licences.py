"""Writes docs/licences.md: the licences of the pinned packages, from their own metadata.

python -m infra.licences
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from importlib.metadata import PackageMetadata, PackageNotFoundError, metadata
from pathlib import Path

ROOT = Path(__file__).parents[1]
REQUIREMENTS = ROOT / "requirements" / "run.txt"
DOCUMENT = ROOT / "docs" / "licences.md"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", re.MULTILINE)
LONGEST = 60  # characters: some packages put the licence's whole text where its name belongs
OSI = "License :: OSI Approved :: "
ELSEWHERE = "not installed here: for another system or Python"
HEAD = """\
# Licences

The packages of `requirements/run.txt`, with the licence that each names in its own metadata. Written by
`python -m infra.licences`; none of their code is in this repository.

| package | version | licence |
|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Package:
    name: str
    version: str
    licence: str


def main() -> None:
    """Writes the document anew."""
    packages = [Package(name, version, licence_of(name)) for name, version in pinned(REQUIREMENTS.read_text())]
    DOCUMENT.write_text(HEAD + "".join(f"| {p.name} | {p.version} | {p.licence} |\n" for p in packages))
    print(f"{len(packages)} packages in {DOCUMENT.relative_to(ROOT)}")


def pinned(requirements: str) -> list[tuple[str, str]]:
    """Names and versions of a file of pinned requirements, in its order."""
    return PINNED.findall(requirements)


def licence_of(package: str) -> str:
    """The licence's name, by the newest of the three places where a package may have put it."""
    try:
        package_metadata = metadata(package)
    except PackageNotFoundError:
        return ELSEWHERE
    named = (
        _field(package_metadata, "License-Expression")
        or _classified(package_metadata)
        or _field(package_metadata, "License")
    )
    line = " ".join(named.split())
    return line if 0 < len(line) <= LONGEST else "see its own files"


def _field(package_metadata: PackageMetadata, name: str) -> str:
    return package_metadata[name] if name in package_metadata else ""  # noqa: SIM401 - these mappings have no `get` in their types


def _classified(package_metadata: PackageMetadata) -> str:
    found = [line.removeprefix(OSI) for line in package_metadata.get_all("Classifier") or [] if line.startswith(OSI)]
    return ", ".join(found)


if __name__ == "__main__":
    main()
