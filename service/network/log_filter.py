"""Keeps clients' faults out of the log: the answer names them, and anyone could fill a log with them."""

from __future__ import annotations

import logging

# uvicorn's words.
CLIENT_FAULTS = (
    "Invalid UTF-8 sequence received from client.",
    "Invalid HTTP request received.",
    "Unsupported upgrade request.",
)


def leave_out_client_faults(logger: logging.Logger) -> None:
    logger.addFilter(lambda record: record.msg not in CLIENT_FAULTS)
