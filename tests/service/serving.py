"""Runs a service in this process on a real port, with real models, a real spool and a store in memory."""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import uvicorn
from websockets.sync.client import ClientConnection, connect

from collector.spool.spool import Spool
from collector.storage.folder_store import FolderStore
from collector.storage.memory_store import MemoryStore
from infra.harness.champions import shipped_artifact
from service.app import create_app
from service.inference.live_models import LiveModels
from service.intake.blocked import BlockedContributors
from service.intake.intake import Intake
from service.intake.receipts import Receipts
from service.network.listener import bind, listen
from service.parts import moderation_of
from service.personal.profiles import Profiles
from service.server import limits_of, uvicorn_config
from service.sets.scope import SetScope
from service.sets.stored_sets import StoredSets
from service.settings import Settings
from tests.service.described import DescribedConnection
from training.models.registry import Registry
from training.models.shipped import FIRST_MODELS

KEY = b"k" * 32
WAIT_SECONDS = 20.0  # a bound for a busy machine, not a promise
FRONTEND = Path(__file__).parents[2] / "frontend"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Service:
    """A running service, and the parts of it that tests change."""

    port: int
    live: LiveModels
    registry: Registry
    store: MemoryStore
    spool: Spool
    baselines: Path  # a folder that is not there yet
    profiles: Profiles
    sets: StoredSets  # polled by the tests themselves

    def connect(self, **options: Any) -> ClientConnection:
        options.setdefault("subprotocols", ["midstroke.v1"])
        options.setdefault("create_connection", DescribedConnection)  # checks what it receives
        return connect(f"ws://127.0.0.1:{self.port}/ws", open_timeout=WAIT_SECONDS, **options)

    def call(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", body, named, method=method)
        try:
            with urllib.request.urlopen(request, timeout=WAIT_SECONDS) as reply:
                return Answer(reply.status, {k.lower(): v for k, v in reply.headers.items()}, reply.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, {k.lower(): v for k, v in error.headers.items()}, error.read())

    def publish_next(self, family: str) -> str:
        """The same model under a new version, made the champion; not polled for yet."""
        artifact = shipped_artifact(family)
        version = f"2030{artifact.card.version[4:]}"
        self.registry.publish(replace(artifact, card=replace(artifact.card, version=version)), {})
        self.registry.promote(family, version, "test")
        return version


def receive(socket: ClientConnection) -> Any:
    """The next message."""
    return json.loads(socket.recv(WAIT_SECONDS))


def receive_all(socket: ClientConnection, count: int) -> list[Any]:
    return [receive(socket) for _ in range(count)]


@contextmanager
def serving(var: Path, settings: Settings) -> Iterator[Service]:
    store = MemoryStore()
    registry = Registry(store)
    live = LiveModels(store, registry, shipped=Registry(FolderStore(FIRST_MODELS)))
    live.poll()
    spool = Spool(var / "spool.sqlite", settings.spool_bytes)
    listener = bind("127.0.0.1", 0)
    listen(listener)
    profiles = Profiles(live, spool, store, settings.personal_bytes)
    blocked = BlockedContributors(store, listener=profiles.moderate)
    intake = Intake(spool, KEY, listener=profiles.accepted, is_blocked=blocked.is_blocked)
    receipts = Receipts(spool, store, KEY, listener=profiles.deleted)
    shipped = Registry(FolderStore(FIRST_MODELS))
    digits = SetScope(live, registry, intake, receipts, profiles)
    sets = StoredSets(digits, store, settings.model_copy(update={"var": var}), KEY, shipped, intake.pool)
    moderation = moderation_of(store, sets, spool, profiles, blocked)
    app = create_app(sets, settings, FRONTEND, var / "baselines", moderation=moderation)
    server = uvicorn.Server(uvicorn_config(app, limits_of(settings)))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    stop = threading.Event()
    follower = threading.Thread(target=profiles.run, args=(stop,))
    follower.start()
    try:
        # The listener takes connections from the start, so there is nothing to wait for.
        yield Service(listener.getsockname()[1], live, registry, store, spool, var / "baselines", profiles, sets)
    finally:
        server.should_exit = True
        thread.join(WAIT_SECONDS)
        stop.set()
        follower.join(WAIT_SECONDS)
        profiles.stop()
        sets.close()
        spool.close()
