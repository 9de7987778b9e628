"""The cost of a stroke to the page in a real Chromium: main-thread time for snapshot and answer, and dropped frames."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from collector.ink.drawing import Drawing
from infra.bench.page.drawing import POINTERS, Pointer, chromium, draw, frame_times, opened, traced
from infra.bench.page.trace import Cost, pen_to_sent, received_to_painted
from infra.harness.data.drawings import drawings_of
from infra.harness.results.rows import Result, Row, Setting, judge
from infra.harness.service_process import running_service

TITLE = "Cost of the page"
TEXT = """\
The page as the service serves it, in a headless Chromium without a graphics processor. Input events of the DevTools
protocol draw on it at 60 points a second. Chromium's own tracing (Tracing over Playwright's CDP session) records the
main thread; the page's code has no marks.

Pen event to frame sent: the dispatch of the pen's events, and the whole animation-frame callback that sends the
snapshot (drawing the current stroke on the canvas, making the payload, sending it). Waiting for the frame is not
counted.

Frame received to bars painted: the socket's message handler, the callback that shows the answer, and then style,
layout, paint and commit of that frame, part of which is the stroke's own.

Figures are wall time; the note has processor time, which a busy machine does not stretch. A frame is dropped where two
animation frames are more than 1.5 refresh intervals apart; that is counted in runs without tracing, beside a blank page
that is drawn on in the same way.

Where the time goes: style, layout, paint and commit; without a graphics processor the canvas's pixels are copied at
each commit. Of a snapshot, the pen's events and the stroke on the canvas take most; making the payload takes a few
hundredths of a millisecond for `path48` and about half a millisecond for `ink20`, most of which is drawing and reading
a canvas.
"""

KINDS: tuple[tuple[str, str], ...] = (  # what the page shows, and how it stores that
    ("path (path48), as the page opens", ""),
    ("cnn (ink20)", "cnn "),
    ("path and cnn compared", "path cnn"),
)
SNAPSHOT_MS, ANSWER_MS = 1.0, 2.0
DROPPED = 1.5  # refresh intervals
REFRESH_MS = 1000 / 60
DRAWINGS = 6
WARM_UP = 2  # uncounted drawings: the page's code is compiled, its pictures are made


def measure(setting: Setting) -> Result:
    drawings = drawings_of(setting.drawings, WARM_UP + (1 if setting.quick else DRAWINGS))
    with running_service(setting.scratch / "var") as service:
        return Result(tuple(asyncio.run(_measure(service.url, drawings))))


async def _measure(url: str, drawings: Sequence[Drawing]) -> list[Row]:
    rows: list[Row] = []
    async with chromium() as browser:
        for name, wish in KINDS:
            async with opened(browser, url, wish) as page:
                await draw(page, drawings[:WARM_UP], "mouse")
                await page.page.keyboard.press("Escape")
                events = await traced(page, drawings[WARM_UP:], "mouse")
            rows.append(_cost_row(f"pen event to frame sent, {name}", pen_to_sent(events), SNAPSHOT_MS))
            rows.append(_cost_row(f"frame received to bars painted, {name}", received_to_painted(events), ANSWER_MS))
        for pointer in POINTERS:
            counts = []
            for address in (url, None):
                async with opened(browser, address) as page:
                    await draw(page, drawings[:WARM_UP], pointer)
                    await page.page.keyboard.press("Escape")
                    counts.append(dropped_frames(await frame_times(page, drawings[WARM_UP:], pointer)))
            rows.append(_frames_row(pointer, *counts))
    return rows


def dropped_frames(times: Sequence[float]) -> tuple[int, int]:
    """The number of intervals that were too long, and of all intervals."""
    intervals = [after - before for before, after in pairwise(times)]
    return sum(interval > DROPPED * REFRESH_MS for interval in intervals), len(intervals)


def _cost_row(name: str, costs: Sequence[Cost], most: float) -> Row:
    clock = median(cost.clock for cost in costs)
    processor = median(cost.processor for cost in costs)
    note = f"{processor:.2f} ms of the processor; median of {len(costs)}"
    return Row(name, clock, "ms", goal=f"<= {most:g} ms", outcome=judge(clock <= most), note=note)


def _frames_row(pointer: Pointer, ours: tuple[int, int], blank: tuple[int, int]) -> Row:
    who = {"mouse": "mouse", "pen": "pen", "touch": "finger"}[pointer]
    note = f"of {ours[1]} frames; beside it a blank page's of {blank[1]}"
    return Row(
        f"frames dropped by a stroke at 60 Hz, {who}", ours[0], "frames", blank[0], None, "0", judge(ours[0] == 0), note
    )
