"""Makes `python -m service` the same as `midstroke`."""

from __future__ import annotations

from service.cli.main import app

app(prog_name="midstroke")
