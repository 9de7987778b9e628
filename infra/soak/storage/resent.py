"""The same contribution five times, with the service's clock right, a day ahead and a day behind: one object."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from collector.contribution.layout import drawing_key
from collector.storage.stored_drawing import parse_stored_drawing
from infra.harness.clients.client import connected, contribute
from infra.harness.data.contributions import contribution_texts
from infra.harness.results.rows import Row, Setting, check, none_of
from infra.harness.service_process import running_service
from infra.soak.storage.scenario.store_servers import Storage, running_storage
from infra.soak.storage.scenario.stored import inspect_store, rows_of, wait_until_drained

ABOUT = "Every contribution comes five times, with the service's clock right, a day ahead, a day behind and right again"

DAY = 86_400
CLOCKS = (0, DAY, -DAY, 0)  # seconds that the service's clock is ahead, at each of its starts
TIMES = 5  # each is sent once under each clock from its first on, and the rest under the last
SHIFTED = Path(__file__).parent / "shifted_clock"
DRAIN_SECONDS = 120.0
ANSWER_SECONDS = 120.0  # limits for a busy machine, not promises


def run(setting: Setting) -> list[Row]:
    var, count = setting.scratch / "var", 1 if setting.quick else 40
    texts = dict(islice(contribution_texts(setting.seed, setting.drawings), 3 * count))
    ids = list(texts)
    answers: dict[str, list[dict[str, Any]]] = {drawing: [] for drawing in ids}
    with running_storage(setting.scratch / "storage") as storage:
        for number, shift in enumerate(CLOCKS):
            # One third is first sent under each of the first three.
            now = {drawing: texts[drawing] for drawing in ids[: (number + 1) * count]}
            _send(var, storage, shift, now, answers, last=number == len(CLOCKS) - 1)
        stored = inspect_store(storage.store, ids, ids, setting.seed)
        days = {parse_stored_drawing(storage.store.get(drawing_key(d))).received_at.date() for d in ids}
    return [
        none_of("not acknowledged five times alike", sum(map(_differ, answers.values())), len(ids), "contributions"),
        check("days of the stored drawings", str(len(days)), "3, one for each clock", len(days) == 3),
        *rows_of(stored, len(ids)),
    ]


def _send(
    var: Path, storage: Storage, shift: int, texts: Mapping[str, str], answers: dict[str, list[Any]], last: bool
) -> None:
    # A store rejects every signature whose clock is a day off, so what was accepted waits for the right time.
    env = {**storage.environment, "PYTHONPATH": str(SHIFTED), "MIDSTROKE_SOAK_CLOCK_SHIFT": str(shift)}
    with running_service(var, env=env) as service:
        with connected(service) as socket:
            for drawing, text in texts.items():
                for _ in range(TIMES - len(answers[drawing]) if last else 1):
                    answers[drawing].append(contribute(socket, drawing, text, ANSWER_SECONDS))
        if not shift:
            wait_until_drained(var, DRAIN_SECONDS)


def _differ(answers: list[dict[str, Any]]) -> bool:
    """True if they are other than five equal acknowledgements, all but the first marked `duplicate`."""
    if [reply.get("duplicate") for reply in answers] != [False, True, True, True, True]:
        return True
    return len({(reply["type"], reply["id"], reply["use"]) for reply in answers}) != 1
