"""The list of licences has all pinned packages."""

from __future__ import annotations

import re

from infra.licences import DOCUMENT, REQUIREMENTS, licence_of, pinned

LISTED = re.compile(r"^\| ([A-Za-z0-9._-]+) \| (\S+) \| (.+) \|$", re.MULTILINE)


def test_the_list_has_every_pinned_package_in_its_pinned_version() -> None:
    listed = [(name, version) for name, version, _ in LISTED.findall(DOCUMENT.read_text()) if name != "package"]

    assert listed == pinned(REQUIREMENTS.read_text()), "run: python -m infra.licences"


def test_a_pinned_requirement_is_read_with_its_hashes_and_marker_left_out() -> None:
    text = "numpy==2.1.0 ; python_version < '4' \\\n    --hash=sha256:aa==bb\n# via x==1\npillow==12.0 \\\n"

    assert pinned(text) == [("numpy", "2.1.0"), ("pillow", "12.0")]


def test_a_licence_comes_from_the_packages_own_metadata() -> None:
    assert "BSD" in licence_of("numpy")


def test_a_package_that_is_not_installed_is_marked() -> None:
    assert "not installed" in licence_of("no-such-package-of-ours")
