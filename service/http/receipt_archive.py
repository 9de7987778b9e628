"""Formats a stored drawing for its contributor: as one JSON object, or as a zip file."""

from __future__ import annotations

import base64
import io
import zipfile

from pydantic import ValidationError

from collector.contribution.consent import CONSENTS, SYMBOLS_CONSENTS
from collector.storage.stored_drawing import BadStoredDrawing
from service.http.schemas import StoredContribution, StoredDrawing
from service.intake.receipts import StoredFiles

OLDEST = 1980  # first year that a zip file's times can express


def describe_stored(files: StoredFiles) -> StoredContribution:
    """The stored document with all its fields, its PNGs in base64 in the order of its samples, and the terms.

    Raises:
        BadStoredDrawing: the document is not of the expected schema.
    """
    return StoredContribution(
        drawing=_drawing(files.document),
        pngs=[base64.b64encode(png).decode() for png in files.pngs],
        terms=_terms(files),
        filtered=files.is_filtered,
    )


def make_archive(files: StoredFiles) -> bytes:
    """`drawing.json`, the samples under the names that they are stored by, and `terms.txt`."""
    stored = files.stored
    when = stored.received_at.timetuple()[:6]
    bodies = {"drawing.json": files.document, "terms.txt": _terms_file(files)}
    for sample, png in zip(stored.samples if files.pngs else (), files.pngs, strict=True):
        bodies[f"samples/{sample.key.rsplit('/', 1)[-1]}"] = png
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:  # uncompressed: PNGs don't shrink any further
        for name, body in bodies.items():
            archive.writestr(zipfile.ZipInfo(name, when if when[0] >= OLDEST else (OLDEST, 1, 1, 0, 0, 0)), body)
    return buffer.getvalue()


def archive_name(files: StoredFiles) -> str:
    """The file name that a browser suggests."""
    stored = files.stored
    return f"midstroke-{stored.key_label}-{stored.id[:8]}.zip"


def _drawing(document: bytes) -> StoredDrawing:
    try:
        return StoredDrawing.model_validate_json(document)
    except ValidationError as error:
        raise BadStoredDrawing(f"{len(document)} bytes that are no stored drawing: {error!s:.200}") from error


def _terms(files: StoredFiles) -> str:
    return {**CONSENTS, **SYMBOLS_CONSENTS}.get(files.stored.consent, "")


def _terms_file(files: StoredFiles) -> bytes:
    stored = files.stored
    return f"Terms of version {stored.consent}, licence {stored.licence}.\n\n{_terms(files)}\n".encode()
