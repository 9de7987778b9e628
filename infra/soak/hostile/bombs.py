"""Messages and pictures that would unfold to far more than they are: refused quickly, and without the room for it."""

from __future__ import annotations

import http.client
import json
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from statistics import median

from websockets.sync.client import connect
from websockets.typing import Subprotocol

from infra.harness.rows import Row, Setting, check
from infra.harness.service_process import RunningService, running_service
from infra.soak.footprint import MIB, Footprint
from infra.soak.hostile.hostile_frames import ask, connected
from infra.soak.hostile.packed_bombs import Bomb, bombs, dearest

ABOUT = "Oversize messages, and PNGs that unfold to 400 MiB or claim to be of 20000x20000 px"

TRIES = 20  # of each; the median is judged, for the machine's other work is no fault of the bomb's
REFUSED_MS = 5.0
MEMORY_MIB = 2.0
FIRST_TIMES = 3  # as much, the first time
DEAREST_MS = 20.0  # 16 MiB are unfolded, in a thread beside the sockets
OVERSIZE = 2**20 + 1


def run(setting: Setting) -> list[Row]:
    tries, expanded = (3, 40) if setting.quick else (TRIES, 400)
    with running_service(setting.scratch / "var") as service:
        _warm_up(service)
        footprint = Footprint(service)
        rows = [_first_of_each(service, footprint, list(bombs(expanded)))]
        rows += [_drop(setting, service, footprint, bomb, tries, REFUSED_MS) for bomb in bombs(expanded)]
        rows.append(_drop(setting, service, footprint, dearest(), tries, DEAREST_MS))
        rows += [_not_packed(service), _oversize_body(service), _packed_body(service)]
        return [*rows, *footprint.log_rows()]


def _first_of_each(service: RunningService, footprint: Footprint, dropped: Sequence[Bomb]) -> Row:
    """All of them once: the allocator keeps room for messages of this size, which is no single one's doing."""
    footprint.memory.start_peak()
    with connected(service) as socket:
        for bomb in dropped:
            ask(socket, bomb.png)
    grown = max(0.0, footprint.memory.peak() - max(len(bomb.png) for bomb in dropped) / MIB)
    bound = FIRST_TIMES * MEMORY_MIB
    return check("all of them once, the first time: memory beside the largest", f"{grown:.2f} MiB", f"< {bound:g} MiB",
               grown < bound)  # fmt: skip


def _drop(
    setting: Setting, service: RunningService, footprint: Footprint, bomb: Bomb, tries: int, bound_ms: float
) -> Row:
    """How it was answered and how soon, and what the service held at the most beside the message itself."""
    answers, seconds = set[str](), list[float]()
    with connected(service) as socket:
        footprint.memory.start_peak()
        for _ in range(tries):
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
    """Messages of the full size, so that what they are received into is there already, and no row counts it."""
    with connected(service) as socket:
        for _ in range(20):
            ask(socket, b"\x89PNG\r\n\x1a\n" + bytes(OVERSIZE - 9))
            ask(socket, json.dumps({"type": "ping", "t": 1}))


def _not_packed(service: RunningService) -> Row:
    """A client that offers permessage-deflate: a small packed message could unfold to a large one."""
    with connect(service.websocket_url, subprotocols=[Subprotocol("midstroke.v1")], compression="deflate") as socket:
        agreed = socket.protocol.extensions
    return check("packed messages (permessage-deflate) offered", f"{len(agreed)} agreed on", "0", not agreed)


def _oversize_body(service: RunningService) -> Row:
    """One that never ends, in chunks."""

    def parts() -> Iterator[bytes]:
        for _ in range(4 * MIB // 65536):
            yield bytes(65536)

    return _posted(service, "a body without end, in chunks", parts, {})


def _packed_body(service: RunningService) -> Row:
    """One that says it is gzip: it is taken as it is, and that is no PNG."""
    packed = zlib.compress(bytes(40 * MIB), 9)
    row = _posted(service, "a body of Content-Encoding: gzip", lambda: iter((packed,)), {"Content-Encoding": "gzip"})
    return check(row.name, str(row.ours), "422", row.ours == "422")


def _posted(service: RunningService, name: str, parts: Callable[[], Iterator[bytes]], more: dict[str, str]) -> Row:
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=20)
    try:
        connection.request("POST", "/predict", parts(), {"Content-Type": "image/png", **more}, encode_chunked=True)
        status = str(connection.getresponse().status)
    except (BrokenPipeError, ConnectionResetError):
        status = "413"  # it closed while we were still sending, as it may
    finally:
        connection.close()
    return check(name, status, "413", status == "413")
