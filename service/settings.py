"""The service's settings, from `MIDSTROKE_*` in the environment; only the command line builds them."""

from __future__ import annotations

from pydantic import Field, SecretStr, field_validator

from collector.settings import StoreSettings
from service.admission.operator import check_token
from service.admission.origins import parse_origins

LOG_LEVELS = ("debug", "info", "warning", "error")
POLL_SECONDS = 1.0  # a new champion is served after at most this and the time to load it


class Settings(StoreSettings):
    """Defaults suit one machine and a browser on it."""

    host: str = Field("127.0.0.1", description="address to listen on; 0.0.0.0 for all")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on; 0 for any free one")
    workers: int = Field(
        1,
        ge=1,
        le=64,
        description="number of processes that serve the port; each has its own models and limits",
    )
    max_sockets: int = Field(
        1000, ge=1, le=1_000_000, description="maximum number of open websockets; further ones are closed with 4503"
    )
    max_http_connections: int = Field(
        1000,
        ge=8,
        le=1_000_000,
        description="maximum number of other connections; the longest idle one makes room",
    )
    max_buffered_bytes: int = Field(
        64 * 2**20,
        ge=2**21,
        le=2**40,
        description="maximum size of unfinished request bodies and messages together, in bytes; the oldest makes room",
    )
    frames_per_second: float = Field(
        1000,
        ge=1,
        le=10_000_000,
        allow_inf_nan=False,
        description="maximum number of snapshots answered per socket and second",
    )
    allowed_origins: str = Field(
        "",
        description="origins whose pages may use the service besides its own page, separated by commas "
        "('https://a.example,https://b.example:8443'); '*' for all",
    )
    root_path: str = Field(
        "",
        pattern=r"^((/[A-Za-z0-9._~-]+)+/?)?$",
        description="path prefix of requests from a proxy that doesn't strip it, such as '/digits'",
    )
    allow_no_origin: bool = Field(True, description="accept clients that send no Origin, as browsers always do")
    spool_bytes: int = Field(
        2 * 1024**3, ge=2**20, le=2**60, description="maximum size of contributions waiting for upload, in bytes"
    )
    personal_bytes: int = Field(
        64 * 2**20,
        ge=0,
        le=2**40,
        description="maximum size of contributors' own drawings in memory, in bytes, for personal answers; 0 turns "
        "these off",
    )
    poll_seconds: float = Field(
        POLL_SECONDS,
        ge=0.01,
        le=86_400,
        allow_inf_nan=False,
        description="seconds between checks of the store for a new champion",
    )
    operator_token: SecretStr = Field(
        SecretStr(""),
        description="secret of at least 16 characters that opens the operator's pages and calls under /operator; empty "
        "turns them off",
    )
    metrics: bool = Field(True, description="answer GET /metrics with Prometheus metrics of all workers")
    log_level: str = Field("info", description="debug, info, warning or error")

    @field_validator("log_level")
    @classmethod
    def _check_log_level(cls, level: str) -> str:
        if level.lower() not in LOG_LEVELS:
            raise ValueError(f"expected {', '.join(LOG_LEVELS[:-1])} or {LOG_LEVELS[-1]}")
        return level.lower()

    @field_validator("operator_token")
    @classmethod
    def _check_operator_token(cls, token: SecretStr) -> SecretStr:
        check_token(token.get_secret_value())
        return token

    @field_validator("allowed_origins")
    @classmethod
    def _check_origins(cls, text: str) -> str:
        parse_origins(text)
        return text
