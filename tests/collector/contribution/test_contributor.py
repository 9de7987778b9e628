"""A token becomes a keyed hash, and the hash alone tells what its drawings are for."""

from __future__ import annotations

import errno
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from collector.contribution.contributor import BadKeyFile, BadToken, contributor_id, load_or_make_key, use_of

KEY = bytes(range(32))
USES = [
    "training",
    "training",
    "validation",
    "training",
    "training",
    "training",
    "training",
    "training",
    "training",
    "training",
    "training",
    "training",
]


def test_the_same_token_is_the_same_contributor_under_one_key_and_nobody_under_another() -> None:
    ann = contributor_id(KEY, "a-browser-of-anns")

    assert ann == contributor_id(KEY, "a-browser-of-anns")
    assert ann != contributor_id(KEY, "a-browser-of-bobs")
    assert ann != contributor_id(bytes(32), "a-browser-of-anns")
    assert len(ann) == 32
    assert int(ann, 16) >= 0


@pytest.mark.parametrize("token", ["", "x" * 15, "x" * 65, "a token with spaces", "x" * 16 + "\n", "é" * 20])
def test_a_malformed_token_is_refused(token: str) -> None:
    with pytest.raises(BadToken):
        contributor_id(KEY, token)


def test_fifteen_of_a_hundred_contributors_validate() -> None:
    uses = [use_of(f"{i:032x}") for i in range(10_000)]

    assert 1400 < uses.count("validation") < 1600
    assert uses == [use_of(f"{i:032x}") for i in range(10_000)]


def test_a_contributors_split_never_changes() -> None:
    # Kept values: a change of the rule would let models train on drawings that have validated them.
    assert [use_of(f"{i:032x}") for i in range(12)] == USES


def test_the_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "var" / "key"

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(load_or_make_key, [path] * 16))

    assert len(keys) == 1
    assert len(keys.pop()) == 32
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in path.parent.iterdir()] == ["key"]


@pytest.mark.parametrize("text", ["", "abc", "0" * 63, "z" * 64])
def test_a_file_without_a_key_is_reported_and_kept(tmp_path: Path, text: str) -> None:
    path = tmp_path / "key"
    path.write_text(text)

    with pytest.raises(BadKeyFile, match="expected 64 hex digits"):
        load_or_make_key(path)

    assert path.read_text() == text


@pytest.mark.parametrize("number", [errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS])
def test_a_folder_without_hard_links_gets_one_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    def refuse(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(Path, "hardlink_to", refuse)

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: load_or_make_key(tmp_path / "contributor.key"), range(16)))

    assert len(keys) == 1
    assert [file.name for file in tmp_path.iterdir()] == ["contributor.key"]
