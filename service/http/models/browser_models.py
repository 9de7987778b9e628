"""Finds the version with which a page predicts without a connection, and keeps its file: making one takes 20 ms."""

from __future__ import annotations

import threading
from collections import OrderedDict

from training.models.artifact import BadArtifact, BadCard
from training.models.browser_weights import FAMILY, NotForBrowsers, browser_weights
from training.models.registry import NoSuchVersion, Registry, RegistryError

KEPT = 3  # files, of 1 MB each: the champion, its predecessor and the shipped version


class NoBrowserModel(RegistryError):
    """No version of the family can predict in a browser."""


class BrowserModels:
    """Thread-safe; every method may read the store."""

    def __init__(self, registry: Registry, shipped: Registry) -> None:
        self._registry = registry
        self._shipped = shipped
        self._files: OrderedDict[str, bytes | NotForBrowsers] = OrderedDict()
        self._lock = threading.Lock()

    def choose(self, champion: str | None) -> tuple[str, bytes]:
        """The champion's version and file; those of the shipped version where the champion can't predict in a browser.

        Raises:
            NoBrowserModel: neither can.
            StoreError: the store can't be read.
        """
        shipped = self._shipped.champion(FAMILY)
        for version in (champion, shipped.version if shipped else None):
            try:
                if version is not None:
                    return version, self.file(version)
            except (NotForBrowsers, BadArtifact, BadCard, NoSuchVersion):
                continue
        raise NoBrowserModel(f"no version of {FAMILY} can predict in a browser")

    def file(self, version: str) -> bytes:
        """The version's weights for browsers.

        Raises:
            NoSuchVersion: neither the store nor this release has it.
            NotForBrowsers: it can't predict in a browser.
            BadArtifact: its files are damaged.
            StoreError: the store can't be read.
        """
        with self._lock:
            made = self._files.get(version) or self._made(version)
            self._files[version] = made
            self._files.move_to_end(version)
            while len(self._files) > KEPT:
                self._files.popitem(last=False)
        if isinstance(made, NotForBrowsers):
            raise made
        return made

    def _made(self, version: str) -> bytes | NotForBrowsers:
        try:
            artifact = self._registry.load(FAMILY, version)
        except NoSuchVersion:
            artifact = self._shipped.load(FAMILY, version)
        try:
            return browser_weights(artifact)
        except NotForBrowsers as error:
            return error
