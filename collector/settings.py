"""Reads the storage settings from `MIDSTROKE_*` in the environment, and opens the store that they name."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from collector.contribution.contributor import load_or_make_key, parse_key, read_key_file
from collector.log_format import LogFormat
from collector.storage.folder_store import FolderStore
from collector.storage.memory_store import MemoryStore
from collector.storage.object_store import NAME, ObjectStore

S3 = re.compile(rf"s3://([A-Za-z0-9][A-Za-z0-9._-]{{1,61}}[A-Za-z0-9])((?:/{NAME.pattern})*)/?")
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|s3/", re.IGNORECASE)  # no folder: `s3:/bucket` is a mistyped address
STORES = "s3://bucket, s3://bucket/prefix, memory or a folder's path"
SECRETS = {"CONTRIBUTOR_KEY", "WEBHOOK_SECRET", "WEBHOOK_URL"}  # chat services keep secrets in addresses
KEY_FILE = "contributor.key"  # in `var`
PREFIX_MAX = 256  # characters; with the longest key below what S3 takes


class StoreSettings(BaseSettings):
    """The settings that the service and the trainer share."""

    model_config = SettingsConfigDict(env_prefix="MIDSTROKE_", extra="ignore")

    var: Path = Field(Path("var"), description="folder for the spool, the key and, without another store, the objects")
    store: str = Field("", description="'s3://bucket[/prefix]', 'memory', a folder's path, or empty for <var>/store")
    log_format: LogFormat = Field("text", description="text, or json for one JSON object a line")
    s3_endpoint: str | None = Field(None, description="address of an S3-compatible server; none for AWS itself")

    trace_address: str = Field(
        "",
        description="address of an OpenTelemetry collector, OTLP over HTTP, that gets traces "
        "('http://127.0.0.1:4318'); needs midstroke[otel]; empty turns them off",
    )
    trace_percent: float = Field(
        1,
        ge=0,
        le=100,
        allow_inf_nan=False,
        description="percent of snapshots that are traced, with MIDSTROKE_TRACE_ADDRESS",
    )
    shadow_percent: float = Field(
        0,
        ge=0,
        le=100,
        allow_inf_nan=False,
        description="percent of live frames that a challenger which the gate accepts answers first, unseen, before it "
        "is promoted; 0 turns this off; set it alike for the service and the trainer",
    )

    contributor_key: SecretStr | None = Field(
        None,
        description="secret that all replicas of a service share, 64 hex digits: contributors' hashes and receipts are "
        "made with it; without it and its file each folder <var> makes its own, <var>/contributor.key",
    )
    contributor_key_file: Path | None = Field(None, description="file that holds MIDSTROKE_CONTRIBUTOR_KEY instead")

    @field_validator("contributor_key")
    @classmethod
    def _check_contributor_key(cls, key: SecretStr | None) -> SecretStr | None:
        if key is None or not key.get_secret_value().strip():  # a variable that is set to nothing
            return None
        parse_key(key.get_secret_value().strip())
        return key

    @field_validator("contributor_key_file")
    @classmethod
    def _check_contributor_key_file(cls, file: Path | None) -> Path | None:
        return None if file is None or str(file) in ("", ".") else file

    @field_validator("trace_address")
    @classmethod
    def _check_trace_address(cls, address: str) -> str:
        return address and _checked_server(address)

    @field_validator("var")
    @classmethod
    def _check_var(cls, var: Path) -> Path:
        if "\0" in str(var):
            raise ValueError("expected a folder's path")
        return var

    @field_validator("store")
    @classmethod
    def _check_store(cls, name: str) -> str:
        if name in ("", "memory"):
            return name
        found = S3.fullmatch(name)
        if found is not None and not {".", ".."}.intersection(found[2].split("/")) and len(found[2]) <= PREFIX_MAX:
            return name
        if SCHEME.match(name) or name.strip().lower() in ("memory", "s3") or name != name.strip() or "\0" in name:
            raise ValueError(f"expected {STORES}")
        return name

    @field_validator("s3_endpoint")
    @classmethod
    def _check_endpoint(cls, address: str | None) -> str | None:
        if not address:  # a variable that is set to nothing
            return None
        return _checked_server(address)


def _checked_server(address: str) -> str:
    parts = urlsplit(address)  # raises ValueError itself for brackets that don't match
    port = parts.port  # and here for a port out of range
    if parts.scheme not in ("http", "https") or not parts.hostname or port == 0 or re.search(r"\s", address):
        raise ValueError("expected http://host:port or https://host")
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        raise ValueError("expected a server's address alone, without path, query or credentials")
    return address


class TwoKeys(ValueError):
    """The settings name two different contributor keys."""


def contributor_key(settings: StoreSettings) -> bytes:
    """The key of the settings; without one, that of `<var>/contributor.key`, which is made on first use.

    Raises:
        BadKeyFile: the file exists but holds no key.
        TwoKeys: the setting and its file differ.
        OSError: the file can't be read or created.
    """
    given = settings.contributor_key
    key = None if given is None else parse_key(given.get_secret_value().strip())
    if settings.contributor_key_file is None:
        return load_or_make_key(settings.var / KEY_FILE) if key is None else key
    in_file = read_key_file(settings.contributor_key_file)
    if key not in (None, in_file):
        raise TwoKeys("MIDSTROKE_CONTRIBUTOR_KEY and MIDSTROKE_CONTRIBUTOR_KEY_FILE differ; set one of them")
    return in_file


class UnknownStore(ValueError):
    """The settings name no store that can be opened."""


def describe_bad_setting(error: ValidationError) -> str:
    """The first wrong setting as its environment variable, with what came and what was expected."""
    first = error.errors()[0]
    name = "_".join(str(part) for part in first["loc"]).upper()
    reason = first["msg"].removeprefix("Value error, ")
    if name.endswith("TOKEN") or name in SECRETS:  # even a mistyped secret must not get into a terminal or a log
        return f"MIDSTROKE_{name} is not accepted: {reason}"
    return f"MIDSTROKE_{name} is {first['input']!r:.80}: {reason}"


def open_store(settings: StoreSettings) -> ObjectStore:
    """The store that the settings name; nothing is connected yet.

    Raises:
        UnknownStore: its region, profile or credentials are no valid ones, or its folder is a file.
    """
    name = settings.store
    if name == "memory":
        return MemoryStore()
    if found := S3.fullmatch(name):
        # boto3 takes a third of a second to import, and only this kind of store needs it.
        from collector.storage.s3_store import BadS3Settings, S3Store  # noqa: PLC0415

        try:
            return S3Store(bucket=found[1], endpoint=settings.s3_endpoint, prefix=found[2].lstrip("/"))
        except BadS3Settings as error:
            raise UnknownStore(f"MIDSTROKE_STORE is {name!r}: {error}") from error
    folder = Path(name) if name else settings.var / "store"
    if folder.is_file():  # would seem to be an empty store
        raise UnknownStore(f"MIDSTROKE_STORE is {str(folder)!r}, a file, expected a folder")
    return FolderStore(folder)
