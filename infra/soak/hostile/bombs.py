"""Messages and PNGs that would expand to far more than their size: rejected quickly, without the memory for it."""

from __future__ import annotations

import json
import time
import zlib
from collections.abc import Iterator, Sequence
from statistics import median

from websockets.sync.client import connect

from infra.harness.clients.client import PROTOCOL, ask, call, connected
from infra.harness.results.rows import Row, Setting, check
from infra.harness.service_process import RunningService, running_service
from infra.soak.footprint import MIB, Footprint
from infra.soak.hostile.packed_bombs import Bomb, bombs, dearest
from service.network.limits.budget import BYTES_PER_SECOND

ABOUT = "Oversize messages, and PNGs that expand to 400 MiB or claim to be 20000x20000 px"

TRIES = 20  # of each; the median is judged, for the machine's other work is not the bomb's
REJECTED_MS = 5.0
MEMORY_MIB = 2.0
FIRST_TIMES = 3  # times that memory, the first time
DEAREST_MS = 20.0  # expands 16 MiB, in a thread beside the sockets
OVERSIZE = 2**20 + 1


def run(setting: Setting) -> list[Row]:
    tries, expanded = (3, 40) if setting.quick else (TRIES, 400)
    with running_service(setting.scratch / "var") as service:
        _warm_up(service)
        footprint = Footprint(service)
        rows = [_first_of_each(service, footprint, list(bombs(expanded)))]
        rows += [_drop(setting, service, footprint, bomb, tries, REJECTED_MS) for bomb in bombs(expanded)]
        rows.append(_drop(setting, service, footprint, dearest(), tries, DEAREST_MS))
        rows += [_no_compression(service), *_bodies(service)]
        return [*rows, *footprint.log_rows()]


def _first_of_each(service: RunningService, footprint: Footprint, dropped: Sequence[Bomb]) -> Row:
    """All of them once: the allocator keeps buffers of this size, which no single one causes."""
    footprint.memory.start_peak()
    with connected(service) as socket:
        for bomb in dropped:
            ask(socket, bomb.png)
    grown = max(0.0, footprint.memory.peak() - max(len(bomb.png) for bomb in dropped) / MIB)
    bound = FIRST_TIMES * MEMORY_MIB
    return check("memory of all of them the first time, beside the largest", f"{grown:.2f} MiB", f"< {bound:g} MiB",
                 grown < bound)  # fmt: skip


def _drop(
    setting: Setting, service: RunningService, footprint: Footprint, bomb: Bomb, tries: int, bound_ms: float
) -> Row:
    """The answer, how soon it came, and the service's peak memory beside the message itself."""
    answers, seconds = set[str](), list[float]()
    with connected(service) as socket:
        footprint.memory.start_peak()
        for _ in range(tries):
            if not setting.quick:
                time.sleep(len(bomb.png) / BYTES_PER_SECOND)  # the pace of large messages is not the bomb's time
            began = time.perf_counter()
            answer = ask(socket, bomb.png)
            seconds.append(time.perf_counter() - began)
            answers.add(str(answer.get("code", answer.get("type"))))
        peak = max(0.0, footprint.memory.peak() - len(bomb.png) / MIB)
    milliseconds = 1000 * median(seconds)
    wanted = "prediction" if bomb.harmless else "bad_snapshot"
    bound, holds = wanted, answers == {wanted}
    if not setting.quick:  # a quick run may share its machine, and judges the answer alone
        bound += f", < {bound_ms:g} ms, < {MEMORY_MIB:g} MiB"
        holds = holds and milliseconds < bound_ms and peak < MEMORY_MIB
    figure = f"{', '.join(sorted(answers))} after {milliseconds:.2f} ms, {peak:.2f} MiB beside it"
    return check(bomb.name, figure, bound, holds)


def _warm_up(service: RunningService) -> None:
    """Sends messages of the full size, so that no row counts their buffers."""
    with connected(service) as socket:
        for _ in range(20):
            ask(socket, b"\x89PNG\r\n\x1a\n" + bytes(OVERSIZE - 9))
            ask(socket, json.dumps({"type": "ping", "t": 1}))


def _no_compression(service: RunningService) -> Row:
    """A client that offers permessage-deflate: a small compressed message could expand to a large one."""
    with connect(service.websocket_url, subprotocols=[PROTOCOL], compression="deflate") as socket:
        agreed = socket.protocol.extensions
    return check("compressed messages (permessage-deflate) offered", f"{len(agreed)} agreed on", "0", not agreed)


def _bodies(service: RunningService) -> Iterator[Row]:
    endless = (bytes(65536) for _ in range(4 * MIB // 65536))
    status = _post(service, endless, {})
    yield check("an endless body, in chunks", status, "413", status == "413")
    # Taken as it is, which is no PNG.
    status = _post(service, iter((zlib.compress(bytes(40 * MIB), 9),)), {"Content-Encoding": "gzip"})
    yield check("a body of Content-Encoding: gzip", status, "422", status == "422")


def _post(service: RunningService, parts: Iterator[bytes], more: dict[str, str]) -> str:
    try:
        return str(call(service, "POST", "/predict", parts, {"Content-Type": "image/png", **more})[0])
    except (BrokenPipeError, ConnectionResetError):
        return "413"  # the service may close while the body is still sent
