"""The trainer's settings, read from `MIDSTROKE_*` in the environment."""

from __future__ import annotations

from pydantic import Field, SecretStr, ValidationInfo, field_validator

from collector.settings import StoreSettings
from training.webhook import check_secret, parse_address


class TrainingSettings(StoreSettings):
    """The store's settings and the trainer's own."""

    retrain_after: int = Field(20, ge=1, le=1_000_000, description="new training drawings that start a training")
    trainer_poll_seconds: float = Field(
        1.0, ge=0.01, le=86_400, allow_inf_nan=False, description="seconds between two looks for new drawings"
    )
    shadow_seconds: float = Field(
        600,
        ge=1,
        le=86_400,
        allow_inf_nan=False,
        description="maximum time in seconds that a challenger waits for live frames, with MIDSTROKE_SHADOW_PERCENT; "
        "then the gate's word alone holds, unless the frames that came speak against it",
    )
    webhook_url: str = Field(
        "",
        description="address, http or https, that gets a signed POST when a version is published, refused, promoted or "
        "rolled back",
    )
    webhook_secret: SecretStr = Field(
        SecretStr(""),
        validate_default=True,
        description="secret of 16 characters or more that signs these calls; required with MIDSTROKE_WEBHOOK_URL",
    )
    trainer_threads: int = Field(1, ge=1, le=1024, description="cores that training may use")

    @field_validator("webhook_url")
    @classmethod
    def _check_webhook_url(cls, address: str) -> str:
        if address:
            parse_address(address)
        return address

    @field_validator("webhook_secret")
    @classmethod
    def _check_webhook_secret(cls, secret: SecretStr, info: ValidationInfo) -> SecretStr:
        if secret.get_secret_value() or info.data.get("webhook_url"):
            check_secret(secret.get_secret_value())
        return secret
