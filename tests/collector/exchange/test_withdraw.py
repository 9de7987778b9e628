"""An export without its store: what a service lists as withdrawn leaves it, and nothing else changes."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from collector.contribution.layout import tombstone_key
from collector.exchange.croissant import Format
from collector.exchange.export import export, refresh
from collector.exchange.export_folder import NoExport
from collector.exchange.exported_drawing import Selection
from collector.exchange.withdraw import NoList, list_address, refresh_from
from collector.storage.memory_store import MemoryStore
from collector.symbols.symbol_set import DIGITS
from tests.collector.stored import contributor_of, put_drawing

FORMATS: list[Format] = ["ndjson", "parquet", "npz", "inkml"]


@dataclass
class Listing:
    """A server that answers every GET alike."""

    address: str = ""
    body: bytes = b""
    status: int = 200
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def service() -> Iterator[Listing]:
    listing = Listing()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            listing.asked.append(self.path)
            self.send_response(listing.status)
            self.send_header("Content-Length", str(len(listing.body)))
            self.end_headers()
            self.wfile.write(listing.body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        listing.address = f"http://127.0.0.1:{server.server_port}"
        yield listing
        server.shutdown()
        thread.join()


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    for number in range(4):
        put_drawing(store, contributor_of("training", number), label=number)
    put_drawing(store, contributor_of("validation"), label=9)
    return store


def ids(store: MemoryStore) -> list[str]:
    return [key.removeprefix("drawings/v1/").removesuffix(".json") for key in store.keys("drawings/")]


def bytes_of(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("form", FORMATS)
def test_a_services_list_of_deletions_has_the_same_effect_as_the_stores(
    tmp_path: Path, store: MemoryStore, service: Listing, form: Format
) -> None:
    for name in ("by_store", "by_service"):
        export(store, DIGITS, tmp_path / name, form, Selection())
    gone = ids(store)[1]
    store.put(tombstone_key(gone), b"")
    service.body = f"{gone}\n".encode()

    done = refresh_from(tmp_path / "by_service", service.address)
    expected = refresh(store, DIGITS, tmp_path / "by_store")

    assert (done.drawings, done.withdrawn, done.before) == (expected.drawings, 1, 5)
    assert bytes_of(tmp_path / "by_service") == bytes_of(tmp_path / "by_store")
    assert service.asked == ["/withdrawn.txt?set=digits"]


def test_a_pen_of_which_no_drawing_is_left_goes_too(tmp_path: Path, store: MemoryStore, service: Listing) -> None:
    for name in ("by_store", "by_service"):
        export(store, DIGITS, tmp_path / name, "inkml", Selection())
    (gone,) = (each for each in ids(store) if each in (tmp_path / "by_store" / "validation-00000.inkml").read_text())
    store.put(tombstone_key(gone), b"")
    service.body = f"{gone}\n".encode()

    refresh_from(tmp_path / "by_service", service.address)
    refresh(store, DIGITS, tmp_path / "by_store")

    assert bytes_of(tmp_path / "by_service") == bytes_of(tmp_path / "by_store")


def test_a_service_that_lists_nothing_changes_nothing(tmp_path: Path, store: MemoryStore, service: Listing) -> None:
    store.put(tombstone_key("12340000-0000-4000-8000-000000000001"), b"")
    export(store, DIGITS, tmp_path / "out", "ndjson", Selection())
    before = bytes_of(tmp_path / "out")

    refresh_from(tmp_path / "out", service.address)

    assert bytes_of(tmp_path / "out") == before  # an id that was listed once stays listed


def test_all_drawings_may_go(tmp_path: Path, store: MemoryStore, service: Listing) -> None:
    export(store, DIGITS, tmp_path / "out", "npz", Selection())
    service.body = "".join(f"{each}\n" for each in ids(store)).encode()

    done = refresh_from(tmp_path / "out", service.address)

    assert done.drawings == {"train": 0, "validation": 0}
    with np.load(tmp_path / "out" / "train-00000.npz", allow_pickle=False) as archive:
        assert archive["cells"].shape == (0, 10, 20, 20)
    assert json.loads((tmp_path / "out" / "croissant.json").read_text())["description"].startswith("0 drawings")


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (404, b"", "answered 404"),
        (200, b"<!doctype html>\n", "expected ids"),
        (200, b"12340000-0000-4000-8000-000000000001", "expected ids"),  # cut off
        (200, b"../../etc/passwd\n", "expected ids"),
    ],
)
def test_an_answer_that_is_no_list_changes_nothing(
    tmp_path: Path, store: MemoryStore, service: Listing, status: int, body: bytes, reason: str
) -> None:
    export(store, DIGITS, tmp_path / "out", "ndjson", Selection())
    before = bytes_of(tmp_path / "out")
    service.status, service.body = status, body

    with pytest.raises(NoList, match=reason):
        refresh_from(tmp_path / "out", service.address)

    assert bytes_of(tmp_path / "out") == before


def test_a_file_that_somebody_changed_is_not_taken_for_the_exports(
    tmp_path: Path, store: MemoryStore, service: Listing
) -> None:
    export(store, DIGITS, tmp_path / "out", "ndjson", Selection())
    (tmp_path / "out" / "train.ndjson").write_bytes(b"{}\n")

    with pytest.raises(NoExport, match=r"train\.ndjson is not as the export wrote it"):
        refresh_from(tmp_path / "out", service.address)


def test_addresses() -> None:
    assert list_address("https://a.example/digits/", "shapes") == "https://a.example/digits/withdrawn.txt?set=shapes"
    assert list_address("http://a.example/withdrawn.txt", "digits") == "http://a.example/withdrawn.txt?set=digits"
    for wrong in ("file:///etc/passwd", "a.example", "https://", "http://a.example/?x=1"):
        with pytest.raises(NoList):
            list_address(wrong, "digits")
