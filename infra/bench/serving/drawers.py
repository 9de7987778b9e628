"""The time until an answer while a hundred people draw at once."""

from __future__ import annotations

from infra.harness.clients.load import Latency, Pace, open_loop, pinned_service
from infra.harness.data.frames import Sent, make_frames
from infra.harness.results.rows import Curve, Result, Row, Setting, judge

TITLE = "A hundred people drawing at once"
TEXT = """\
Each of a hundred sockets sends sixty snapshots a second, whatever it gets back. An answer is timed from the moment at
which its frame was due, not from when it was sent, so that a client that falls behind counts against the service. A
snapshot that waits while a newer one of the same socket arrives is coalesced, as in the protocol: the newer one's
answer is its answer. The service has one core, the client the other.
"""

DRAWERS, RATE = 100, 60.0  # frames/s of a display
SECONDS = 7.0
MEDIAN_MS, TAIL_MS = 2.0, 10.0
PARTS: tuple[tuple[str, Sent], ...] = (("softmax", "ink20"), ("path", "path48"), ("cnn", "ink20"))
CROWDS = (25, 50, 100, 150)


def measure(setting: Setting) -> Result:
    seconds = 0.5 if setting.quick else SECONDS
    rows: list[Row] = []
    lines: dict[str, tuple[tuple[float, float], ...]] = {}
    with pinned_service(setting.scratch / "var") as service:
        for family, sent in PARTS:
            frames = make_frames(sent, 200, setting.drawings)
            found = open_loop(service.websocket_url, Pace(frames, DRAWERS, RATE, seconds, family))
            rows += _rows(family, sent, found, judged=family == PARTS[0][0])
            crowds = CROWDS[:1] if setting.quick else CROWDS
            lines[family] = tuple(
                (n, open_loop(service.websocket_url, Pace(frames, n, RATE, seconds / 4, family)).p99) for n in crowds
            )
    curve = Curve("Waiting by drawers", f"drawers, {RATE:.0f} snapshots/s each", "99th percentile, ms", lines)
    return Result(tuple(rows), (curve,))


def _rows(family: str, sent: Sent, found: Latency, judged: bool) -> list[Row]:
    name = f"{DRAWERS} drawers at {RATE:.0f}/s, {family} ({sent})"
    lost = found.lost + found.errors + found.closed
    counts = f"{found.answered:,} of {found.sent:,} answered, {found.coalesced:,} coalesced"
    if not judged:
        return [
            Row(f"{name}, 99th percentile", found.p99, "ms", note=f"median {found.p50:.2f} ms; {counts}; {lost} lost")
        ]
    return [
        Row(f"{name}, median", found.p50, "ms", goal=f"<= {MEDIAN_MS:g} ms", outcome=judge(found.p50 <= MEDIAN_MS)),
        Row(
            f"{name}, 99th percentile", found.p99, "ms", goal=f"<= {TAIL_MS:g} ms", outcome=judge(found.p99 <= TAIL_MS)
        ),
        Row(f"{name}, lost", lost, "snapshots", goal="0", outcome=judge(lost == 0), note=counts),
    ]
