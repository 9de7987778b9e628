"""Schemas of the websocket's messages, from which `docs/asyncapi.yaml` is made; `protocol.py` parses without them."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from collector.contribution.contribution import (
    PEN_WIDTH_MAX,
    PEN_WIDTH_MIN,
    POINTS_MAX,
    SAMPLES_MAX,
    SAMPLES_MIN,
    SIDE_MAX,
    SIDE_MIN,
    STROKES_MAX,
    Pointer,
)
from collector.contribution.contributor import TOKEN
from collector.ink.snapshot import MAX_CANVAS_SIDE
from service.wire.protocol import (
    MAX_COUNT,
    MAX_FAMILIES,
    MAX_PEN_WIDTH,
    MAX_POINTS,
    MAX_STROKES,
    SUBPROTOCOL,
    ErrorCode,
)
from service.wire.schemas import Accepted, ContributionCounts, PersonalState, Refused, ServedModel, Trainer

Point = Annotated[list[float | None], Field(min_length=2, max_length=3, description="x, y and optionally t_ms")]
Token = Annotated[str, Field(pattern=f"^{TOKEN.pattern}$", description="the contributor's secret")]
Count = Annotated[int, Field(ge=0, le=MAX_COUNT)]


class _Sent(BaseModel):
    """A message of a client; names that are not listed are ignored."""

    model_config = ConfigDict(extra="allow")


class Hello(_Sent):
    """Chooses the families that answer, and names the contributor. Optional; the latest one counts."""

    type: Literal["hello"]
    family: str | None = Field(None, description="the family that answers; null for the best")
    families: list[str] | None = Field(None, max_length=MAX_FAMILIES, description="in place of `family`")
    coalesce: bool = Field(True, description="false: every snapshot is answered, in order")
    contributor: Token | None = None
    personal: bool = Field(True, description="use the contributor's own drawings")
    language: str | None = Field(None, description="of the terms in `welcome`", examples=["fr"])
    set: str | None = Field(None, description="id of a symbol set; by default digits", examples=["shapes"])


class StrokesSnapshot(_Sent):
    """A snapshot as strokes, in px of its canvas."""

    type: Literal["strokes"]
    drawing: Count
    seq: Count
    width: int = Field(ge=1, le=MAX_CANVAS_SIDE)
    height: int = Field(ge=1, le=MAX_CANVAS_SIDE)
    pen_width: float | None = Field(None, ge=1, le=MAX_PEN_WIDTH, description="when absent in proportion to the canvas")
    strokes: list[list[Point]] = Field(max_length=MAX_STROKES, description=f"at most {MAX_POINTS} points together")


class ContributedSample(BaseModel):
    """The canvas at one stage of the drawing."""

    ink: float = Field(gt=0, le=1, description="share of the drawing's stroke length")
    png: str = Field(description="base64 of a PNG of the canvas's size")


class Contribution(_Sent):
    """A finished, labelled drawing."""

    type: Literal["contribution"]
    id: str = Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", description="UUID made by the client")
    set: str | None = Field(None, description="id of the symbol set; by default that of `hello`")
    label: int | str = Field(description="a digit 0 to 9, or the id of a class of the set")
    contributor: Token
    consent: str = Field(description="version of the terms that were agreed to", examples=["2026-11-3"])
    width: int = Field(ge=SIDE_MIN, le=SIDE_MAX)
    height: int = Field(ge=SIDE_MIN, le=SIDE_MAX)
    pen_width: float = Field(ge=PEN_WIDTH_MIN, le=PEN_WIDTH_MAX)
    pointer: Pointer
    strokes: list[list[Point]] = Field(max_length=STROKES_MAX, description=f"at most {POINTS_MAX} points together")
    samples: list[ContributedSample] = Field(min_length=SAMPLES_MIN, max_length=SAMPLES_MAX)
    confirmed: bool = Field(False, description="asked whether the label is right, the contributor said yes")
    prompt_probability: float | None = Field(None, gt=0, le=1, description="with which the client asked for this label")


class Ping(_Sent):
    """Answered by `pong` with the same number."""

    type: Literal["ping"]
    t: float = 0


class WireLimits(BaseModel):
    """Limits on what one client may send."""

    message_bytes: int
    frames_per_second: float
    canvas_side: int
    samples_min: int
    samples_max: int
    sample_bytes: int
    strokes_max: int
    points_max: int


class Terms(BaseModel):
    """The terms that a contributor agrees to."""

    version: str
    licence: str
    text: str
    language: str = Field(description="of the text")
    languages: list[str]


class SentClass(BaseModel):
    """A class of the symbol set."""

    id: str
    name: str = Field(description="plain text")
    prompt: str | None = Field(None, description="what the page asks for, where it is not the name")
    learning: bool = Field(False, description="true while neither a model nor an example knows the class")


class Classes(BaseModel):
    """The symbol set has changed: later predictions are in the order of these classes."""

    type: Literal["classes"]
    set: str = Field(description="id of the symbol set")
    name: str = Field(description="plain text")
    classes: list[SentClass]


class Welcome(BaseModel):
    """The first message, and the answer to each `hello`."""

    type: Literal["welcome"]
    protocol: Literal["midstroke.v1"] = Field(examples=[SUBPROTOCOL])
    set: str = Field(description="id of the symbol set", examples=["digits"])
    name: str = Field(description="of the set, plain text")
    classes: list[SentClass] = Field(description="in the order of `probabilities`")
    models: list[ServedModel] = Field(description="best first")
    families: list[str] = Field(description="that answer this client; empty for the best one")
    limits: WireLimits
    consent: Terms
    contributions: ContributionCounts
    personal: PersonalState | None
    trainer: Trainer | None


class Models(BaseModel):
    """A family has a new champion."""

    type: Literal["models"]
    models: list[ServedModel]


class TrainerState(Trainer):
    """The trainer's state has changed."""

    type: Literal["trainer"]


class PredictionAnswer(BaseModel):
    """A model's answer to a snapshot."""

    type: Literal["prediction"]
    drawing: Count
    seq: Count
    family: str
    model: str = Field(description="version")
    probabilities: list[Annotated[float, Field(ge=0, le=1)]] = Field(min_length=2, description="of each class")
    doubt: float = Field(ge=0, le=1, description="how likely the drawing is, or is becoming, none of the classes")
    unsure: bool = Field(description="true: probably none of them")
    settled: bool = Field(description="true: more ink is not expected to change the leading class")
    personal: int = Field(ge=0, description="own drawings of the contributor that were used")


class ErrorAnswer(BaseModel):
    """A message was invalid; the socket stays open."""

    type: Literal["error"]
    code: ErrorCode
    message: str
    drawing: Count | None = None
    seq: Count | None = None


class Pong(BaseModel):
    """The answer to `ping`."""

    type: Literal["pong"]
    t: float


# By `type`. What the service takes, and what it sends.
RECEIVED: dict[str, type[BaseModel]] = {
    "hello": Hello,
    "strokes": StrokesSnapshot,
    "contribution": Contribution,
    "ping": Ping,
}
SENT: dict[str, type[BaseModel]] = {
    "welcome": Welcome,
    "models": Models,
    "classes": Classes,
    "trainer": TrainerState,
    "prediction": PredictionAnswer,
    "accepted": Accepted,
    "refused": Refused,
    "error": ErrorAnswer,
    "pong": Pong,
}
