"""Sends drawings from an NDJSON file to a running service and prints by ink fraction, as JSON,
how often it is right, `unsure` and `settled`.

python -m infra.replay drawings.ndjson.gz --url ws://127.0.0.1:8000/ws
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from infra.harness.data.recorded import Placing, read_script
from infra.replay.player import Message, PlayError, play


def main(
    drawings: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="NDJSON, gzipped or not")],
    url: Annotated[str, typer.Option(help="the service's websocket")] = "ws://127.0.0.1:8000/ws",
    family: Annotated[str | None, typer.Option(help="a family's name; by default the best for the message")] = None,
    message: Annotated[Message, typer.Option("--as", help="message type")] = "png",
    limit: Annotated[int | None, typer.Option(min=1, help="at most this many drawings, spread over the file")] = None,
    validation_only: Annotated[
        bool, typer.Option("--validation-only", help="only writers that `midstroke train` holds out")
    ] = False,
    judging_only: Annotated[bool, typer.Option("--judging-only", hidden=True)] = False,  # the older name
    as_drawn: Annotated[
        bool,
        typer.Option(
            "--as-drawn", help="coordinates are canvas pixels; otherwise digits are placed as people place them"
        ),
    ] = False,
    seed: Annotated[int, typer.Option(help="of placing and pen widths")] = 1,
) -> None:
    """Sends every drawing at 10, 20 ... 100 % of its ink, as fast as the service answers."""
    script = read_script(drawings, Placing(as_drawn, seed), limit, validation_only or judging_only)
    if not script:
        sys.exit(
            f"replay: no labelled drawings in {drawings}"
            + (" by held-out writers" if validation_only or judging_only else "")
        )
    try:
        table = asyncio.run(play(url, script, message, family))
    except (PlayError, OSError) as error:
        sys.exit(f"replay: {url}: {error}")
    print(json.dumps(table, indent=2))


if __name__ == "__main__":
    typer.run(main)
