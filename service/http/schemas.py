"""Bodies of HTTP answers, from which OpenAPI is made too; what the websocket sends as well is in `wire/schemas.py`."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, Field

from collector.contribution.contributor import StoredUse
from collector.ink.snapshot import MAX_CANVAS_SIDE
from service.wire.protocol import MAX_PEN_WIDTH, MAX_POINTS, MAX_STROKES
from service.wire.schemas import ContributionCounts, ServedModel, Trainer

STATES_MAX = 64  # receipts in one call
DRAWINGS_MAX = 256  # drawings in one call


class Error(BaseModel):
    """Reason why a call failed."""

    code: str = Field(examples=["bad_snapshot"])
    message: str = Field(examples=["begins with b'GIF89a', expected a PNG's signature"])


class StrokesToPredict(BaseModel):
    """A drawing, finished or not, as strokes."""

    strokes: list[list[list[float]]] = Field(
        max_length=MAX_STROKES,
        description=f"[[[x, y] or [x, y, t_ms], ...], ...] in px of the canvas, at most {MAX_POINTS} points",
        examples=[[[[150, 120], [350, 120], [220, 400]]]],
    )
    width: int = Field(500, ge=1, le=MAX_CANVAS_SIDE, description="of the canvas, px")
    height: int = Field(500, ge=1, le=MAX_CANVAS_SIDE, description="of the canvas, px")
    pen_width: float = Field(
        16, ge=1, le=MAX_PEN_WIDTH, description="px; when absent 16 on a canvas of 500, and in proportion on others"
    )


class FailedPrediction(BaseModel):
    """The reason why one drawing of several was not answered."""

    error: Error


class PredictedDigit(BaseModel):
    """A model's prediction for a picture."""

    family: str = Field(examples=["softmax"])
    model: str = Field(description="version", examples=["20261121T034500Z-1f2e3d"])
    probabilities: list[float] = Field(description="in the order of the set's classes; of digits, 0 first")
    digit: int | None = Field(ge=0, le=9, description="the most probable digit; null for other sets")
    set: str = Field(description="id of the symbol set", examples=["digits"])
    label: str = Field(description="id of the most probable class", examples=["7"])
    doubt: float = Field(ge=0, le=1, description="how likely the drawing is, or is becoming, no class of the set")
    unsure: bool = Field(description="true if the picture probably shows no class of the set")
    settled: bool = Field(description="true if more ink is not expected to change the most probable class")
    personal: int = Field(ge=0, description="own drawings of the contributor that were used; 0 if none")


class Predictions(BaseModel):
    """A prediction or an error for each drawing, in their order."""

    predictions: list[PredictedDigit | FailedPrediction]


class Overview(BaseModel):
    """Served models, trainer and contributions."""

    models: list[ServedModel]
    trainer: Trainer | None
    contributions: ContributionCounts


class OfflineModel(BaseModel):
    """The version with which a page predicts without a connection.

    Its weights are at `models/<family>/<model>/weights.bin`.
    """

    family: str
    model: str = Field(description="the version")
    bytes: int = Field(gt=0, description="size of weights.bin")


class PublishedVersion(BaseModel):
    """A version of a family that a training made, from its card."""

    family: str
    version: str
    created_at: str = Field(description="UTC, ISO 8601")
    accepted: bool = Field(description="whether the gate accepted it; a refused version was never served")
    serving: bool = Field(description="whether it is its family's champion now")
    reasons: list[str] = Field(description="what the gate compared")
    drawings: int = Field(ge=0, description="drawings that it was trained on in all")
    new_drawings: int | None = Field(description="contributed drawings of this training; null if made from scratch")
    evaluated_on: str = Field(description="the evaluation set in words")
    mean: float = Field(ge=0, le=1, description="share read correctly over the ten stages")
    at_50: float = Field(ge=0, le=1)
    at_100: float = Field(ge=0, le=1)
    replaces: str | None = Field(description="the champion that it was compared with")
    mean_before: float | None = Field(description="that version's mean on the same set; null if the card has none")


class StoredSample(BaseModel):
    """The place of one stored sample."""

    step: int
    ink: float = Field(gt=0, le=1)
    key: str
    sha256: str


class StoredDrawing(BaseModel, extra="allow"):  # documents of any format are returned with all their fields
    """A drawing as it is stored: `drawings/v1/<drawing>.json`, of sets other than digits below `sets/<id>/`."""

    format: int
    drawing: str
    label: int | str = Field(description="the digit, or the id of the class")
    contributor: str = Field(description="a keyed hash of the browser's token")
    use: StoredUse = Field(description="judging: a validation drawing")
    received_at: str
    consent: str = Field(description="version of the terms")
    licence: str
    width: int
    height: int
    pen_width: float
    pointer: str
    source: str
    strokes: list[list[list[float | None]]]
    samples: list[StoredSample]


class StoredContribution(BaseModel):
    """All that is stored of a drawing."""

    drawing: StoredDrawing
    pngs: list[str] = Field(description="base64, in the order of the drawing's samples")
    terms: str = Field(description="the terms that the contributor agreed to")
    filtered: bool = Field(
        False, description="true if the label filter left it out: it neither trains nor validates models"
    )


class HeldReceipt(BaseModel):
    """A drawing and the receipt for it."""

    id: str
    receipt: str


class StatesRequest(BaseModel):
    """Receipts, in the body because logs keep addresses."""

    receipts: list[HeldReceipt] = Field(min_length=1, max_length=STATES_MAX)


class DrawingState(BaseModel):
    """The outcome for one drawing."""

    id: str
    state: Literal["kept", "deleted", "unknown"] = Field(description="unknown: no such drawing, or not its receipt")
    filtered: bool = Field(description="true if the label filter left it out of training")


class DrawingStates(BaseModel):
    """In the order of the receipts."""

    drawings: list[DrawingState]


class Deleted(BaseModel):
    """The drawing is deleted for good."""

    id: str
    deleted_at: str = Field(examples=["2026-11-21T03:45:00.123+00:00"])


class Baseline(BaseModel):
    """One classifier: its source's own experiment, or its accuracy on Midstroke's drawings."""

    name: str
    source: str = Field(description="publisher; Midstroke for its own families")
    year: int | None
    claimed: float | None = Field(description="accuracy that the source claims on its own test")
    came_out: float | None = Field(description="accuracy of the same test when repeated here")
    trained_on: str
    ink: list[float] = Field(description="ink fractions, 0.1 to 1; empty if not evaluated on Midstroke's drawings")
    accuracy: list[float] = Field(description="accuracy at each ink fraction")
    mean: float | None
    at_50: float | None
    at_100: float | None
    note: str


class Health(BaseModel):
    """The process is running."""

    status: Literal["ok"] = "ok"


class Ready(BaseModel):
    """Predictions and contributions are accepted."""

    status: Literal["ready"] = "ready"
    models: list[ServedModel]
    from_store: bool = Field(description="false while only the models that Midstroke ships with are available")
    trouble: str = Field(description="why newer models can't be loaded; empty if they can")


Responses = dict[int | str, dict[str, Any]]


def error_responses(statuses: dict[int, str]) -> Responses:
    """Documents the errors of a call."""
    return {status: {"model": Error, "description": why} for status, why in statuses.items()}
