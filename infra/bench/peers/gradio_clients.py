"""Clients of a live Sketchpad, by Gradio's own client: at each change the picture is uploaded, then the guess awaited.

`python -m infra.bench.peers.gradio_clients` takes a plan on stdin and prints what it found.
"""

from __future__ import annotations

import json
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import count

from gradio_client import Client, handle_file  # type: ignore[import-not-found]  # it has an environment of its own


def ask(client: Client, pictures: list[str], begin: float, end: float) -> list[float]:
    """How long each answer took that came between the two moments."""
    taken: list[float] = []
    for number in count():
        start = time.perf_counter()
        picture = handle_file(pictures[number % len(pictures)])
        client.predict({"background": None, "layers": [], "composite": picture}, api_name="/predict")
        now = time.perf_counter()
        if now > end:
            return taken
        if now > begin:
            taken.append(now - start)
    return taken


def main() -> None:
    plan = json.loads(sys.stdin.readline())
    os.sched_setaffinity(0, plan["cores"])
    connected = [Client(plan["url"], verbose=False, analytics_enabled=False) for _ in range(plan["clients"])]
    began, busy = time.perf_counter(), time.process_time()
    begin = began + plan["warm_up"]
    end = begin + plan["seconds"]
    with ThreadPoolExecutor(len(connected)) as threads:
        asking = [threads.submit(ask, client, plan["pictures"], begin, end) for client in connected]
        taken = [one for future in asking for one in future.result()]
    busy = (time.process_time() - busy) / (time.perf_counter() - began)
    print(json.dumps({"taken": taken, "client_busy": busy}))


if __name__ == "__main__":
    main()
