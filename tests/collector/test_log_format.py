from __future__ import annotations

import json
import subprocess
import sys

PROGRAM = """
import logging
from collector.log_format import name_socket, start_log
start_log("info", {form!r})
log = logging.getLogger("midstroke.test")
log.info("started with %d\\nforged line", 7)
name_socket("5f")
try:
    raise ValueError("broken")
except ValueError:
    log.exception("failed")
log.debug("not shown")
logging.getLogger("botocore").info("not shown either")
"""


def lines_of(form: str) -> list[str]:
    command = [sys.executable, "-c", PROGRAM.format(form=form)]
    ended = subprocess.run(command, capture_output=True, text=True, check=True)
    return ended.stderr.splitlines()


def test_json_has_one_object_a_line_with_the_socket_s_id_and_the_traceback() -> None:
    first, second = map(json.loads, lines_of("json"))

    assert first["message"] == "started with 7\nforged line"
    assert (first["level"], first["logger"]) == ("info", "midstroke.test")
    assert first["time"].endswith("Z")
    assert "socket" not in first
    assert second["socket"] == "5f"
    assert 'ValueError("broken")' in second["exception"] or "ValueError: broken" in second["exception"]


def test_text_is_for_people_and_has_the_id_too() -> None:
    lines = lines_of("text")

    assert "INFO midstroke.test: started with 7" in lines[0]
    assert any("[socket 5f]" in line for line in lines)
