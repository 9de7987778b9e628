"""Three replicas on one store behind nginx: restarted in turn under load, and in agreement about what they serve."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace

from websockets.sync.client import connect

from infra.harness.champions import shipped_artifact
from infra.harness.clients.client import PROTOCOL, call, contribute
from infra.harness.data.contributions import contribution_texts
from infra.harness.data.frames import make_frames
from infra.harness.results.rows import CannotRun, Row, Setting, at_most, none_of
from infra.harness.service_process import RunningService, start_service, stop_service, wait_until_ready
from infra.servers.nginx import CONFIGURATIONS, nginx_binary, running_nginx
from infra.soak.load.visitors import Visitors
from infra.soak.storage.scenario.store_servers import running_storage
from infra.soak.storage.scenario.stored import inspect_store, rows_of, wait_until_drained
from training.models.registry import Registry

ABOUT = "Three replicas on one store behind nginx are restarted in turn while 60 visitors draw, one in four contributes"

REPLICAS = 3
VISITORS = 60
KEY = "5a" * 32
ELSEWHERE_SECONDS, CHAMPION_SECONDS, PERSONAL_SECONDS = 2.0, 2.0, 10.0
LIMIT_SECONDS = 60.0  # after which a wait is given up
DRAIN_SECONDS = 120.0
TOKEN = "a-visitor-of-three-replicas"  # noqa: S105 - a browser's, not a secret of anyone


def run(setting: Setting) -> list[Row]:
    nginx = nginx_binary()
    if nginx is None:
        raise CannotRun("nginx is not installed (apt-get install nginx-light)")
    texts = contribution_texts(setting.seed, setting.drawings)
    with ExitStack() as running:
        storage = running.enter_context(running_storage(setting.scratch / "storage"))
        env = {**storage.environment, "MIDSTROKE_CONTRIBUTOR_KEY": KEY}
        replicas = [start_service(setting.scratch / f"replica-{n}", env=env) for n in range(REPLICAS)]
        running.callback(_stop_all, replicas)
        for replica in replicas:
            wait_until_ready(replica)
        port = running.enter_context(running_nginx(nginx, setting.scratch / "nginx", _site(replicas)))
        visitors = Visitors(f"ws://127.0.0.1:{port}/ws", texts, frames_between=10)
        asyncio.run(_restart_in_turn(visitors, replicas, env, 9 if setting.quick else VISITORS, setting))
        personal = _follow(replicas, texts, visitors)
        champion = _promote(Registry(storage.store), replicas)
        for replica in replicas:
            wait_until_drained(replica.var, DRAIN_SECONDS)
        stored = inspect_store(storage.store, visitors.accepted, visitors.sent, setting.seed)
        tracebacks = sum(each.log.read_text(errors="replace").count("Traceback") for each in replicas)
    return [
        *rows_of(stored, len(visitors.accepted)),
        none_of("refused", len(visitors.refused), len(visitors.sent), "contributions"),
        none_of("sent and not acknowledged", len(visitors.sent - visitors.accepted), len(visitors.sent), "sent"),
        at_most(setting, "from a close to a prediction elsewhere, slowest", max(visitors.away, default=LIMIT_SECONDS),
                ELSEWHERE_SECONDS, "s"),
        at_most(setting, "until every replica serves a new champion", champion, CHAMPION_SECONDS, "s"),
        at_most(setting, "until another replica answers personally", personal, PERSONAL_SECONDS, "s"),
        none_of("tracebacks in the replicas' logs", tracebacks, REPLICAS, "logs"),
    ]  # fmt: skip


def _stop_all(replicas: list[RunningService]) -> None:
    for replica in replicas:
        stop_service(replica)


def _site(replicas: list[RunningService]) -> str:
    """The configuration that ships, with these replicas' ports; every visitor here has one address."""
    text = (CONFIGURATIONS / "nginx_replicas.conf").read_text()
    for number, replica in enumerate(replicas, start=1):
        text = text.replace(f"127.0.0.1:800{number}", f"127.0.0.1:{replica.port}")
    return text


async def _restart_in_turn(
    visitors: Visitors, replicas: list[RunningService], env: dict[str, str], count: int, setting: Setting
) -> None:
    visits = [asyncio.create_task(visitors.visit(number)) for number in range(count)]
    await asyncio.sleep(2.0 if setting.quick else 10.0)
    for number, replica in enumerate(replicas):
        replica.process.send_signal(signal.SIGTERM)
        await asyncio.to_thread(replica.process.wait, LIMIT_SECONDS)
        replicas[number] = start_service(replica.var, replica.port, env)
        await asyncio.to_thread(wait_until_ready, replicas[number])
        await asyncio.sleep(1.0 if setting.quick else 5.0)
    visitors.end.set()
    await asyncio.wait(visits, timeout=LIMIT_SECONDS)
    for visit in visits:
        visit.cancel()
    await asyncio.gather(*visits, return_exceptions=True)


def _follow(replicas: list[RunningService], texts: Iterator[tuple[str, str]], visitors: Visitors) -> float:
    """Seconds from the acknowledgement at one replica until another one uses the drawing."""
    name, text = next(texts)
    record = {**json.loads(text), "type": "contribution", "contributor": TOKEN}
    frame, end = make_frames("path48", 10)[-1], time.monotonic() + LIMIT_SECONDS
    with connect(replicas[0].websocket_url, subprotocols=[PROTOCOL]) as first:
        visitors.sent.add(name)
        contribute(first, name, json.dumps(record), LIMIT_SECONDS)
        visitors.accepted.add(name)
        began = time.monotonic()
    with connect(replicas[1].websocket_url, subprotocols=[PROTOCOL]) as second:
        second.send(json.dumps({"type": "hello", "contributor": TOKEN}))
        while time.monotonic() < end:
            second.send(frame)
            reply = json.loads(second.recv(LIMIT_SECONDS))
            if reply["type"] == "prediction" and reply.get("personal"):
                return time.monotonic() - began
            time.sleep(0.02)
    return LIMIT_SECONDS


def _promote(registry: Registry, replicas: list[RunningService]) -> float:
    """Seconds from the pointer's put until the last replica serves the new version."""
    artifact = shipped_artifact("softmax")
    version = f"2030{artifact.card.version[4:]}"
    registry.publish(replace(artifact, card=replace(artifact.card, version=version)), {})
    registry.promote("softmax", version, "soak")
    began, left = time.monotonic(), list(replicas)
    while left and time.monotonic() - began < LIMIT_SECONDS:
        left = [each for each in left if version.encode() not in call(each, "GET", "/model")[2]]
        time.sleep(0.02)
    return time.monotonic() - began
