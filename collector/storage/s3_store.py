"""Objects in a bucket of S3 or of a server that speaks it. The only file that imports boto3."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from collector.storage.object_store import NoSuchObject, StoreError, can_begin_a_key, check_key

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

log = logging.getLogger(__name__)

DEFAULT_REGION = "us-east-1"  # where neither environment nor profile names one; other servers accept it too

_NO_OBJECT = {"NoSuchKey", "404", "NotFound"}
_NO_BUCKET = {"NoSuchBucket"}
_ALREADY_MADE = {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}


class S3Store:
    """One bucket; a bucket that is not there is empty, and the first put makes it. Credentials by boto3's own chain.

    Safe for many threads. Long waiting is the caller's: a call gives up after two attempts of 2 s to connect
    and 5 s to read, where boto3 by itself would hold a thread for minutes.
    """

    def __init__(self, bucket: str, endpoint: str | None = None) -> None:
        self._bucket = bucket
        self._client = _make_client(endpoint)

    def put(self, key: str, body: bytes) -> None:
        check_key(key)
        try:
            self._put(key, body)
        except (ClientError, BotoCoreError) as error:
            raise StoreError(f"{key!r} was not put into s3://{self._bucket}: {error}") from error

    def get(self, key: str) -> bytes:
        check_key(key)
        try:
            return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()
        except (ClientError, BotoCoreError) as error:
            if _code(error) in _NO_OBJECT | _NO_BUCKET:
                raise NoSuchObject(f"no object {key!r} in s3://{self._bucket}") from error
            raise StoreError(f"{key!r} was not read from s3://{self._bucket}: {error}") from error

    def keys(self, prefix: str = "", after: str = "") -> Iterator[str]:
        if not can_begin_a_key(prefix):
            return
        pages = self._client.get_paginator("list_objects_v2").paginate(
            Bucket=self._bucket, Prefix=prefix, StartAfter=after
        )
        try:
            for page in pages:
                yield from (found["Key"] for found in page.get("Contents", []))
        except (ClientError, BotoCoreError) as error:
            if _code(error) in _NO_BUCKET:
                return
            raise StoreError(f"{prefix!r} was not listed in s3://{self._bucket}: {error}") from error

    def delete(self, key: str) -> None:
        check_key(key)
        try:
            self._client.delete_object(Bucket=self._bucket, Key=key)
        except (ClientError, BotoCoreError) as error:
            if _code(error) not in _NO_OBJECT | _NO_BUCKET:
                raise StoreError(f"{key!r} was not deleted from s3://{self._bucket}: {error}") from error

    def make_bucket(self) -> None:
        """Makes the bucket where it is missing.

        Raises:
            StoreError: it could not be made, or belongs to somebody else.
        """
        try:
            self._make_bucket()
        except (ClientError, BotoCoreError) as error:
            raise StoreError(f"the bucket s3://{self._bucket} was not made: {error}") from error

    def close(self) -> None:
        """Lets go of the connections; the store is of no use afterwards."""
        self._client.close()

    def _put(self, key: str, body: bytes) -> None:
        try:
            self._client.put_object(Bucket=self._bucket, Key=key, Body=body)
        except ClientError as error:
            if _code(error) not in _NO_BUCKET:
                raise
            self._make_bucket()
            self._client.put_object(Bucket=self._bucket, Key=key, Body=body)

    def _make_bucket(self) -> None:
        try:
            self._client.head_bucket(Bucket=self._bucket)
        except ClientError as error:
            if _code(error) not in _NO_OBJECT | _NO_BUCKET:
                raise
        else:
            return
        try:
            self._create_bucket()
        except ClientError as error:
            # Another thread or process was quicker.
            if _code(error) not in _ALREADY_MADE:
                raise
        else:
            log.info("made the bucket s3://%s", self._bucket)

    def _create_bucket(self) -> None:
        region = self._client.meta.region_name
        if region == DEFAULT_REGION:
            # AWS refuses its own default region as a constraint.
            self._client.create_bucket(Bucket=self._bucket)
        else:
            self._client.create_bucket(
                Bucket=self._bucket,
                CreateBucketConfiguration={"LocationConstraint": region},  # type: ignore[typeddict-item]  # a literal of all regions
            )


def _make_client(endpoint: str | None) -> S3Client:
    session = boto3.session.Session()
    config = Config(
        connect_timeout=2,
        read_timeout=5,
        retries={"total_max_attempts": 2, "mode": "standard"},
        max_pool_connections=32,
        # Few servers other than AWS answer to `bucket.host`.
        s3={"addressing_style": "path" if endpoint else "auto"},
        # The newer trailing checksums are refused, or kept as part of the body, by servers that don't know them.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return session.client("s3", endpoint_url=endpoint, region_name=session.region_name or DEFAULT_REGION, config=config)


def _code(error: ClientError | BotoCoreError) -> str:
    return error.response.get("Error", {}).get("Code", "") if isinstance(error, ClientError) else ""
