"""A visitor's page loses its socket in the middle of a stroke, for the service is killed under it, again and again."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from collector.contribution.layout import drawing_key
from collector.ink.drawing import Drawing, fit_on_canvas
from collector.storage.stored_drawing import parse_stored_drawing
from infra.harness.chromium import ARGUMENTS, chromium_path
from infra.harness.drawings import drawings_of
from infra.harness.processes import free_port
from infra.harness.rows import CannotRun, Row, Setting, at_most, check, none_of
from infra.harness.service_process import running_service, start_service, stop_service, wait_until_ready
from infra.soak.storage.page_visitor import Visitor
from infra.soak.storage.store_servers import Storage, running_storage
from infra.soak.storage.stored import look, rows_of, wait_until_drained

ABOUT = "A real page draws and contributes while the service is killed in the middle of every digit and started again"

DRAIN_SECONDS = 60.0
BACK_SECONDS = 20.0  # a page waits 15 s at most between attempts
NEAR = 3.0  # px of the canvas that a kept stroke may pass beside a point that was drawn: the sheet has whole pixels


def run(setting: Setting) -> list[Row]:
    digits = 2 if setting.quick else 12
    by_label = {d.label: fit_on_canvas(d, 240.0) for d in drawings_of(setting.drawings, 40) if d.label is not None}
    var, port = setting.scratch / "var", free_port()
    back: list[float] = []
    with running_storage(setting.scratch / "storage") as storage, _chromium() as browser:
        with running_service(var, port, storage.environment) as first:
            visitor = Visitor(browser, first.url)
            first.kill()
        drawn = [_give(number, visitor, by_label, var, port, storage, back) for number in range(digits)]
        with running_service(var, port, storage.environment):
            visitor.wait_until_answered(digits)
            wait_until_drained(var, DRAIN_SECONDS)
        kept = look(storage.store, visitor.accepted, visitor.given, setting.seed)
        strayed = sum(not _is_whole(storage, *one) for one in zip(visitor.given, drawn, strict=False))
        visitor.leave()
    return [
        none_of("contributions without an answer", digits - len(visitor.accepted), digits, "contributions"),
        none_of("drawings whose ink is not whole", strayed + digits - len(visitor.given), digits, "drawings"),
        at_most(
            setting, "from the service's start until the page is live again, slowest", max(back), BACK_SECONDS, "s"
        ),
        *rows_of(kept, len(visitor.accepted)),
        check("errors in the page", "; ".join(visitor.errors[:2]) or "none", "none", not visitor.errors),
    ]


def _give(
    number: int,
    visitor: Visitor,
    by_label: Mapping[int, Drawing],
    var: Path,
    port: int,
    storage: Storage,
    back: list[float],
) -> Drawing:
    """One digit. Every other one is drawn half without the service and handed in without it, the rest just before."""
    began = time.monotonic()
    service = start_service(var, port, storage.environment)
    try:
        wait_until_ready(service)
        visitor.wait_until_live()
        back.append(time.monotonic() - began)
        drawing = by_label[visitor.asked()]
        points = sum(len(stroke.points) for stroke in drawing.strokes)
        half = points // 2 if number % 2 else points
        visitor.draw(drawing, 0, half)
        if number % 2 == 0:
            # The answer may or may not come before the kill: it is on its way.
            visitor.hand_in()
        service.kill()
        if number % 2:
            visitor.draw(drawing, half, points)
            visitor.hand_in()
        return drawing
    finally:
        stop_service(service)


def _is_whole(storage: Storage, name: str, drawn: Drawing) -> bool:
    """Whether what is kept passes every point that was drawn."""
    kept = parse_stored_drawing(storage.store.get(drawing_key(name)))
    points = [point for stroke in kept.strokes for point in stroke.points]
    return len(kept.strokes) == len(drawn.strokes) and all(
        min((point.x - x) ** 2 + (point.y - y) ** 2 for point in points) <= NEAR**2
        for x, y in ((p.x, p.y) for stroke in drawn.strokes for p in stroke.points)
    )


@contextmanager
def _chromium() -> Iterator[Browser]:
    path = chromium_path()
    if path is None:
        raise CannotRun("no Chromium or Chrome is installed, and Playwright could not download its own")
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        try:
            yield chromium
        finally:
            chromium.close()
