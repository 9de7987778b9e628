"""Keeps what clients do wrong out of the log: each is told by its answer, and anyone could fill a log that tells it."""

from __future__ import annotations

import logging

# As uvicorn says it, the first with a traceback.
CLIENT_FAULTS = (
    "Invalid UTF-8 sequence received from client.",
    "Invalid HTTP request received.",
    "Unsupported upgrade request.",
)


def leave_out_client_faults(logger: logging.Logger) -> None:
    logger.addFilter(lambda record: record.msg not in CLIENT_FAULTS)
