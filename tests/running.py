"""Real services for tests; what starts them is `infra/harness/service_process.py`."""

from __future__ import annotations

from infra.harness.processes import free_port
from infra.harness.service_process import RunningService, running_service, start_service, wait_until_ready

__all__ = ["UNREACHABLE_STORE", "RunningService", "free_port", "running_service", "start_service", "wait_until_ready"]

# For the environment of a service whose drawings can't be uploaded: nothing listens on the discard port.
UNREACHABLE_STORE = {
    "MIDSTROKE_STORE": "s3://nobody",
    "MIDSTROKE_S3_ENDPOINT": "http://127.0.0.1:9",
    "AWS_ACCESS_KEY_ID": "nobody",
    "AWS_SECRET_ACCESS_KEY": "nothing",
}
