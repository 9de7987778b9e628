"""What the service is told by its environment, `MIDSTROKE_*`; built in `command.py` alone."""

from __future__ import annotations

from pydantic import Field

from collector.settings import StoreSettings

POLL_SECONDS = 1.0  # a new champion is served within this, and the time to load it


class Settings(StoreSettings):
    """Defaults suit one machine and a laptop's browser."""

    host: str = Field("127.0.0.1", description="address to listen on; 0.0.0.0 for every one")
    port: int = Field(8000, ge=0, le=65535, description="port to listen on; 0 for any free one")
    workers: int = Field(
        1, ge=1, le=64, description="processes that serve the port; each has models and max_sockets of its own"
    )
    max_sockets: int = Field(1000, ge=1, description="websockets at a time; further ones are closed with 4503")
    frames_per_second: float = Field(1000, ge=1, description="snapshots that one socket has answered in a second")
    allowed_origins: str = Field(
        "",
        description="origins whose pages may connect, by commas ('https://a.example,https://b.example'), "
        "'*' for all; empty: only the page that this service serves",
    )
    allow_no_origin: bool = Field(True, description="take sockets of clients that are no browsers and name no origin")
    spool_bytes: int = Field(2 * 1024**3, ge=2**20, description="contributions kept until they are uploaded, bytes")
    poll_seconds: float = Field(POLL_SECONDS, gt=0, description="how often the store is asked for a new champion")
    log_level: str = Field("info", description="debug, info, warning or error")
