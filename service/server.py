"""Runs the application, its threads and uvicorn until a signal."""

from __future__ import annotations

import gc
import logging
import os
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from pathlib import Path
from types import FrameType

import typer
import uvicorn
from fastapi import FastAPI

from collector.malloc import keep_freed_memory
from collector.settings import contributor_key, open_store
from collector.spool.spool import Spool
from collector.storage.folder_store import FolderStore
from collector.storage.memory_store import MemoryStore
from collector.storage.object_store import ObjectStore
from collector.tracing import start_tracing, stop_tracing
from collector.upload.set_uploads import upload_sets
from collector.upload.uploader import Uploader
from service.app import create_app
from service.inference.live_models import LiveModels
from service.intake.key_guard import WAIT_SECONDS as KEY_SECONDS
from service.intake.key_guard import KeyGuard
from service.intake.upload_process import upload_process
from service.metrics.metrics import Metrics
from service.network.addresses import name_address, name_lan_addresses
from service.network.limits.connections import Connections
from service.network.limits.limits import Limits, fit_descriptors, raise_descriptor_limit
from service.network.listener import listen
from service.network.protocols.http_heads import MAX_HEAD_BYTES
from service.network.protocols.http_protocol import http_protocol
from service.parts import Parts, make_parts
from service.paths import spool_file
from service.personal.profiles import LOOK_SECONDS
from service.settings import Settings
from service.signals import StopSignals
from service.threads import running_thread
from training.models.registry import Registry
from training.models.shipped import FIRST_MODELS

log = logging.getLogger(__name__)

FRONTEND = Path(__file__).parent.parent / "frontend"
FIRST_POLL_SECONDS = 0.5  # then serving begins without the store's models
SWITCH_SECONDS = 0.0005  # Python's default of 5 ms is fifty predictions
CHECKING_NICENESS = 10  # of the thread that checks models; no more, for it may hold Python's lock while others run
GRACE_SECONDS = 3  # for answers in progress, after the signal
LAST_SECONDS = 4.5  # from the signal until the process ends in any case: what was acknowledged is on disk


def serve(
    settings: Settings, listener: socket.socket, counters: Sequence[memoryview] | None = None, worker: int = 0
) -> None:
    """Serves on `listener` until SIGTERM or SIGINT.

    Of several processes on one spool only worker 0 uploads; it finds what the others store within half a second. They
    count into `counters`, which were shared before they were forked.

    Raises:
        SpoolError: the spool can't be opened.
        OtherKey: the store belongs to services with another contributor key.
        UnknownStore: the settings name no kind of store.
    """
    first = worker == 0
    start_tracing(settings.trace_address, settings.trace_percent, "service")
    keep_freed_memory()
    store = open_store(settings)
    live = LiveModels(store, Registry(store), shipped=Registry(FolderStore(FIRST_MODELS)))
    key = contributor_key(settings)
    stop = threading.Event()
    guard = KeyGuard(store, key, stop)
    if first and not isinstance(store, MemoryStore):
        threading.Thread(target=guard.run, name="key", daemon=True).start()
        guard.check(KEY_SECONDS)
    spool = Spool(spool_file(settings.var), settings.spool_bytes)
    live.serve_shipped()
    # The longest time for which a thread that checks a model or stores a contribution delays predictions at once.
    sys.setswitchinterval(SWITCH_SECONDS)
    with (
        StopSignals(partial(_stop_in_time, stop)) as signals,
        running_thread("models", lambda: _behind_predictions(lambda: live.run(stop, settings.poll_seconds)), stop),
        _uploader(settings, spool, store, stop) if first else nullcontext(),
    ):
        live.polled.wait(FIRST_POLL_SECONDS)
        parts = make_parts(settings, store, live, spool, key)
        _run(parts, settings, Metrics(counters, worker), listener, stop, signals, first)
        parts.stop()
    spool.close()
    stop_tracing()
    if guard.error is not None:
        raise guard.error


def _run(
    parts: Parts,
    settings: Settings,
    metrics: Metrics,
    listener: socket.socket,
    stop: threading.Event,
    signals: StopSignals,
    first: bool,
) -> None:
    """Runs the application, and the threads that follow the store for it, until `stop` is set."""
    limits = _fit_limits(settings)
    fitted = settings.model_copy(update={"max_sockets": limits.sockets})
    app = create_app(parts.sets, fitted, FRONTEND, metrics=metrics, moderation=parts.moderation)
    with (
        running_thread("profiles", lambda: parts.profiles.run(stop), stop),
        running_thread("blocked", lambda: parts.blocked.run(stop), stop),
        running_thread("sets", lambda: _behind_predictions(lambda: parts.sets.run(stop)), stop),
        running_thread("set-profiles", lambda: parts.sets.run_profiles(stop, LOOK_SECONDS), stop),
        running_thread("shadow", lambda: _behind_predictions(lambda: parts.shadow.run(stop)), stop)
        if settings.shadow_percent
        else nullcontext(),
    ):
        parts.sets.polled.wait(FIRST_POLL_SECONDS)
        gc.freeze()  # a full collection of what is loaded by now would hold up predictions for some 60 ms
        if not stop.is_set():
            listen(listener)
            _Server(uvicorn_config(app, limits), listener, stop, signals, first).run(sockets=[listener])


def _fit_limits(settings: Settings) -> Limits:
    """The limits of the settings, lowered to what the system grants this process."""
    wanted = limits_of(settings)
    descriptors = raise_descriptor_limit()
    limits = fit_descriptors(wanted, descriptors)
    if limits != wanted:
        log.warning(
            "%d descriptors (ulimit -n) allow %d websockets of %d, and %d other connections of %d",
            descriptors,
            limits.sockets,
            wanted.sockets,
            limits.http_connections,
            wanted.http_connections,
        )
    return limits


def limits_of(settings: Settings) -> Limits:
    """The limits of the settings for the connections of one process."""
    return Limits(
        sockets=settings.max_sockets,
        http_connections=settings.max_http_connections,
        buffered_bytes=settings.max_buffered_bytes,
        frames_per_second=settings.frames_per_second,
    )


def _uploader(
    settings: Settings, spool: Spool, store: ObjectStore, stop: threading.Event
) -> AbstractContextManager[None]:
    if isinstance(store, MemoryStore):
        # No other process could put anything into it.
        return _upload_here(settings, spool, store, stop)
    return upload_process(settings, spool, stop)


@contextmanager
def _upload_here(settings: Settings, spool: Spool, store: ObjectStore, stop: threading.Event) -> Iterator[None]:
    with (
        running_thread("uploader", lambda: Uploader(spool, store).run(stop), stop),
        running_thread("set-uploads", lambda: upload_sets(settings.var, store, stop), stop),
    ):
        yield


def uvicorn_config(app: FastAPI, limits: Limits) -> uvicorn.Config:
    """Uvicorn's settings; what it leaves unlimited by default is limited here."""
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=http_protocol(Connections(limits, metrics=getattr(app.state, "metrics", None))),  # type: ignore[arg-type]  # uvicorn only calls it
        ws="none",  # the HTTP protocol hands upgrades to one of our own
        h11_max_incomplete_event_size=2 * MAX_HEAD_BYTES,  # the HTTP protocol counts closer
        timeout_graceful_shutdown=GRACE_SECONDS,
        access_log=False,
        log_config=None,
        server_header=False,
        proxy_headers=False,  # nothing here depends on a client's address, which it could forge
    )


class _Server(uvicorn.Server):
    """uvicorn, which prints its address once it is ready and ends in time."""

    def __init__(
        self,
        config: uvicorn.Config,
        listener: socket.socket,
        stop: threading.Event,
        signals: StopSignals,
        says_so: bool,
    ) -> None:
        super().__init__(config)
        self._listener = listener
        self._stop = stop
        self._signals = signals
        self._says_so = says_so

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._signals.came:  # before uvicorn handled signals
            self.should_exit = True
            return
        if self._says_so:
            typer.echo(f"Midstroke is at {name_address(self._listener)}")
            for address in name_lan_addresses(self._listener):
                typer.echo(f"On a phone or another computer of this network: {address}")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._signals.handle(sig, frame)
        if not self.should_exit:  # at a second SIGINT uvicorn would cancel what is still closing
            super().handle_exit(sig, frame)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._stop.set()
        await super().shutdown(sockets)


def _stop_in_time(stop: threading.Event) -> None:
    """Sets `stop`, and ends the process if it has not ended after LAST_SECONDS."""
    stop.set()
    end = threading.Timer(LAST_SECONDS, _end_at_once)
    end.daemon = True
    end.start()


def _end_at_once() -> None:
    log.warning("still busy %g s after the signal; ending", LAST_SECONDS)
    os._exit(0)


def _behind_predictions(work: Callable[[], None]) -> None:
    """Runs `work` at low priority; for a thread of its own."""
    if sys.platform == "linux":  # elsewhere niceness is the whole process's
        os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), CHECKING_NICENESS)
    work()
