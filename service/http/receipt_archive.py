"""A kept drawing as its contributor gets it: one JSON object to look at, or one zip file to take away."""

from __future__ import annotations

import base64
import io
import json
import zipfile
from typing import Any

from collector.contribution.contribution import CONSENTS
from service.intake.receipts import KeptDrawing

OLDEST = 1980  # the year a zip file's times begin with


def describe_kept(kept: KeptDrawing) -> dict[str, Any]:
    """The stored record as it is, its PNGs in base64 in the order of its samples, and the terms that were agreed to."""
    return {
        "drawing": json.loads(kept.document),
        "pngs": [base64.b64encode(png).decode() for png in kept.pngs],
        "terms": _terms(kept),
    }


def archive_kept(kept: KeptDrawing) -> bytes:
    """`drawing.json`, the samples under the names that they are kept by, and `terms.txt`."""
    stored = kept.stored
    when = stored.received_at.timetuple()[:6]
    files = {"drawing.json": kept.document, "terms.txt": _terms_file(kept)}
    for sample, png in zip(stored.samples, kept.pngs, strict=True):
        files[f"samples/{sample.key.rsplit('/', 1)[-1]}"] = png
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:  # stored as they are: PNGs don't shrink any further
        for name, body in files.items():
            archive.writestr(zipfile.ZipInfo(name, when if when[0] >= OLDEST else (OLDEST, 1, 1, 0, 0, 0)), body)
    return buffer.getvalue()


def name_archive(kept: KeptDrawing) -> str:
    """What a browser calls the file."""
    stored = kept.stored
    return f"midstroke-{stored.label}-{stored.id[:8]}.zip"


def _terms(kept: KeptDrawing) -> str:
    return CONSENTS.get(kept.stored.consent, "")


def _terms_file(kept: KeptDrawing) -> bytes:
    stored = kept.stored
    return f"Terms of version {stored.consent}, licence {stored.licence}.\n\n{_terms(kept)}\n".encode()
