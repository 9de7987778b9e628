"""Predictions/s of a service whose metrics are scraped, beside one without; and what counting itself takes."""

from __future__ import annotations

import contextlib
import threading
import urllib.request
from collections.abc import Iterator
from statistics import median
from timeit import timeit

from infra.harness.clients.load import closed_loop, pinned_service
from infra.harness.data.frames import make_frames
from infra.harness.results.rows import Result, Row, Setting, judge
from service.metrics.metrics import Metrics, now_ns
from service.wire.replies import Prediction

TITLE = "Metrics"
TEXT = """\
Fifty sockets in closed loop. One service answers `GET /metrics`, and is scraped every second, fifteen times as often as
Prometheus does by default; the other runs with `MIDSTROKE_METRICS=false`. Both run at once on the same core, and rounds
of both alternate. The other service counts too, and only shows nothing; the second row is the time that counting one
prediction takes, as a share of the time of a prediction.
"""

SOCKETS = 50
ROUNDS, SECONDS = 5, 2.5
SCRAPE_SECONDS = 1.0
LEAST = 0.98  # of the predictions without
MOST_COUNTING = 0.02  # of the time of a prediction
COUNTED = 20_000


def measure(setting: Setting) -> Result:
    rounds, seconds = (1, 0.3) if setting.quick else (ROUNDS, SECONDS)
    frames = make_frames("ink20", 200, setting.drawings)
    with_metrics, without = [], []
    with (
        pinned_service(setting.scratch / "on") as on,
        pinned_service(setting.scratch / "off", metrics="false") as off,
    ):
        for _ in range(rounds):
            without.append(closed_loop(off.websocket_url, frames, SOCKETS, seconds, "softmax").per_second)
            with _scraped(f"{on.url}/metrics"):
                with_metrics.append(closed_loop(on.websocket_url, frames, SOCKETS, seconds, "softmax").per_second)
    ours, theirs = median(with_metrics), median(without)
    met = ours / theirs >= LEAST
    row = Row(
        f"{SOCKETS} sockets in closed loop, softmax (ink20), scraped every {SCRAPE_SECONDS:g} s",
        ours, "predictions/s", theirs, ours / theirs, f">= {LEAST:.2f} of a service without", judge(met),
    )  # fmt: skip
    return Result((row, _counting(theirs)))


def _counting(per_second: float) -> Row:
    """The time for the counters of one prediction, beside that of the whole prediction."""
    metrics = Metrics()
    counters = metrics.of_model("softmax")
    answer = Prediction("softmax", "20261121T034500Z-1f2e3d", (0.91, *[0.01] * 9), highest=0.91)

    def count() -> None:
        read_at = now_ns()
        counters.predicted(answer, now_ns() - read_at)
        metrics.fast.written(read_at)

    ours, whole = 1e6 * timeit(count, number=COUNTED) / COUNTED, 1e6 / per_second
    goal, met = f"<= {MOST_COUNTING:.2f} of a prediction", ours / whole <= MOST_COUNTING
    return Row("counting one prediction", ours, "us", whole, ours / whole, goal, judge(met))


@contextlib.contextmanager
def _scraped(url: str) -> Iterator[None]:
    ended = threading.Event()

    def scrape() -> None:
        while not ended.wait(SCRAPE_SECONDS):
            with urllib.request.urlopen(url, timeout=10) as answer:
                answer.read()

    scraping = threading.Thread(target=scrape, daemon=True)
    scraping.start()
    try:
        yield
    finally:
        ended.set()
        scraping.join()
