"""Clients of a live Sketchpad by Gradio's own client: each change uploads the picture and waits for the prediction.

`python -m infra.bench.peers.gradio_clients` reads a plan from stdin and prints the time of each answer.
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
    """The seconds that each answer took which came between the two moments."""
    times: list[float] = []
    for number in count():
        start = time.perf_counter()
        picture = handle_file(pictures[number % len(pictures)])
        client.predict({"background": None, "layers": [], "composite": picture}, api_name="/predict")
        now = time.perf_counter()
        if now > end:
            return times
        if now > begin:
            times.append(now - start)
    return times


def main() -> None:
    plan = json.loads(sys.stdin.readline())
    os.sched_setaffinity(0, plan["cores"])
    clients = [Client(plan["url"], verbose=False, analytics_enabled=False) for _ in range(plan["clients"])]
    began, busy = time.perf_counter(), time.process_time()
    begin = began + plan["warm_up"]
    end = begin + plan["seconds"]
    with ThreadPoolExecutor(len(clients)) as threads:
        asking = [threads.submit(ask, client, plan["pictures"], begin, end) for client in clients]
        times = [each for future in asking for each in future.result()]
    busy = (time.process_time() - busy) / (time.perf_counter() - began)
    print(json.dumps({"times": times, "client_busy": busy}))


if __name__ == "__main__":
    main()
