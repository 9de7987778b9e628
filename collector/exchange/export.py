"""Exports the store's drawings to a folder; the same store gives the same bytes. Holds a few hundred in memory."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

from collector.contribution.layout import VERDICTS
from collector.exchange.croissant import ExportedFile, Format, describe_export
from collector.exchange.export_folder import ExportFolder, NoExport, opened
from collector.exchange.exported_drawing import (
    SPLITS,
    BadSelection,
    ExportedDrawing,
    Selection,
    Split,
    parse_selection,
    to_exported,
)
from collector.exchange.inkml import PART_DRAWINGS as INKML_DRAWINGS
from collector.exchange.inkml import InkmlWriter
from collector.exchange.ndjson import to_line
from collector.exchange.npz import PART_DRAWINGS as NPZ_DRAWINGS
from collector.exchange.npz import StageArrays
from collector.exchange.parquet import ParquetWriter
from collector.moderation.gallery import listed_ids
from collector.moderation.moderation import Moderation, read_moderation
from collector.moderation.withdrawn import withdrawn_ids
from collector.storage.drawing_reader import drawing_ids, read_drawings
from collector.storage.object_store import ObjectStore
from collector.symbols.symbol_set import SymbolSet

FORMATS: tuple[Format, ...] = get_args(Format)
CROISSANT = "croissant.json"
WITHDRAWN = "withdrawn.txt"
README = "readme.txt"


@dataclass(frozen=True, slots=True)
class Exported:
    """The drawings that an export wrote, the ids that it lists as withdrawn, and the drawings that it held before."""

    drawings: dict[Split, int]
    withdrawn: int
    before: int | None = None


def export(store: ObjectStore, symbols: SymbolSet, folder: Path, form: Format, selection: Selection) -> Exported:
    """Exports to a new folder; `store` is the set's part of the store.

    Raises:
        NoExport: the folder exists and is not empty.
        NoParquet: the format needs pyarrow.
        StoreError: the store could not be read; the folder is as it was.
        OSError: the folder can't be written; it is as it was.
    """
    with opened(folder, refresh=False) as target:
        return _export(store, symbols, target, form, selection)


@dataclass(frozen=True, slots=True)
class Kind:
    """The options of an export."""

    set_id: str
    form: Format
    selection: dict[str, Any]


def kind_of(folder: Path) -> Kind:
    """The options of the export in the folder.

    Raises:
        NoExport: the folder is not an export.
    """
    with opened(folder, refresh=True) as target:
        return kind_in(target)


def refresh(store: ObjectStore, symbols: SymbolSet, folder: Path) -> Exported:
    """Brings an export up to date: without withdrawn drawings, with new ones, under present labels and verdicts.

    Raises: as `export`; NoExport also for a folder that is not an export, or one of another set.
    """
    with opened(folder, refresh=True) as target:
        kind = kind_in(target)
        if kind.set_id != symbols.id:
            raise NoExport(f"{folder} is an export of set {kind.set_id}, expected {symbols.id}")
        try:
            selection = parse_selection(symbols, **kind.selection)
        except (BadSelection, TypeError) as error:
            raise NoExport(f"{folder} has filters that can't be read: {error!s:.200}") from error
        return _export(store, symbols, target, kind.form, selection)


def kind_in(target: ExportFolder) -> Kind:
    """As `kind_of`, of an open folder."""
    manifest = target.manifest or {}
    form, chosen = manifest.get("kind"), manifest.get("selection")
    if form not in FORMATS or not isinstance(chosen, dict):
        raise NoExport(f"an export of the format {form!r:.40}, expected one of {', '.join(FORMATS)}")
    return Kind(str(manifest.get("set")), form, chosen)


def _export(
    store: ObjectStore, symbols: SymbolSet, target: ExportFolder, form: Format, selection: Selection
) -> Exported:
    before = None if target.manifest is None else target.manifest.get("drawings")
    kind = {"set": symbols.id, "kind": form, "selection": selection.to_record()}
    target.begin(kind)
    moderation = read_moderation(store)
    withdrawn = set(withdrawn_ids(store, moderation))
    gathered = _Gathered()
    with ExitStack() as stack:
        writers = {split: stack.enter_context(_writer(form, target, symbols, split)) for split in SPLITS}
        for drawing in _drawings(store, symbols, moderation, withdrawn):
            if selection.wants(drawing):
                writers[drawing.split].add(drawing)
                gathered.add(drawing)
    parts = {name: (split, count) for split in SPLITS for name, count in writers[split].parts}
    files = [
        ExportedFile(each.name, *parts[each.name], each.bytes, each.sha256)
        for each in sorted(target.written, key=lambda each: each.name)  # parts of both splits are completed in turns
    ]
    with target.file(WITHDRAWN) as file:
        file.writelines(f"{drawing_id}\n".encode() for drawing_id in sorted(withdrawn))
    with target.file(CROISSANT) as file:
        file.write(describe_export(form, symbols, files, sorted(gathered.licences), f"{gathered.newest:%Y-%m-%d}"))
    with target.file(README) as file:
        total = sum(gathered.splits.values())
        file.write(describe_for_people(symbols, form, total, sorted(gathered.licences)).encode())
    target.finish({**kind, "drawings": total})
    counts = {split: gathered.splits[split] for split in SPLITS}
    return Exported(counts, len(withdrawn), before if isinstance(before, int) else None)


def _drawings(
    store: ObjectStore, symbols: SymbolSet, moderation: Moderation, withdrawn: Collection[str]
) -> Iterator[ExportedDrawing]:
    """All drawings that are not withdrawn, by id, under the labels that count."""
    filtered = set(listed_ids(store, VERDICTS, ""))
    wanted = (drawing for drawing in drawing_ids(store) if drawing not in withdrawn)
    for stored in read_drawings(store, wanted):
        label = moderation.label_of(stored.id, stored.label)
        # A blocked contributor's drawing of which the index knows nothing yet, or a class that the set has no more.
        if moderation.leaves_out(stored.id, stored.contributor) or label >= len(symbols.classes):
            continue
        yield to_exported(stored, label, "filtered" if stored.id in filtered else "accepted", symbols)


@dataclass(slots=True)
class _Gathered:
    """Counts for the descriptions."""

    splits: Counter[Split] = field(default_factory=Counter)
    licences: set[str] = field(default_factory=set)
    newest: datetime = datetime(1970, 1, 1, tzinfo=UTC)

    def add(self, drawing: ExportedDrawing) -> None:
        self.splits[drawing.split] += 1
        self.licences.add(drawing.licence)
        self.newest = max(self.newest, drawing.received_at)


class _Writer:
    """Writes one split in one format; `parts` are the names of its files and their drawings."""

    def __init__(self, form: Format, target: ExportFolder, symbols: SymbolSet, split: Split) -> None:
        self.parts: list[tuple[str, int]] = []
        self._form = form
        self._target = target
        self._symbols = symbols
        self._split = split
        self._open = ExitStack()
        self._add: Any = None
        self._count = 0

    def add(self, drawing: ExportedDrawing) -> None:
        if self._add is None:
            self._begin()
        self._add(drawing)
        self._count += 1
        if self._count == {"npz": NPZ_DRAWINGS, "inkml": INKML_DRAWINGS}.get(self._form):
            self.end_part()

    def end_part(self) -> None:
        """Completes the open file."""
        self._open.close()
        self.parts[-1] = (self.parts[-1][0], self._count)
        self._add, self._count = None, 0

    def finish(self) -> None:
        """Completes the last file; a split without drawings has an empty one."""
        if not self.parts:
            self._begin()
        if self._add is not None:
            self.end_part()

    def discard(self) -> None:
        with contextlib.suppress(Exception):
            self._open.close()

    def _begin(self) -> None:
        in_parts = self._form in ("npz", "inkml")
        name = f"{self._split}-{len(self.parts):05d}.{self._form}" if in_parts else f"{self._split}.{self._form}"
        self.parts.append((name, 0))
        file = self._open.enter_context(self._target.file(name))
        match self._form:
            case "ndjson":
                self._add = lambda drawing: file.write(to_line(drawing, self._symbols))
            case "parquet":
                self._add = self._open.enter_context(ParquetWriter(file, self._symbols)).add
            case "npz":
                arrays = StageArrays(self._symbols)
                self._open.callback(lambda: arrays.write(file))
                self._add = arrays.add
            case "inkml":
                document = InkmlWriter(file, self._symbols)
                self._open.callback(document.finish)
                self._add = document.add


@contextlib.contextmanager
def _writer(form: Format, target: ExportFolder, symbols: SymbolSet, split: Split) -> Iterator[_Writer]:
    writer = _Writer(form, target, symbols, split)
    try:
        yield writer
        writer.finish()
    except BaseException:
        writer.discard()
        raise


def describe_for_people(symbols: SymbolSet, form: Format, drawings: int, licences: Sequence[str]) -> str:
    """The text of `readme.txt`."""
    return (
        f"{drawings} drawings of the symbol set {symbols.name}, exported by Midstroke as {form}.\n"
        f"Licences: {', '.join(licences) or 'CC BY 4.0'}. Each drawing names its own.\n"
        "train and validation share no contributor. Contributors have pseudonyms that lead to no account or address.\n"
        "withdrawn.txt lists drawings that were deleted or hidden: remove them from copies that you made earlier.\n"
        "croissant.json describes the files; the service's documentation has a page about the formats.\n"
    )
