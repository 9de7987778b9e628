"""The spool stores each acknowledged drawing on disk and counts it."""

from __future__ import annotations

import resource
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.contribution.contributor import use_of
from collector.spool.counts import Counts
from collector.spool.drawings import Acknowledgement
from collector.spool.group_commit import SpoolError
from collector.spool.spool import Spool, SpoolFull
from tests.collector.contributions import PNG, make_contribution

ANN, BOB = "a" * 32, "b" * 32
NOON = datetime(2026, 11, 21, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "var" / "spool.sqlite"


@pytest.fixture
def spool(path: Path) -> Iterator[Spool]:
    spool = Spool(path)
    yield spool
    spool.close()


def test_an_acknowledgement_names_the_drawing_and_what_it_is_used_for(spool: Spool) -> None:
    contribution = make_contribution()

    acknowledgement = spool.accept(contribution, ANN)

    assert acknowledgement == Acknowledgement(contribution.id, use_of(ANN), duplicate=False)


def test_the_same_id_again_gets_the_first_acknowledgement_and_adds_nothing(spool: Spool) -> None:
    contribution = make_contribution(label=3)
    first = spool.accept(contribution, ANN)

    again = spool.accept(make_contribution(id=contribution.id, label=4), BOB)

    assert again == Acknowledgement(first.id, first.use, duplicate=True, yours=False)
    assert spool.counts(ANN) == Counts(1, 1, (0, 0, 0, 1, 0, 0, 0, 0, 0, 0))
    assert spool.counts(BOB).yours == 0
    assert len(spool.uploads.pending(10)) == 1


def test_counts_are_of_all_contributors_and_of_one(spool: Spool) -> None:
    for label, who in ((1, ANN), (1, BOB), (9, ANN)):
        spool.accept(make_contribution(label=label), who)

    assert spool.counts(ANN) == Counts(3, 2, (0, 2, 0, 0, 0, 0, 0, 0, 0, 1))
    assert spool.counts(None) == Counts(3, 0, (0, 2, 0, 0, 0, 0, 0, 0, 0, 1))


def test_a_reopened_spool_knows_all_that_it_knew(path: Path) -> None:
    kept, uploaded = make_contribution(label=0), make_contribution(label=5)
    before = Spool(path)
    before.accept(kept, ANN)
    before.accept(uploaded, BOB)
    before.uploads.mark_uploaded(uploaded.id)
    before.close()

    spool = Spool(path)

    assert spool.counts(BOB) == Counts(2, 1, (1, 0, 0, 0, 0, 1, 0, 0, 0, 0))
    assert [pending.id for pending in spool.uploads.pending(10)] == [kept.id]
    assert spool.accept(uploaded, BOB).duplicate
    spool.close()


def test_a_drawing_accepted_by_another_process_is_counted_too(spool: Spool, path: Path) -> None:
    spool.accept(make_contribution(label=1), ANN)
    spool.counts()
    other = Spool(path)

    other.accept(make_contribution(label=8), ANN)
    other.close()

    assert spool.counts(ANN) == Counts(2, 2, (0, 1, 0, 0, 0, 0, 0, 0, 1, 0))
    assert spool.uploads.backlog().drawings == 2


def test_a_full_spool_accepts_nothing_until_a_drawing_is_uploaded(path: Path) -> None:
    first, second = make_contribution(), make_contribution()
    spool = Spool(path, max_bytes=3 * len(PNG) * 8)
    spool.accept(first, ANN)

    with pytest.raises(SpoolFull, match="may wait for upload"):
        spool.accept(second, ANN)

    assert spool.accept(first, ANN).duplicate
    assert spool.counts().total == 1
    spool.uploads.mark_uploaded(first.id)
    assert not spool.accept(second, ANN).duplicate
    spool.close()


def test_each_of_many_threads_is_answered_and_an_id_is_new_only_once(spool: Spool) -> None:
    contributions = [make_contribution(label=i % 10) for i in range(40)]

    with ThreadPoolExecutor(20) as pool:
        acknowledgements = list(pool.map(lambda c: spool.accept(c, ANN), contributions * 5))

    assert [acknowledgement.id for acknowledgement in acknowledgements] == [c.id for c in contributions] * 5
    assert sum(not acknowledgement.duplicate for acknowledgement in acknowledgements) == 40
    assert spool.counts(ANN) == Counts(40, 40, (4,) * 10)
    assert spool.uploads.backlog().drawings == 40


def test_an_accepted_drawing_wakes_a_waiting_thread(spool: Spool) -> None:
    woken = threading.Event()
    waiting = threading.Thread(target=lambda: (spool.wait_for_arrival(60), woken.set()))
    waiting.start()

    spool.accept(make_contribution(), ANN)

    assert woken.wait(30)
    waiting.join()


def test_a_closed_spool_raises_an_error(path: Path) -> None:
    spool = Spool(path)
    spool.close()
    spool.close()

    with pytest.raises(SpoolError, match="closed"):
        spool.accept(make_contribution(), ANN)
    with pytest.raises(SpoolError):
        spool.counts()


def test_opening_a_file_that_is_no_database_fails(tmp_path: Path) -> None:
    (tmp_path / "spool").write_bytes(b"no SQLite file at all" * 100)

    with pytest.raises(SpoolError, match="not a database"):
        Spool(tmp_path / "spool")


def test_a_folder_that_can_not_be_created_is_a_spool_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(SpoolError):
        Spool(tmp_path / "file" / "spool.sqlite")


# A limit on file size makes this process's own writes fail, as a full disk would; hence a process of its own.
FULL_DISK = """
import resource, sys
from pathlib import Path
from collector.spool.group_commit import SpoolError
from collector.spool.spool import Spool
from tests.collector.contributions import make_contribution

spool = Spool(Path(sys.argv[1]))
kept, failed = make_contribution(), make_contribution()
spool.accept(kept, "a" * 32)
largest = max(path.stat().st_size for path in Path(sys.argv[1]).parent.iterdir())
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (largest, hard))
for _ in range(2):
    try:
        spool.accept(failed, "a" * 32)
    except SpoolError as error:
        print("refused")
assert [pending.id for pending in spool.uploads.pending(9)] == [kept.id]
resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
print("duplicate" if spool.accept(failed, "a" * 32).duplicate else "new")
print(spool.counts().total, spool.uploads.backlog().drawings)
spool.close()
"""


def test_a_disk_that_fails_is_an_error_and_the_spool_recovers_with_the_disk(path: Path) -> None:
    ran = subprocess.run([sys.executable, "-c", FULL_DISK, path], capture_output=True, text=True, check=False)

    assert ran.stderr == ""
    assert ran.stdout.split("\n") == ["refused", "refused", "new", "2 2", ""]
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] == resource.RLIM_INFINITY


def test_a_contributors_drawings_are_found_newest_first_until_deleted(spool: Spool) -> None:
    first, second, third = (spool.accept(make_contribution(), ANN).id for _ in range(3))
    spool.accept(make_contribution(), BOB)
    spool.uploads.mark_uploaded(first)
    spool.delete(second)

    assert spool.drawings_of(ANN, 9) == [(third, True), (first, False)]
    assert spool.drawings_of(ANN, 1) == [(third, True)]


def test_changes_by_another_process_are_seen_each_once(spool: Spool, path: Path) -> None:
    kept, deleted = spool.accept(make_contribution(), ANN).id, spool.accept(make_contribution(), ANN).id
    start = spool.changes(None)
    other = Spool(path)
    came = other.accept(make_contribution(), BOB).id
    other.delete(deleted)

    changes = spool.changes(start.position)
    later = spool.changes(changes.position)
    other.close()

    assert (start.accepted, start.deleted) == ((), ())
    assert changes.accepted == ((came, BOB),)
    assert changes.deleted == (deleted,)
    assert (later.accepted, later.deleted) == ((), ())
    assert kept not in changes.deleted
