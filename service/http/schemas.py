"""What HTTP calls answer, as OpenAPI tells it. Documentation and tests read these; the answers themselves are dicts."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field


class ErrorForm(BaseModel):
    """Why a call failed."""

    code: str = Field(examples=["bad_snapshot"])
    message: str = Field(examples=["begins with b'GIF89a', expected a PNG's signature"])


class PredictionForm(BaseModel):
    """What a model makes of a picture."""

    family: str = Field(examples=["softmax"])
    model: str = Field(description="version", examples=["20261121T034500Z-1f2e3d"])
    probabilities: list[float] = Field(min_length=10, max_length=10, description="class 0 first")
    digit: int = Field(ge=0, le=9, description="the likeliest")


class MetricsForm(BaseModel):
    """Shares of drawings by unseen writers that are read right."""

    mean: float = Field(description="over 10, 20 ... 100 % of the ink")
    at_50: float
    at_100: float


class ModelForm(BaseModel):
    """A served model."""

    family: str
    model: str = Field(description="version")
    encoding: Literal["ink20", "canvas20", "path48"]
    contract: str
    best: bool
    drawings: int = Field(description="trained on")
    metrics: MetricsForm


class TrainingOutcomeForm(BaseModel):
    """What came of a family's last training."""

    state: Literal["published", "refused"]
    family: str
    version: str
    reasons: list[str]
    at: str


class TrainerForm(BaseModel):
    """What the trainer does."""

    state: Literal["waiting", "training", "published", "refused"]
    new_drawings: int
    needed: int
    family: str | None = None
    version: str | None = None
    reasons: list[str] = []
    new_judging: int = Field(0, description="new validation drawings, which start no training")
    doubted: int = Field(0, description="drawings that came and whose labels are not believed")
    outcomes: list[TrainingOutcomeForm] = Field([], description="newest first, of each family the last")
    at: str = ""


class CountsForm(BaseModel):
    """How many contributions there are."""

    total: int
    yours: int
    by_label: list[int] = Field(min_length=10, max_length=10)


class OverviewForm(BaseModel):
    """What is served, what is being trained, what was contributed."""

    models: list[ModelForm]
    trainer: TrainerForm | None
    contributions: CountsForm


class AcceptedForm(BaseModel):
    """The contribution is on disk."""

    type: Literal["accepted"]
    id: str
    use: Literal["training", "judging"]
    duplicate: bool
    receipt: str | None = Field(
        description="by which it can be seen, downloaded and deleted; null where another contributor gave this id",
        examples=["5f2b..."],
    )
    contributions: CountsForm


class RefusedForm(BaseModel):
    """The contribution was not taken."""

    type: Literal["refused"]
    id: str
    code: Literal["bad_contribution", "busy", "deleted", "spool_full"]
    message: str
    retry: bool = Field(description="whether sending it again later can help")


class StoredSampleForm(BaseModel):
    """Where one sample is kept."""

    step: int
    ink: float = Field(gt=0, le=1)
    key: str
    sha256: str


class StoredDrawingForm(BaseModel):
    """A drawing as it is kept: `drawings/v1/<drawing>.json`."""

    format: int
    drawing: str
    label: int = Field(ge=0, le=9)
    contributor: str = Field(description="a keyed hash of the browser's token")
    use: Literal["training", "judging"]
    received_at: str
    consent: str = Field(description="version of the terms")
    licence: str
    width: int
    height: int
    pen_width: float
    pointer: str
    source: str
    strokes: list[list[list[float | None]]]
    samples: list[StoredSampleForm]


class KeptForm(BaseModel):
    """All that is kept of a drawing."""

    drawing: StoredDrawingForm
    pngs: list[str] = Field(description="base64, in the order of the drawing's samples")
    terms: str = Field(description="the text that was agreed to")


class DeletedForm(BaseModel):
    """The drawing is deleted for good."""

    id: str
    deleted_at: str = Field(examples=["2026-11-21T03:45:00.123+00:00"])


class BaselineForm(BaseModel):
    """One classifier: its source's own experiment, or how it does on the project's drawings."""

    name: str
    source: str = Field(description="who published it; Midstroke for its own families")
    year: int | None
    claimed: float | None = Field(description="what the source claims of its own test")
    came_out: float | None = Field(description="what the same test gave here")
    trained_on: str
    ink: list[float] = Field(description="stages judged, 0.1 to 1; empty where it was not judged on our drawings")
    accuracy: list[float] = Field(description="right guesses at each of them")
    mean: float | None
    at_50: float | None
    at_100: float | None
    note: str


class HealthForm(BaseModel):
    """The process runs."""

    status: Literal["ok"]


class ReadyForm(BaseModel):
    """Predictions and contributions are taken."""

    status: Literal["ready"]
    models: list[ModelForm]
    from_store: bool = Field(description="false while only the models that Midstroke ships with were to be had")
    trouble: str = Field(description="what keeps newer models away; empty when nothing does")
