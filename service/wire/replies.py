"""Encodes the server's websocket messages as text. Plain functions, no I/O."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

from collector.contribution.consent import (
    CONSENT_VERSION,
    CONSENTS,
    LANGUAGES,
    LICENCE,
    SYMBOLS_CONSENT_VERSION,
    SYMBOLS_CONSENTS,
    version_in,
)
from collector.contribution.contribution import SAMPLE_BYTES_MAX, SAMPLES_MAX, SAMPLES_MIN
from collector.ink.snapshot import MAX_CANVAS_SIDE
from collector.symbols.symbol_set import DIGITS
from service.wire.protocol import MAX_MESSAGE_BYTES, MAX_POINTS, MAX_STROKES, SUBPROTOCOL, ProtocolError
from service.wire.schemas import (
    ContributionCounts,
    ListedClass,
    ListedSet,
    PersonalState,
    ServedModel,
    Trainer,
    describe_set,
)
from training.models.interpreter import CLASSES

# Five decimals are more than the bars can show. Formatting all ten numbers at once takes half as long as one by one.
HEAD = '{"type":"prediction","drawing":%d,"seq":%d,"family":"%s","model":"%s","probabilities":['
TAIL = '],"doubt":%.5f,"unsure":%s,"settled":%s,"personal":%d}'
PREDICTIONS = {CLASSES: HEAD + ",".join(["%.5f"] * CLASSES) + TAIL}  # by number of classes
JSON_BOOLS = ("false", "true")


class Prediction(NamedTuple):  # created in half the time of a frozen dataclass
    """The classes' probabilities in their order, the model that gave them, and how far they can be relied on."""

    family: str
    model: str
    probabilities: tuple[float, ...]
    doubt: float = 0.0  # 0 to 1: how likely the drawing is, or is becoming, no digit
    unsure: bool = False  # it is probably no digit
    settled: bool = False  # the leading digit is not expected to change any more
    personal: int = 0  # the contributor's own drawings that were used
    highest: float = 0.1  # of the probabilities

    @property
    def leading(self) -> int:
        """The index of the most probable class; of digits, the digit."""
        return max(range(len(self.probabilities)), key=self.probabilities.__getitem__)


def encode(reply: dict[str, Any]) -> str:
    return json.dumps(reply, separators=(",", ":"))


def encode_prediction(prediction: Prediction, drawing: int, seq: int) -> str:
    """Encodes the most frequent reply (thousands a second) without json.dumps, in a fifth of its time."""
    family, model, probabilities, doubt, unsure, settled, personal, _ = prediction
    form = PREDICTIONS.get(len(probabilities)) or _form_of(len(probabilities))
    return form % (
        drawing, seq, family, model, *probabilities, doubt, JSON_BOOLS[unsure], JSON_BOOLS[settled], personal,
    )  # fmt: skip


def _form_of(classes: int) -> str:
    return PREDICTIONS.setdefault(classes, HEAD + ",".join(["%.5f"] * classes) + TAIL)


def encode_classes(symbols: ListedSet) -> str:
    """Encodes a changed set: from now on probabilities are in the order of these classes."""
    return encode({"type": "classes", **_set_fields(symbols)})


def _set_fields(symbols: ListedSet) -> dict[str, Any]:
    return {"set": symbols.id, "name": symbols.name, "classes": [_class_fields(each) for each in symbols.classes]}


def _class_fields(each: ListedClass) -> dict[str, Any]:
    # Of digits, id and name alone.
    return {
        "id": each.id,
        "name": each.name,
        **({"prompt": each.prompt} if each.prompt else {}),
        **({"learning": True} if each.learning else {}),
    }


def encode_error(error: ProtocolError) -> str:
    reply: dict[str, Any] = {"type": "error", "code": error.code, "message": error.message}
    if error.drawing is not None:
        reply["drawing"] = error.drawing
    if error.seq is not None:
        reply["seq"] = error.seq
    return encode(reply)


def encode_pong(t: float) -> str:
    return encode({"type": "pong", "t": t})


def encode_models(models: Sequence[ServedModel]) -> str:
    return encode({"type": "models", "models": [model.model_dump() for model in models]})


def encode_trainer(trainer: Trainer) -> str:
    return encode({"type": "trainer", **trainer.model_dump()})


def encode_welcome(
    models: Sequence[ServedModel],
    trainer: Trainer | None,
    families: tuple[str, ...],
    counts: ContributionCounts,
    frames_per_second: float,
    personal: PersonalState | None = None,
    language: str | None = None,
    symbols: ListedSet | None = None,
) -> str:
    """Encodes the first message: models, limits, terms and counts; `families` are those the client asked for."""
    symbols = symbols or describe_set(DIGITS)
    version, spoken = version_in(language, CONSENT_VERSION if symbols.id == DIGITS.id else SYMBOLS_CONSENT_VERSION)
    return encode(
        {
            "type": "welcome",
            "protocol": SUBPROTOCOL,
            **_set_fields(symbols),
            "models": [model.model_dump() for model in models],
            "families": families,
            "limits": {
                "message_bytes": MAX_MESSAGE_BYTES,
                "frames_per_second": frames_per_second,
                "canvas_side": MAX_CANVAS_SIDE,
                "samples_min": SAMPLES_MIN,
                "samples_max": SAMPLES_MAX,
                "sample_bytes": SAMPLE_BYTES_MAX,
                "strokes_max": MAX_STROKES,
                "points_max": MAX_POINTS,
            },
            "consent": {
                "version": version,
                "licence": LICENCE,
                "text": {**CONSENTS, **SYMBOLS_CONSENTS}[version],
                "language": spoken,
                "languages": LANGUAGES,
            },
            "contributions": counts.model_dump(),
            "personal": None if personal is None else personal.model_dump(),
            "trainer": None if trainer is None else trainer.model_dump(),
        }
    )
