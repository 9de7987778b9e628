"""The store of one trial: a real MinIO with its bucket, and a toxiproxy in front of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from collector.storage.s3_store import S3Store
from infra.harness.results.rows import CannotRun
from infra.servers.minio import Credentials, MinioServer, minio_binary, running_minio
from infra.servers.toxiproxy import Toxiproxy, running_toxiproxy, toxiproxy_binary

BUCKET = "midstroke"
CREDENTIALS = Credentials("midstroke-soak", "kept-by-nobody-at-all")


@dataclass(frozen=True, slots=True)
class Storage:
    minio: MinioServer
    proxy: Toxiproxy
    store: S3Store  # bypasses the proxy

    @property
    def environment(self) -> dict[str, str]:
        """The settings with which a service uses the store through the proxy."""
        return {
            **self.minio.environment,
            "MIDSTROKE_STORE": f"s3://{BUCKET}",
            "MIDSTROKE_S3_ENDPOINT": self.proxy.endpoint,
        }


@contextlib.contextmanager
def running_storage(scratch: Path) -> Iterator[Storage]:
    """Raises:
    CannotRun: MinIO or toxiproxy can't be built.
    """
    minio, toxiproxy = minio_binary(), toxiproxy_binary()
    if minio is None or toxiproxy is None:
        raise CannotRun("MinIO and toxiproxy are built with Go 1.24 or later, and there is no `go` on the path")
    scratch.mkdir(parents=True, exist_ok=True)
    with running_minio(minio, scratch / "minio", scratch / "minio.log", CREDENTIALS) as server:
        with running_toxiproxy(toxiproxy, scratch / "toxiproxy.log", server.port) as proxy:
            # boto3 reads its credentials once, when its client is made.
            with _environment(server.environment):
                store = S3Store(BUCKET, server.endpoint)
            store.make_bucket()
            try:
                yield Storage(server, proxy, store)
            finally:
                store.close()


@contextlib.contextmanager
def _environment(more: Mapping[str, str]) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(more)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
