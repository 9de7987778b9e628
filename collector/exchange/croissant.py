"""Describes an export in Croissant, the metadata format of MLCommons (http://mlcommons.org/croissant/1.0). No I/O."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from collector.exchange.exported_drawing import SPLITS, Split
from collector.exchange.parquet import COLUMNS
from collector.symbols.symbol_set import SymbolSet

Format = Literal["ndjson", "parquet", "npz", "inkml"]

LICENCE_ADDRESSES = {"CC BY 4.0": "https://creativecommons.org/licenses/by/4.0/"}
ENCODINGS: dict[Format, str] = {
    "ndjson": "application/jsonlines",
    "parquet": "application/x-parquet",
    "npz": "application/zip",
    "inkml": "application/inkml+xml",
}

_CONTEXT: dict[str, Any] = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataBiases": "cr:dataBiases",
    "dataCollection": "cr:dataCollection",
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "extract": "cr:extract",
    "field": "cr:field",
    "fileObject": "cr:fileObject",
    "fileProperty": "cr:fileProperty",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "personalSensitiveInformation": "cr:personalSensitiveInformation",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "samplingRate": "cr:samplingRate",
}

_OF_PARQUET_ALONE = {"received_at", "verdict", "x", "y", "t"}
NDJSON_FIELDS: tuple[tuple[str, str, str], ...] = (
    *(column for column in COLUMNS if column[0] not in _OF_PARQUET_ALONE),
    ("timestamp", "timestamp[ms, UTC]", "when the service received it"),
    ("recognized", "bool", "false where the label filter finds the label nearly impossible"),
    ("drawing", "float64[][]", "strokes in order, each [[x, ...], [y, ...], [t_ms, ...]]; y downwards, px"),
)
_TYPES = {
    "string": "sc:Text",
    "bool": "sc:Boolean",
    "uint16": "sc:Integer",
    "float64": "sc:Float",
    "float64?": "sc:Float",
    "timestamp[ms, UTC]": "sc:DateTime",
    "float64[][]": "sc:Float",
}


@dataclass(frozen=True, slots=True)
class ExportedFile:
    """A file of an export and what it holds."""

    name: str
    split: Split
    drawings: int
    bytes: int
    sha256: str


def describe_export(
    form: Format, symbols: SymbolSet, files: Sequence[ExportedFile], licences: Sequence[str], newest: str
) -> bytes:
    """`croissant.json`: every file with its hash, and the columns of tables; the same bytes each time.

    `newest` is the date of the newest drawing, `2026-11-21`: the date of the export would change with every export.
    """
    drawings = sum(file.drawings for file in files)
    record = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": f"midstroke-{symbols.id}",
        "description": (
            f"{drawings} drawings of the symbol set {symbols.name}, each with its strokes in order, contributed by "
            "visitors of a Midstroke service or imported into it. Split by contributor: nobody's drawings are in both "
            "train and validation."
        ),
        "license": [LICENCE_ADDRESSES.get(licence, licence) for licence in licences or ("CC BY 4.0",)],
        "version": "1.0.0",
        "datePublished": newest,
        "citeAs": f"Contributors of a Midstroke service: drawings of the symbol set {symbols.name}, {newest[:4]}.",
        "distribution": [_file_object(form, file) for file in files],
        "recordSet": _record_sets(form, files),
    }
    return json.dumps(record, indent=1, ensure_ascii=False).encode() + b"\n"


def _file_object(form: Format, file: ExportedFile) -> dict[str, Any]:
    return {
        "@type": "cr:FileObject",
        "@id": file.name,
        "name": file.name,
        "description": f"{file.drawings} drawings of the split {file.split}",
        "contentUrl": file.name,
        "contentSize": f"{file.bytes} B",
        "encodingFormat": ENCODINGS[form],
        "sha256": file.sha256,
    }


def _record_sets(form: Format, files: Sequence[ExportedFile]) -> list[dict[str, Any]]:
    tables = {"ndjson": NDJSON_FIELDS, "parquet": COLUMNS}
    if form in tables:
        # An empty table has no types that a loader could read.
        return [_table(file, tables[form]) for file in files if file.drawings] or [_list_of_files(files)]
    return [_list_of_files(files)]


def _table(file: ExportedFile, fields: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    return {
        "@type": "cr:RecordSet",
        "@id": file.split,
        "name": file.split,
        "description": f"the drawings of the split {file.split}, one a record",
        "key": {"@id": f"{file.split}/key_id"},
        "field": [_field(file, *field) for field in fields],
    }


def _field(file: ExportedFile, name: str, kind: str, description: str) -> dict[str, Any]:
    return {
        "@type": "cr:Field",
        "@id": f"{file.split}/{name}",
        "name": name,
        "description": description,
        "dataType": _TYPES[kind],
        **({"repeated": True} if kind.endswith("[]") else {}),
        "source": {"fileObject": {"@id": file.name}, "extract": {"column": name}},
    }


def _list_of_files(files: Sequence[ExportedFile]) -> dict[str, Any]:
    """For files that no loader of Croissant reads: which file is of which split."""
    fields = (("file", "sc:Text"), ("split", "sc:Text"), ("drawings", "sc:Integer"))
    return {
        "@type": "cr:RecordSet",
        "@id": "files",
        "name": "files",
        "description": "the files of each split",
        "key": {"@id": "files/file"},
        "field": [
            {"@type": "cr:Field", "@id": f"files/{name}", "name": name, "description": name, "dataType": kind}
            for name, kind in fields
        ],
        "data": [
            {"files/file": file.name, "files/split": file.split, "files/drawings": file.drawings}
            for split in SPLITS
            for file in files
            if file.split == split
        ],
    }
