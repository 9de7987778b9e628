"""Starts the log of a process: lines for people, or JSON for programs. What a socket causes has the socket's id."""

from __future__ import annotations

import logging
from typing import Literal

from structlog.contextvars import bind_contextvars, get_contextvars, merge_contextvars
from structlog.processors import EventRenamer, JSONRenderer, TimeStamper, format_exc_info
from structlog.stdlib import ProcessorFormatter, add_log_level, add_logger_name

LogFormat = Literal["text", "json"]

TEXT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
QUIET = ("uvicorn.error", "botocore")  # at `info` they log every connection, and every attempt to find credentials


def start_log(level: str, log_format: LogFormat) -> None:
    """Logs to standard error from now on, whatever library logs."""
    handler = logging.StreamHandler()
    handler.setFormatter(_json_formatter() if log_format == "json" else _TextFormatter(TEXT))
    logging.basicConfig(level=level.upper(), handlers=[handler])
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)


def name_socket(number: str) -> None:
    """Adds the id of a socket to what the present task logs, and the tasks that it starts."""
    bind_contextvars(socket=number)


class _TextFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        text = super().format(record)
        names = get_contextvars()
        return f"{text} [socket {names['socket']}]" if "socket" in names else text


def _json_formatter() -> logging.Formatter:
    return ProcessorFormatter(
        foreign_pre_chain=[
            merge_contextvars,
            add_log_level,
            add_logger_name,
            TimeStamper(fmt="iso", utc=True, key="time"),
        ],
        processors=[
            ProcessorFormatter.remove_processors_meta,
            format_exc_info,
            EventRenamer("message"),
            JSONRenderer(ensure_ascii=True),  # what clients send can't forge a line
        ],
    )
