"""The trainer's settings, read from `MIDSTROKE_*` in the environment."""

from __future__ import annotations

from pydantic import Field

from collector.settings import StoreSettings


class TrainingSettings(StoreSettings):
    """The store's settings and the trainer's own."""

    retrain_after: int = Field(20, ge=1, le=1_000_000, description="new training drawings that start a training")
    trainer_poll_seconds: float = Field(
        1.0, ge=0.01, le=86_400, allow_inf_nan=False, description="seconds between two looks for new drawings"
    )
    trainer_threads: int = Field(1, ge=1, le=1024, description="cores that training may use")
