"""The MinIO server: its credentials, start and stop."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from collector.storage.s3_store import S3Store
from infra.harness.processes import ProcessFailed
from infra.servers.minio import Credentials, kept_credentials, minio_binary, running_minio

CREDENTIALS = Credentials("midstroke-test", "not-a-secret")


@pytest.fixture(scope="module")
def minio() -> Path:
    binary = minio_binary()
    if binary is None:
        reason = "MinIO is built with Go, and there is no `go` on the path"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return binary


def test_credentials_are_made_once_and_read_by_their_owner_alone(tmp_path: Path):
    file = tmp_path / "var" / "minio.env"

    made = kept_credentials(file)

    assert kept_credentials(file) == made
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(made.secret_key) >= 40


def test_credentials_of_two_places_differ(tmp_path: Path):
    assert kept_credentials(tmp_path / "a") != kept_credentials(tmp_path / "b")


@pytest.mark.server
@pytest.mark.server
def test_it_keeps_what_was_put_over_a_restart(minio: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    data, log = tmp_path / "minio", tmp_path / "minio.log"

    with running_minio(minio, data, log, CREDENTIALS) as server:
        for name, value in server.environment.items():
            monkeypatch.setenv(name, value)
        store = S3Store("midstroke", server.endpoint)
        store.make_bucket()
        store.put("a/b", b"ink")
    with running_minio(minio, data, log, CREDENTIALS, server.port) as again:
        kept = S3Store("midstroke", again.endpoint).get("a/b")

    assert kept == b"ink"
    assert again.process.returncode is not None


@pytest.mark.server
@pytest.mark.server
def test_a_failed_start_reports_its_reason(minio: Path, tmp_path: Path):
    weak = Credentials("midstroke-test", "short")

    with pytest.raises(ProcessFailed, match=r"(?s)ended with 1.*length should be at least"):
        with running_minio(minio, tmp_path / "minio", tmp_path / "minio.log", weak):
            pass
