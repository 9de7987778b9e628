"""Drawings of files and of the store become arrays, for training and for validation."""

from __future__ import annotations

import gzip
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from collector.contribution.contributor import use_of
from collector.contribution.layout import sample_key
from collector.ink.canvas_png import BadPng
from collector.ink.drawing import DrawingError
from collector.ink.encodings import ENCODINGS, INPUT_SPECS, Encoding, decode_payload
from collector.ink.ink20_2 import to_ink20_2
from collector.ink.snapshot import pack_ink20
from collector.storage.memory_store import MemoryStore
from tests.training.contributing import STEPS, contribute
from training.data.dataset import Variety, evaluation_snapshots, read_picture, training_snapshots
from training.data.drawing_files import read_drawings
from training.data.generated.reference import reference_drawings
from training.data.stored.stored_drawings import StoredDrawings

DRAWINGS = reference_drawings("replay")


def line_of(number: int, **changes: Any) -> bytes:
    strokes = [[[0, 0, 0], [10 * number, 30, 5], [3, 60, None]]]
    record = {"id": f"d{number}", "label": number % 10, "writer": f"w{number // 3}", "source": "s", "strokes": strokes}
    return json.dumps({**record, **changes}).encode()


@pytest.mark.parametrize("zipped", [False, True])
def test_a_files_drawings_are_put_on_a_canvas_the_same_way_every_time(tmp_path: Path, zipped: bool) -> None:
    text = b"\n".join(line_of(n) for n in range(30)) + b"\n\n"
    path = tmp_path / "drawings.ndjson"
    path.write_bytes(gzip.compress(text) if zipped else text)

    drawings, again = list(read_drawings(path)), list(read_drawings(path))

    assert [drawing.label for drawing in drawings] == [n % 10 for n in range(30)]
    for drawing, other in zip(drawings, again, strict=True):
        low, high = drawing.lines[0].min(axis=0), drawing.lines[0].max(axis=0)
        assert 119 < (high - low).max() < 361
        assert (drawing.lines[0] == other.lines[0]).all()
        assert drawing.canvas == other.canvas


def test_a_writer_trains_or_validates_but_never_both(tmp_path: Path) -> None:
    path = tmp_path / "drawings.ndjson"
    path.write_bytes(b"\n".join(line_of(n) for n in range(300)))

    drawings = list(read_drawings(path))

    assert {drawing.use for drawing in drawings} == {"training", "validation"}
    for first in range(0, 300, 3):
        assert len({drawing.use for drawing in drawings[first : first + 3]}) == 1
    assert all(drawing.use == use_of(drawing.contributor) for drawing in drawings)


def test_lines_without_a_label_are_passed_over_and_broken_ones_are_not(tmp_path: Path) -> None:
    path = tmp_path / "drawings.ndjson"
    path.write_bytes(line_of(1) + b"\n" + line_of(2, label=None) + b"\n" + b'{"id": 1}')

    drawings = read_drawings(path)

    assert next(drawings).id == "d1"
    with pytest.raises(DrawingError):
        list(drawings)


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_arrays_have_the_shapes_that_models_take(encoding: Encoding) -> None:
    snapshots = training_snapshots(DRAWINGS[:5], encoding, Variety(2), seed=1)

    batch = snapshots.batch(slice(None))

    assert len(snapshots) == 5 * 2 * 10
    assert {name: array.shape[1:] for name, array in batch.items()} == {s.name: s.shape for s in INPUT_SPECS[encoding]}
    assert snapshots.labels.tolist() == np.repeat([d.label for d in DRAWINGS[:5]], 20).tolist()
    assert snapshots.ink.max() == 1
    assert snapshots.ink.min() >= 0.03


def test_a_batch_is_what_the_service_makes_of_the_same_picture() -> None:
    store = MemoryStore()
    one = contribute(store, DRAWINGS[4])
    (drawing,) = StoredDrawings(store).read([one])

    batch = training_snapshots([drawing], "ink20", Variety(0), seed=1).batch(slice(3, 4))

    png = store.get(sample_key(drawing.label, one, 3))
    canvas = np.asarray(Image.open(io.BytesIO(png)))
    served = decode_payload("ink20", pack_ink20(to_ink20_2(canvas)))
    assert served is not None
    assert all((batch[name] == served[name]).all() for name in served)


def test_the_seed_decides_everything() -> None:
    one, same, other = (training_snapshots(DRAWINGS[:3], "ink20", Variety(1), seed) for seed in (1, 1, 2))

    assert (one.inputs["cells"] == same.inputs["cells"]).all()
    assert not (one.inputs["cells"] == other.inputs["cells"]).all()


def test_evaluated_drawings_are_not_changed() -> None:
    measured = evaluation_snapshots(DRAWINGS[:2], "path48")

    points = measured.batch(slice(9, 10))["points"][0]

    line = DRAWINGS[0].lines[0]
    np.testing.assert_allclose(points[0], line[0], atol=0.02)
    np.testing.assert_allclose(points[-1], DRAWINGS[0].lines[-1][-1], atol=0.02)


def test_contributions_bring_their_own_pictures() -> None:
    store = MemoryStore()
    one = contribute(store, DRAWINGS[7])

    (drawing,) = StoredDrawings(store).read([one])

    assert (drawing.id, drawing.label, drawing.use) == (one, 7, "training")
    assert [picture.ink for picture in drawing.pictures] == list(STEPS)
    for encoding in ENCODINGS:
        assert len(training_snapshots([drawing], encoding, Variety(1), seed=1)) == len(STEPS) + 10


def test_a_picture_that_claims_81_million_pixels_is_not_decoded() -> None:
    out = io.BytesIO()
    Image.new("1", (9000, 9000)).save(out, format="PNG")

    with pytest.raises(BadPng, match="9000x9000 px"):
        read_picture(1.0, out.getvalue())


def test_transparent_paper_is_paper() -> None:
    out = io.BytesIO()
    image = Image.new("RGBA", (100, 100), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (40, 30, 60, 70))
    image.save(out, format="PNG")

    picture = read_picture(1.0, out.getvalue())

    assert picture is not None
    assert picture.ink20.place.as_tuple() == (500, 500, 200, 150, 300, 350)
