"""The service is killed while a visitor's page is in the middle of a stroke, again and again."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from collector.contribution.layout import drawing_key
from collector.ink.drawing import Drawing, fit_on_canvas
from collector.storage.stored_drawing import parse_stored_drawing
from infra.harness.clients.chromium import running_chromium
from infra.harness.data.drawings import drawings_of
from infra.harness.processes import free_port
from infra.harness.results.rows import Row, Setting, at_most, check, none_of
from infra.harness.service_process import running_service, start_service, stop_service, wait_until_ready
from infra.soak.storage.scenario.page_visitor import PageVisitor
from infra.soak.storage.scenario.store_servers import Storage, running_storage
from infra.soak.storage.scenario.stored import inspect_store, rows_of, wait_until_drained

ABOUT = "A real page draws and contributes while the service is killed in the middle of every digit and restarted"

DRAIN_SECONDS = 60.0
LIVE_SECONDS = 20.0  # a page waits at most 15 s between attempts
NEAR = 3.0  # canvas px between a stored stroke and a drawn point: the page's canvas has whole pixels


@dataclass(frozen=True, slots=True)
class _Service:
    """The folder and port of each new service."""

    var: Path
    port: int
    env: Mapping[str, str]


def run(setting: Setting) -> list[Row]:
    digits = 2 if setting.quick else 12
    by_label = {d.label: fit_on_canvas(d, 240.0) for d in drawings_of(setting.drawings, 40) if d.label is not None}
    live: list[float] = []
    with running_storage(setting.scratch / "storage") as storage, running_chromium() as browser:
        where = _Service(setting.scratch / "var", free_port(), storage.environment)
        with running_service(where.var, where.port, where.env) as first:
            visitor = PageVisitor(browser, first.url)
            first.kill()
        drawn = [_contribute(number, visitor, by_label, where, live) for number in range(digits)]
        with running_service(where.var, where.port, where.env):
            visitor.wait_until_answered(digits)
            wait_until_drained(where.var, DRAIN_SECONDS)
        stored = inspect_store(storage.store, visitor.accepted, visitor.sent, setting.seed)
        incomplete = sum(not _is_complete(storage, *each) for each in zip(visitor.sent, drawn, strict=False))
        visitor.leave()
    return [
        none_of("contributions without an answer", digits - len(visitor.accepted), digits, "contributions"),
        none_of("drawings with ink missing", incomplete + digits - len(visitor.sent), digits, "drawings"),
        at_most(setting, "from the service's start until the page is live, slowest", max(live), LIVE_SECONDS, "s"),
        *rows_of(stored, len(visitor.accepted)),
        check("errors in the page", "; ".join(visitor.errors[:2]) or "none", "none", not visitor.errors),
    ]


def _contribute(
    number: int, visitor: PageVisitor, by_label: Mapping[int, Drawing], where: _Service, live: list[float]
) -> Drawing:
    """One digit: every other one is half drawn and contributed without the service, the rest just before the kill."""
    began = time.monotonic()
    service = start_service(where.var, where.port, where.env)
    try:
        wait_until_ready(service)
        visitor.wait_until_live()
        live.append(time.monotonic() - began)
        drawing = by_label[visitor.asked_digit()]
        points = sum(len(stroke.points) for stroke in drawing.strokes)
        half = points // 2 if number % 2 else points
        visitor.draw(drawing, 0, half)
        if number % 2 == 0:
            # The answer may or may not come before the kill.
            visitor.contribute()
        service.kill()
        if number % 2:
            visitor.draw(drawing, half, points)
            visitor.contribute()
        return drawing
    finally:
        stop_service(service)


def _is_complete(storage: Storage, name: str, drawn: Drawing) -> bool:
    """True if the stored strokes pass near every point that was drawn."""
    stored = parse_stored_drawing(storage.store.get(drawing_key(name)))
    points = [point for stroke in stored.strokes for point in stroke.points]
    return len(stored.strokes) == len(drawn.strokes) and all(
        min((point.x - p.x) ** 2 + (point.y - p.y) ** 2 for point in points) <= NEAR**2
        for stroke in drawn.strokes
        for p in stroke.points
    )
