"""Prints what a client process measured, as one line of JSON for the process that started it."""

from __future__ import annotations

import json
import sys


def print_result(found: object) -> None:
    """Waits until all of it is in the pipe.

    Where PYTHONUNBUFFERED is set, `print` loses the rest when a signal interrupts a write that waits for the reader, as
    happens under uvloop.
    """
    with open(sys.stdout.fileno(), "w", closefd=False) as out:
        out.write(f"{json.dumps(found)}\n")
