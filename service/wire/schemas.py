"""Schemas of the JSON that the service sends, over websocket and HTTP alike. Field names are part of the protocol."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Literal

from pydantic import BaseModel, Field

from collector.contribution.contributor import StoredUse
from collector.symbols.symbol_set import SymbolSet
from training.models.card import Card
from training.models.status import TrainerStatus

RefusalCode = Literal["bad_contribution", "blocked", "busy", "deleted", "spool_full"]


class Metrics(BaseModel):
    """Shares of drawings by unseen writers that are classified correctly."""

    mean: float = Field(description="over 10, 20 ... 100 % of the ink")
    at_50: float
    at_100: float
    judged_on: str = Field(description="the evaluation set: only figures on the same set compare")
    drawings: int = Field(description="number of drawings in it")


class ServedModel(BaseModel):
    """A served model."""

    family: str
    model: str = Field(description="version")
    encoding: Literal["ink20", "canvas20", "path48"]
    contract: str
    best: bool
    drawings: int = Field(description="number of training drawings")
    metrics: Metrics


class TrainingOutcome(BaseModel):
    """Result of a family's last training."""

    state: Literal["published", "refused"]
    family: str
    version: str
    reasons: list[str]
    at: str = Field(description="UTC, ISO 8601")


class Trainer(BaseModel):
    """The trainer's state."""

    state: Literal["waiting", "training", "published", "refused"]
    new_drawings: int
    needed: int
    family: str | None = None
    version: str | None = None
    reasons: list[str] = []
    new_judging: int = Field(0, description="new validation drawings, which start no training")
    doubted: int = Field(0, description="new drawings that the label filter left out")
    over_limit: int = Field(0, description="new drawings over a contributor's limit, left for later trainings")
    damaged: int = Field(0, description="stored objects that are damaged and left out")
    outcomes: list[TrainingOutcome] = Field([], description="the last of each family, newest first")
    at: str = Field("", description="UTC, ISO 8601")


class ContributionCounts(BaseModel):
    """Number of contributions."""

    total: int
    yours: int
    by_label: list[int] = Field(description="of each class, in the order of `welcome.classes`; of digits, 0 to 9")
    trouble: str = Field("", description="a sentence for the visitor while contributions are kept from the store")


class PersonalGain(BaseModel):
    """The gain by the contributor's drawings: each is read at its stages, without and with the others."""

    drawings: int = Field(description="number of drawings that were read, those whose digit was drawn twice or more")
    plain: float = Field(description="share of stages read right by the model alone")
    personal: float = Field(description="share of stages read right with the other drawings")


class PersonalState(BaseModel):
    """The contributor's drawings that answers use."""

    drawings: int
    digits: int = Field(description="different classes among them")
    gain: PersonalGain | None = None


class ListedClass(BaseModel):
    """A class of a symbol set."""

    id: str = Field(description="stable; labels are class ids")
    name: str = Field(description="plain text, to be shown as it is")
    prompt: str = Field("", description="what the page asks for; empty: the name")
    learning: bool = Field(False, description="true while neither a model nor an example knows it")


class ListedSet(BaseModel):
    """A symbol set that the service recognises."""

    id: str
    name: str = Field(description="plain text, to be shown as it is")
    classes: list[ListedClass] = Field(description="in the order of `probabilities`")


class Accepted(BaseModel):
    """The contribution is on disk."""

    type: Literal["accepted"] = "accepted"
    id: str
    use: StoredUse = Field(description="judging: a validation drawing")
    duplicate: bool
    receipt: str | None = Field(
        description="secret that allows to see, download and delete the drawing; "
        "null if another contributor sent this id first",
        examples=["5f2b..."],
    )
    contributions: ContributionCounts


class Refused(BaseModel):
    """The contribution was not accepted."""

    type: Literal["refused"] = "refused"
    id: str
    code: RefusalCode
    message: str
    retry: bool = Field(description="true if sending it again later can succeed")


def describe_models(cards: Iterable[Card]) -> list[ServedModel]:
    """Describes the served models, given best first."""
    return [
        ServedModel(
            family=card.family,
            model=card.version,
            encoding=card.encoding,
            contract=card.contract,
            best=place == 0,
            drawings=card.trained_on.drawings,
            metrics=Metrics(
                mean=round(card.metrics.mean, 4),
                at_50=round(card.metrics.at_50, 4),
                at_100=round(card.metrics.at_100, 4),
                judged_on=card.metrics.evaluated_on,
                drawings=card.metrics.drawings,
            ),
        )
        for place, card in enumerate(cards)
    ]


def describe_set(symbols: SymbolSet, known: Collection[int] | None = None) -> ListedSet:
    """The set as clients see it; `known` are the places that answers can name, by default all."""
    return ListedSet(
        id=symbols.id,
        name=symbols.name,
        classes=[
            ListedClass(
                id=symbols.classes[place].id,
                name=symbols.classes[place].name,
                prompt=symbols.classes[place].prompt,
                learning=known is not None and place not in known,
            )
            for place in symbols.shown
        ],
    )


def describe_trainer(status: TrainerStatus) -> Trainer:
    return Trainer.model_validate(status.to_record())
