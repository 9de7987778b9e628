"""Where things are kept, from `MIDSTROKE_*` in the environment, and the store that this names."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from collector.storage.folder_store import FolderStore
from collector.storage.memory_store import MemoryStore
from collector.storage.object_store import ObjectStore


class StoreSettings(BaseSettings):
    """What the service and the trainer must agree on."""

    model_config = SettingsConfigDict(env_prefix="MIDSTROKE_", extra="ignore")

    var: Path = Field(Path("var"), description="folder for the spool, the key and, without another store, the objects")
    store: str = Field("", description="'s3://bucket', 'memory', a folder's path, or empty for <var>/store")
    s3_endpoint: str | None = Field(None, description="address of an S3-compatible server; none for AWS itself")


class UnknownStore(ValueError):
    """The setting names no kind of store."""


def describe_bad_setting(error: ValidationError) -> str:
    """The first setting that is wrong, as its environment variable, with what came and what was expected."""
    first = error.errors()[0]
    name = "_".join(str(part) for part in first["loc"]).upper()
    return f"MIDSTROKE_{name} is {first['input']!r:.60}: {first['msg']}"


def open_store(settings: StoreSettings) -> ObjectStore:
    """The store that the settings name; nothing is connected yet.

    Raises:
        UnknownStore: the setting has a scheme other than `s3`, or no bucket.
    """
    name = settings.store
    if name == "memory":
        return MemoryStore()
    if name.startswith("s3://") and len(name) > len("s3://"):
        # boto3 takes a third of a second to import, and only this kind of store wants it.
        from collector.storage.s3_store import S3Store  # noqa: PLC0415

        return S3Store(bucket=name.removeprefix("s3://").rstrip("/"), endpoint=settings.s3_endpoint)
    if "://" in name:
        raise UnknownStore(f"MIDSTROKE_STORE is {name!r}, expected s3://bucket, memory or a folder's path")
    return FolderStore(Path(name) if name else settings.var / "store")
