"""One client that sends 500 snapshots/s beside twenty that send 20/s: it gets no more than its share."""

from __future__ import annotations

from infra.harness.clients.load import drawing_clients, span
from infra.harness.results.rows import Row, Setting, at_most, check
from infra.harness.service_process import running_service

ABOUT = "One client sends 500 snapshots/s beside 20 that send 20/s each, on a service that allows a socket 60/s"

HONEST, PER_SECOND = 20, 20.0
GREEDY_PER_SECOND = 500.0
ALLOWED_PER_SECOND = 60.0
P99_TIMES = 1.5


def run(setting: Setting) -> list[Row]:
    seconds = 2.0 if setting.quick else 20.0
    env = {"MIDSTROKE_FRAMES_PER_SECOND": str(ALLOWED_PER_SECOND)}
    with running_service(setting.scratch / "var", env=env) as service:
        with drawing_clients(service.websocket_url, HONEST, 2 if setting.quick else PER_SECOND) as honest:
            alone = span(seconds)
            with drawing_clients(service.websocket_url, 1, GREEDY_PER_SECOND, coalesce=True) as greedy:
                beside = span(seconds)
    before, during = honest.p99(*alone), honest.p99(*beside)
    answered, lasted = greedy.answered(*beside), beside[1] - beside[0]
    # The bucket saves up to a second's worth while nothing is taken from it.
    most = int(ALLOWED_PER_SECOND * (lasted + 1))
    least = 0 if setting.quick else 1  # a busy machine may answer none in two seconds
    return [
        at_most(setting, f"the others' prediction p99, of {before:.1f} ms alone", during / before, P99_TIMES, "x"),
        check(
            f"snapshots of the greedy client answered in {lasted:.0f} s",
            f"{answered:,} of about {GREEDY_PER_SECOND * lasted:,.0f}",
            f"{least} to {most:,}",
            least <= answered <= most,
        ),
    ]
