"""Takes withdrawn drawings out of an export without its store: by the list that a service has at a fixed address.

New drawings and changed labels are the store's to know, and are not looked for.
"""

from __future__ import annotations

import http.client
import io
import json
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import numpy as np

from collector.contribution.layout import is_drawing_id
from collector.exchange.croissant import LICENCE_ADDRESSES, ExportedFile, Format, describe_export
from collector.exchange.export import CROISSANT, README, WITHDRAWN, Exported, Kind, describe_for_people, kind_in
from collector.exchange.export_folder import ExportFolder, NoExport, opened
from collector.exchange.exported_drawing import SPLITS, Split
from collector.exchange.npz import write_arrays
from collector.exchange.parquet import filter_rows
from collector.symbols.symbol_set import SymbolSet

LIST_BYTES_MAX = 64 * 2**20  # a million and a half ids
SECONDS = 30.0
GROUP = re.compile(rb'<traceGroup xml:id="d-([0-9a-f-]{36})"[^>]* brushRef="#([^"]+)"')
BRUSH = re.compile(rb'<definitions><brush xml:id="([^"]+)"')
GROUP_END = b"</traceGroup>\n"
NAME = re.compile(r"of the symbol set (.*), each with its strokes", re.DOTALL)


class NoList(RuntimeError):
    """The service's list of withdrawn drawings can't be fetched; the message has the reason."""


def list_address(service: str, set_id: str) -> str:
    """The address at which a service lists the withdrawn drawings of a set.

    Raises:
        NoList: the text is no address of a service.
    """
    parts = urllib.parse.urlsplit(service)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise NoList(f"{service!r:.80}, expected the address of a service, such as https://digits.example")
    path = parts.path.rstrip("/").removesuffix("/withdrawn.txt")
    return f"{parts.scheme}://{parts.netloc}{path}/withdrawn.txt?set={urllib.parse.quote(set_id)}"


def fetch_withdrawn(service: str, set_id: str) -> frozenset[str]:
    """The ids that the service lists.

    Raises:
        NoList: there is no answer, or it is no list of ids.
    """
    address = list_address(service, set_id)
    try:
        with urllib.request.urlopen(address, timeout=SECONDS) as answer:  # noqa: S310 - http and https alone
            body: bytes = answer.read(LIST_BYTES_MAX + 1)
    except urllib.error.HTTPError as error:
        with error:
            raise NoList(f"{address} answered {error.code}, expected the list of withdrawn drawings") from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoList(f"{address} can't be read: {error}") from error
    if len(body) > LIST_BYTES_MAX:
        raise NoList(f"{address} has more than {LIST_BYTES_MAX} bytes")
    ids = body.decode(errors="replace").split("\n")
    wrong = next((each for each in ids if each and not is_drawing_id(each)), None)
    # A list that was cut off must not pass for a shorter one.
    if wrong is not None or ids[-1]:
        raise NoList(f"{address} has the line {wrong or ids[-1]!r:.60}, expected ids of drawings, each on its line")
    return frozenset(ids[:-1])


def refresh_from(folder: Path, service: str) -> Exported:
    """Takes out of an export what the service lists as withdrawn.

    Raises:
        NoExport: the folder is no finished export, or its files are not those that the export wrote.
        NoList: see `fetch_withdrawn`; the folder is as it was, as after every error.
        NoParquet: the format needs pyarrow.
        OSError: the folder can't be read or written.
    """
    with opened(folder, refresh=True) as target:
        kind = kind_in(target)
        fetched = fetch_withdrawn(service, kind.set_id)
        return _without(target, folder, kind, fetched | _listed(folder))


def _listed(folder: Path) -> frozenset[str]:
    """The ids that the export listed before: a service that forgot one must not bring it back."""
    return frozenset(each for each in (folder / WITHDRAWN).read_text().split("\n") if each)


def _without(target: ExportFolder, folder: Path, kind: Kind, withdrawn: Collection[str]) -> Exported:
    manifest = target.manifest or {}
    described = _read_description(folder / CROISSANT)
    target.check_files()
    counts: dict[Split, int] = dict.fromkeys(SPLITS, 0)
    kept: dict[str, tuple[Split, int]] = {}
    for name in sorted(each["name"] for each in manifest["files"] if each["name"].endswith(f".{kind.form}")):
        split: Split = "validation" if name.startswith("validation") else "train"
        with target.file(name) as file:
            kept[name] = split, _copy(kind.form, folder / name, file, withdrawn)
        counts[split] += kept[name][1]
    files = [ExportedFile(each.name, *kept[each.name], each.bytes, each.sha256) for each in target.written]
    symbols = SymbolSet(kind.set_id, described["name"], ())
    with ExitStack() as stack:
        ids, croissant, readme = (stack.enter_context(target.file(name)) for name in (WITHDRAWN, CROISSANT, README))
        ids.writelines(f"{drawing}\n".encode() for drawing in sorted(withdrawn))
        croissant.write(describe_export(kind.form, symbols, files, described["licences"], described["newest"]))
        readme.write(describe_for_people(symbols, kind.form, sum(counts.values()), described["licences"]).encode())
    before = manifest.get("drawings")
    target.finish(
        {"set": kind.set_id, "kind": kind.form, "selection": kind.selection, "drawings": sum(counts.values())}
    )
    return Exported(counts, len(withdrawn), before if isinstance(before, int) else None)


def _read_description(path: Path) -> dict[str, Any]:
    names = {address: name for name, address in LICENCE_ADDRESSES.items()}
    try:
        record = json.loads(path.read_bytes())
        found = NAME.search(record["description"])
        return {
            "name": record["name"].removeprefix("midstroke-") if found is None else found[1],
            "licences": [names.get(str(each), str(each)) for each in record["license"]],
            "newest": str(record["datePublished"]),
        }
    except (KeyError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise NoExport(f"{path} is damaged: {type(error).__name__}") from error


def _copy(form: Format, path: Path, file: IO[bytes], withdrawn: Collection[str]) -> int:
    """Copies an export's file without these drawings; returns how many are left."""
    match form:
        case "ndjson":
            return _copy_lines(path, file, withdrawn)
        case "parquet":
            return filter_rows(path, file, withdrawn)
        case "npz":
            return _copy_arrays(path, file, withdrawn)
        case "inkml":
            return _copy_groups(path, file, withdrawn)


def _copy_lines(path: Path, file: IO[bytes], withdrawn: Collection[str]) -> int:
    kept = 0
    with path.open("rb") as lines:
        for line in lines:
            if json.loads(line)["key_id"] not in withdrawn:
                file.write(line)
                kept += 1
    return kept


def _copy_arrays(path: Path, file: IO[bytes], withdrawn: Collection[str]) -> int:
    with np.load(io.BytesIO(path.read_bytes()), allow_pickle=False) as archive:
        arrays = {name: archive[name] for name in archive.files}
    ids = arrays["key_id"].tolist()
    kept = np.array([each not in withdrawn for each in ids], np.bool_)
    write_arrays(file, {n: a[kept] if n not in ("ink", "classes") else a for n, a in arrays.items()})
    return int(kept.sum())


def _copy_groups(path: Path, file: IO[bytes], withdrawn: Collection[str]) -> int:
    """Of files of `InkmlWriter` alone, whose groups and brushes begin and end on lines of their own.

    A brush comes before the first group that is left of it, and goes with the last, as in a new export.
    """
    kept, is_left_out = 0, False
    brushes: dict[bytes, bytes] = {}
    with path.open("rb") as lines:
        for line in lines:
            if (brush := BRUSH.match(line)) is not None:
                brushes[brush[1]] = line
                continue
            if (begins := GROUP.match(line)) is not None:
                is_left_out = begins[1].decode() in withdrawn
                kept += not is_left_out
                if not is_left_out:
                    file.write(brushes.pop(begins[2], b""))
            if not is_left_out:
                file.write(line)
            elif line == GROUP_END:
                is_left_out = False
    return kept
