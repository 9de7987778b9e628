"""What the trainer is told from outside, by `MIDSTROKE_*` in the environment."""

from __future__ import annotations

from pydantic import Field

from collector.settings import StoreSettings


class TrainingSettings(StoreSettings):
    """The store's settings, and when to train."""

    retrain_after: int = Field(20, ge=1, description="new training drawings that start a training")
    trainer_poll_seconds: float = Field(1.0, gt=0, description="how often to look for new drawings, s")
    trainer_threads: int = Field(1, ge=1, description="cores that training may take; the service lives beside it")
