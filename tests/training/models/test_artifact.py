"""An artifact is checked before it is served: every way in which it can be wrong is refused."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from collector.ink.encodings import decode_payload
from infra.harness.champions import shipped_artifact
from training.models.artifact import (
    Artifact,
    BadArtifact,
    BadCard,
    check_artifact,
    file_entries,
    parse_card,
    read_weights,
    write_weights,
)
from training.models.card import Classes, Golden
from training.models.card_json import card_to_json
from training.models.interpreter import Interpreter


@pytest.fixture
def artifact() -> Artifact:
    """A shipped model: nothing here needs one that was just trained."""
    return shipped_artifact("original")


def vouched_for(artifact: Artifact, model: bytes | None = None, weights: bytes | None = None) -> Artifact:
    """The artifact with other bytes, whose hashes its card knows: only the deeper checks are left to find them."""
    model, weights = model or artifact.model, weights or artifact.weights
    return Artifact(replace(artifact.card, files=file_entries(model, weights)), model, weights)


def test_a_sound_artifact_predicts(artifact: Artifact) -> None:
    inputs = decode_payload(artifact.card.encoding, artifact.card.golden[0].payload)
    assert inputs is not None

    interpreter = check_artifact(artifact)

    probabilities = interpreter.predict(inputs)

    assert probabilities.shape == (10,)
    assert probabilities.sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("file", ["model", "weights"])
@pytest.mark.parametrize("at", [0, 100, -1])
def test_a_flipped_byte_is_found(artifact: Artifact, file: str, at: int) -> None:
    body = bytearray(getattr(artifact, file))
    body[at] ^= 1
    changes: Any = {file: bytes(body)}

    with pytest.raises(BadArtifact, match="sha256"):
        check_artifact(replace(artifact, **changes))


@pytest.mark.parametrize("cut", [1, 1000])
def test_a_torn_file_is_found(artifact: Artifact, cut: int) -> None:
    with pytest.raises(BadArtifact, match="bytes, expected"):
        check_artifact(replace(artifact, model=artifact.model[:-cut]))


def test_a_model_that_predicts_otherwise_than_its_card_is_found(artifact: Artifact) -> None:
    golden = artifact.card.golden[0]
    wrong = Golden(golden.payload, golden.probabilities[::-1])

    with pytest.raises(BadArtifact, match="golden prediction 0 is off"):
        check_artifact(replace(artifact, card=replace(artifact.card, golden=(wrong,))))


@pytest.mark.parametrize("doubt", [np.nan, -0.1, 1.1, np.inf])
def test_a_doubt_that_is_no_share_is_found(artifact: Artifact, monkeypatch: pytest.MonkeyPatch, doubt: float) -> None:
    monkeypatch.setattr(Interpreter, "doubt", lambda _: doubt)

    with pytest.raises(BadArtifact, match="doubt"):
        check_artifact(artifact)


def test_a_card_without_golden_predictions_is_not_enough(artifact: Artifact) -> None:
    with pytest.raises(BadArtifact, match="0 golden"):
        check_artifact(replace(artifact, card=replace(artifact.card, golden=())))


def test_a_model_of_another_encoding_is_found(artifact: Artifact) -> None:
    with pytest.raises(BadArtifact, match="inputs"):
        check_artifact(replace(artifact, card=replace(artifact.card, encoding="path48")))


def test_bytes_that_are_no_flatbuffer_are_found(artifact: Artifact) -> None:
    with pytest.raises(BadArtifact, match=r"model\.tflite"):
        check_artifact(vouched_for(artifact, model=b"no model at all " * 100))


@pytest.mark.parametrize("number", [np.nan, np.inf])
def test_weights_that_are_not_finite_are_found(artifact: Artifact, number: float) -> None:
    weights = read_weights(artifact.weights)
    next(iter(weights.values())).flat[3] = number

    with pytest.raises(BadArtifact, match="finite"):
        check_artifact(vouched_for(artifact, weights=write_weights(weights)))


class Evil:
    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("a pickle was run",))


def test_a_pickle_among_the_weights_is_not_run() -> None:
    out = io.BytesIO()
    np.savez(out, kernel=np.array([Evil()], dtype=object), allow_pickle=True)

    with pytest.raises(BadArtifact, match="allow_pickle"):
        read_weights(out.getvalue())
    with pytest.raises(BadArtifact):
        read_weights(pickle.dumps([1, 2, 3]))


def test_an_archive_that_expands_without_bound_is_not_expanded() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("kernel.npy", b"\0" * (70 * 2**20))

    with pytest.raises(BadArtifact, match="at most"):
        read_weights(out.getvalue())


def test_an_array_that_claims_more_than_it_holds_is_refused() -> None:
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "<f4", "fortran_order": False, "shape": (2**45,)})
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("kernel.npy", header.getvalue())

    with pytest.raises(BadArtifact):
        read_weights(out.getvalue())


def test_a_card_reads_back_equal(artifact: Artifact) -> None:
    again = parse_card(card_to_json(artifact.card))

    assert again == artifact.card


def test_a_card_of_a_symbol_set_names_the_classes_that_its_model_knows(artifact: Artifact) -> None:
    classes = Classes("shapes", tuple(f"shape-{number}" for number in range(10)))
    card = replace(artifact.card, classes=classes, cross_validation=3)

    again, record = parse_card(card_to_json(card)), json.loads(card_to_json(card))

    assert again == card
    assert (record["classes"], record["symbol_set"], record["cross_validation"]) == (10, "shapes", 3)
    assert not {"symbol_set", "class_ids", "cross_validation"} & json.loads(card_to_json(artifact.card)).keys()
    check_artifact(replace(artifact, card=card))


@pytest.mark.parametrize(
    ("set_id", "ids"),
    [
        ("../shapes", ["a", "b"]), ("digits", ["a", "b"]), ("shapes", ["a"]), ("shapes", ["a", "a"]),
        ("shapes", ["a", "/b"]), ("shapes", ["a", 7]), ("shapes", None), (7, ["a", "b"]),
    ],
)  # fmt: skip
def test_a_card_with_wrong_classes_is_refused(artifact: Artifact, set_id: Any, ids: Any) -> None:
    record = json.loads(card_to_json(artifact.card))
    record |= {"symbol_set": set_id, "class_ids": ids, "classes": len(ids or ())}
    for golden in record["golden"]:
        golden["probabilities"] = golden["probabilities"][: len(ids or ())]

    with pytest.raises(BadCard):
        parse_card(json.dumps(record).encode())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("format", 2), ("family", "../evil"), ("version", "latest"), ("encoding", "png"), ("contract", "ink20/9"),
        ("classes", 11), ("files", None), ("golden", [{}]), ("metrics", {}),
    ],
)  # fmt: skip
def test_a_card_with_a_wrong_field_is_refused(artifact: Artifact, field: str, value: Any) -> None:
    record = json.loads(card_to_json(artifact.card))
    record[field] = value

    with pytest.raises(BadCard):
        parse_card(json.dumps(record).encode())


@pytest.mark.parametrize("text", [b"", b"[]", b"null", b"\xff", b"[" * 100_000])
def test_an_invalid_card_is_refused(text: bytes) -> None:
    with pytest.raises(BadCard):
        parse_card(text)


@pytest.mark.parametrize("number", ["1e999", "NaN", "-Infinity"])
@pytest.mark.parametrize("field", ["drawings", "mean", "log_loss"])
def test_a_card_with_a_number_that_json_can_not_tell_is_refused(artifact: Artifact, field: str, number: str) -> None:
    record = json.loads(card_to_json(artifact.card))
    record["metrics"][field] = "here"

    with pytest.raises(BadCard):
        parse_card(json.dumps(record).replace('"here"', number).encode())
