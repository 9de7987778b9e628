"""Objects in a bucket of S3 or of a compatible server. The only file that imports boto3."""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

import boto3
from botocore.auth import AUTH_TYPE_MAPS, S3SigV4Auth
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from collector.storage.object_store import NoSuchObject, StoreError, can_begin_a_key, check_key

if TYPE_CHECKING:
    from mypy_boto3_s3.client import S3Client

log = logging.getLogger(__name__)

DEFAULT_REGION = "us-east-1"  # where neither environment nor profile names one; other servers accept it too

RENEW_SECONDS = 5.0  # between clients that are built because their credentials were refused

_REFUSED_CREDENTIALS = {
    "AccessDenied", "ExpiredToken", "InvalidAccessKeyId", "InvalidToken", "SignatureDoesNotMatch",
    "TokenRefreshRequired",
}  # fmt: skip
_SKEWED = "RequestTimeTooSkewed"
_SIGNER = "midstroke-s3v4"
_NO_OBJECT = {"NoSuchKey", "404", "NotFound"}
_NO_BUCKET = {"NoSuchBucket"}
_ALREADY_MADE = {"BucketAlreadyOwnedByYou", "BucketAlreadyExists"}


Outcome = TypeVar("Outcome")


class BadS3Settings(ValueError):
    """The endpoint, region, profile or credentials in the environment have the wrong form."""


class S3Store:
    """Objects below `prefix` in one bucket; a missing bucket is empty, and the first put makes it.

    Credentials come from boto3's own chain, and are read again when the server refuses them. Safe for many threads.
    Long waiting is the caller's: a call gives up after two attempts of 2 s to connect and 5 s to read, where boto3 by
    itself would hold a thread for minutes.
    """

    def __init__(self, bucket: str, endpoint: str | None = None, prefix: str = "") -> None:
        """Connects to nothing.

        Raises:
            BadS3Settings: endpoint, region, profile or credentials have the wrong form.
        """
        self._bucket = bucket
        self._endpoint = endpoint
        self._prefix = f"{prefix.strip('/')}/" if prefix.strip("/") else ""
        self._renewing = threading.Lock()
        self._renewed_at: float | None = None
        try:
            self._client = _make_client(endpoint)
        except (BotoCoreError, ValueError) as error:
            raise BadS3Settings(str(error)) from error

    def put(self, key: str, body: bytes) -> None:
        check_key(key)
        try:
            self._call(lambda: self._put(self._prefix + key, body))
        except (ClientError, BotoCoreError) as error:
            raise StoreError(f"{key!r} was not put into s3://{self._bucket}: {error}") from error

    def get(self, key: str) -> bytes:
        check_key(key)
        try:
            return self._call(lambda: self._get(self._prefix + key))
        except (ClientError, BotoCoreError) as error:
            if _code(error) in _NO_OBJECT | _NO_BUCKET:
                raise NoSuchObject(f"no object {key!r} in s3://{self._bucket}") from error
            raise StoreError(f"{key!r} was not read from s3://{self._bucket}: {error}") from error

    def keys(self, prefix: str = "", after: str = "") -> Iterator[str]:
        if not can_begin_a_key(prefix):
            return
        try:
            more = True
            while more:
                keys, more = self._call(lambda: self._list(prefix, after))  # noqa: B023 - called at once
                yield from keys
                after = keys[-1] if keys else after
        except (ClientError, BotoCoreError) as error:
            if _code(error) in _NO_BUCKET:
                return
            raise StoreError(f"{prefix!r} was not listed in s3://{self._bucket}: {error}") from error

    def delete(self, key: str) -> None:
        check_key(key)
        try:
            self._call(lambda: self._client.delete_object(Bucket=self._bucket, Key=self._prefix + key))
        except (ClientError, BotoCoreError) as error:
            if _code(error) not in _NO_OBJECT | _NO_BUCKET:
                raise StoreError(f"{key!r} was not deleted from s3://{self._bucket}: {error}") from error

    def make_bucket(self) -> None:
        """Makes the bucket where it is missing.

        Raises:
            StoreError: it could not be made, or belongs to somebody else.
        """
        try:
            self._call(self._make_bucket)
        except (ClientError, BotoCoreError) as error:
            raise StoreError(f"the bucket s3://{self._bucket} was not made: {error}") from error

    def close(self) -> None:
        """Closes the connections; the store can't be used afterwards."""
        self._client.close()

    def _get(self, key: str) -> bytes:
        return self._client.get_object(Bucket=self._bucket, Key=key)["Body"].read()

    def _list(self, prefix: str, after: str) -> tuple[list[str], bool]:
        """The next page of keys behind `after`, without the store's own prefix, and whether there are more."""
        start = {"StartAfter": self._prefix + after} if after else {}
        page = self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._prefix + prefix, **start)  # type: ignore[arg-type]  # a dict of one known name
        keys = [found["Key"].removeprefix(self._prefix) for found in page.get("Contents", [])]
        return keys, bool(keys) and page.get("IsTruncated", False)

    def _call(self, call: Callable[[], Outcome]) -> Outcome:
        """Does it; once more after the clock was set right, or with credentials read anew."""
        try:
            return call()
        except ClientError as error:
            if not (_take_server_time(error) or (_code(error) in _REFUSED_CREDENTIALS and self._renew())):
                raise
        return call()

    def _renew(self) -> bool:
        """Builds a client from the credentials as they are now; false when that was done a moment ago."""
        with self._renewing:
            now = monotonic()
            if self._renewed_at is not None and now - self._renewed_at < RENEW_SECONDS:
                return False
            self._renewed_at = now
            try:
                self._client = _make_client(self._endpoint)
            except (BotoCoreError, ValueError) as error:
                log.warning("the credentials can't be read: %s", error)
                return False
        return True

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
    if os.environ.get("AWS_SECRET_ACCESS_KEY") and not os.environ.get("AWS_ACCESS_KEY_ID"):
        # boto3 looks at the id alone, and would only say later that it found nothing.
        raise ValueError("AWS_SECRET_ACCESS_KEY is set without AWS_ACCESS_KEY_ID")
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
    region = session.region_name or DEFAULT_REGION
    client = session.client("s3", endpoint_url=endpoint, region_name=region, config=config)
    client.meta.events.register_first("choose-signer.s3", lambda **_: _SIGNER)  # type: ignore[arg-type]  # the stub knows no handler that answers
    return client


class _ServerTimeAuth(S3SigV4Auth):
    """Signs with the server's time where this machine's clock is off; all clients of a process share its clock."""

    offset = timedelta(0)

    def _modify_request_before_signing(self, request: Any) -> None:
        request.context["timestamp"] = f"{datetime.now(UTC) + self.offset:%Y%m%dT%H%M%SZ}"
        super()._modify_request_before_signing(request)  # type: ignore[misc]  # missing in the stub


AUTH_TYPE_MAPS[_SIGNER] = _ServerTimeAuth


def _take_server_time(error: ClientError) -> bool:
    """Takes the time of the server's answer, if it refused a request for its time."""
    if _code(error) != _SKEWED:
        return False
    headers = error.response.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    try:
        offset = parsedate_to_datetime(headers["date"]) - datetime.now(UTC)
    except (KeyError, TypeError, ValueError):
        return False
    if not _ServerTimeAuth.offset:
        log.warning(
            "this machine's clock is %.0f s off the store's; requests carry the store's time", -offset.total_seconds()
        )
    _ServerTimeAuth.offset = offset
    return True


def _code(error: ClientError | BotoCoreError) -> str:
    return error.response.get("Error", {}).get("Code", "") if isinstance(error, ClientError) else ""
