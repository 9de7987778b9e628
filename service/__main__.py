"""`python -m service`: the same as `midstroke`."""

from __future__ import annotations

from service.command import app

app(prog_name="midstroke")
