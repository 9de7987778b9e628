"""The trainer's settings, read from `MIDSTROKE_*` in the environment."""

from __future__ import annotations

from pydantic import Field

from collector.settings import StoreSettings


class TrainingSettings(StoreSettings):
    """The store's settings and the trainer's own."""

    retrain_after: int = Field(20, ge=1, description="new training drawings that start a training")
    trainer_poll_seconds: float = Field(1.0, gt=0, description="seconds between two looks for new drawings")
    trainer_threads: int = Field(1, ge=1, description="cores that training may use")
