"""A result longer than a pipe reaches a slow reader whole, from an unbuffered process that signals interrupt."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

CHARACTERS = 300_000  # several times what a pipe holds

CLIENT = f"""
import signal
from infra.harness.clients.result_line import print_result
signal.signal(signal.SIGUSR1, lambda *_: None)
print("ready", flush=True)
print_result("x" * {CHARACTERS})
"""


def test_a_long_result_is_printed_whole() -> None:
    command = [sys.executable, "-u", "-c", CLIENT]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as client:
        assert client.stdout is not None
        assert client.stdout.readline() == "ready\n"
        for _ in range(5):
            time.sleep(0.05)  # the pipe is full, and a write waits
            os.kill(client.pid, signal.SIGUSR1)

        found = client.stdout.readline()

    assert len(json.loads(found)) == CHARACTERS
