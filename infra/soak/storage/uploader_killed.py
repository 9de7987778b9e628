"""The uploader is killed (`kill -9`) again and again: the service starts it anew, and everything is uploaded."""

from __future__ import annotations

import time

import psutil

from collector.storage.folder_store import FolderStore
from infra.harness.clients.client import call
from infra.harness.data.contributions import contribution_texts
from infra.harness.results.rows import Row, Setting, check, none_of
from infra.harness.service_process import RunningService, running_service
from infra.soak.storage.scenario.sender import sending
from infra.soak.storage.scenario.stored import inspect_store, rows_of, wait_until_drained

ABOUT = "The uploader is killed (`kill -9`) again and again while contributions come in"

PER_SECOND = 10
START_SECONDS = 90.0  # until the next uploader runs: it is started 1, 2, 4 s later; limits for a busy machine
DRAIN_SECONDS = 120.0


def run(setting: Setting) -> list[Row]:
    kills = 1 if setting.quick else 4
    texts, var = contribution_texts(setting.seed, setting.drawings), setting.scratch / "var"
    killed, ready = 0, 0
    with running_service(var, env={"MIDSTROKE_STORE": str(setting.scratch / "store")}) as service:
        with sending(service.websocket_url, texts, PER_SECOND / (4 if setting.quick else 1)) as sender:
            sender.wait_for(lambda: len(sender.accepted) > 0, START_SECONDS)
            for _ in range(kills):
                uploader = _uploader_of(service)
                if uploader is None:
                    break
                uploader.kill()
                killed += 1
                ready += call(service, "GET", "/readyz")[0] == 200
            sender.finish()
        wait_until_drained(var, DRAIN_SECONDS)
        named = service.log.read_text(errors="replace").count("the uploader ended with -9")
    stored = inspect_store(FolderStore(setting.scratch / "store"), sender.accepted, sender.sent, setting.seed)
    return [
        check("uploaders killed, each started again by the service", str(killed), str(kills), killed == kills),
        check("`/readyz` after each kill", f"200, {ready} times", f"{kills} times", ready == kills),
        check("lines in the log that name the uploader's end", str(named), str(kills), named == kills),
        *rows_of(stored, len(sender.accepted)),
        none_of("sent and not acknowledged", len(sender.sent) - len(sender.accepted), len(sender.sent),
            "contributions"),
    ]  # fmt: skip


def _uploader_of(service: RunningService) -> psutil.Process | None:
    """The uploader, once it runs."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        for child in psutil.Process(service.process.pid).children():
            try:
                if "collector.upload.uploader_process" in child.cmdline():
                    return child
            except psutil.Error:
                continue
        time.sleep(0.02)
    return None
