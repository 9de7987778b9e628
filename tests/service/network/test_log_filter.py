from __future__ import annotations

import logging

import pytest

from service.network.log_filter import leave_out_client_faults


def test_clients_faults_are_left_out_of_the_log_and_all_else_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    logger = logging.getLogger("test-of-client-faults")
    leave_out_client_faults(logger)

    logger.error("Invalid UTF-8 sequence received from client.")
    logger.warning("Invalid HTTP request received.")
    logger.error("an error of the server's")

    assert [record.message for record in caplog.records] == ["an error of the server's"]
