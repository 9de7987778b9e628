"""Texts with HTML, control characters and paths in all that is stored or echoed: never run, never outside its place."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser, Dialog, Page, sync_playwright
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from collector.storage.folder_store import FolderStore
from infra.harness.chromium import ARGUMENTS, chromium_path
from infra.harness.contributions import contribution_texts
from infra.harness.rows import Row, Setting, check, none_of
from infra.harness.service_process import RunningService, running_service
from infra.soak.footprint import Footprint
from infra.soak.hostile.hostile_texts import FIGURE, HTML, MARK, PATHS, SCRIPTED_SVG, hostile_contributions, tamper

ABOUT = "HTML, control characters and path tricks in texts that are stored, echoed or shown"

FAMILY = "softmax"
SETTLE_SECONDS = 3.0  # for a champion to be taken up and a contribution to reach the store
VIEWS = ("", "#watch", "#contribute", "#models", "#my-drawings")
FOLDERS = ("samples", "drawings", "arrivals", "models", "trainer", "tombstones")
PAGES = ("/", "/docs", "/openapi.json", "/model", "/baselines", "/nowhere", "/js/nothing.js", "/models/a/b/c", "/%00")
CALLS = (("GET", "/predict"), ("DELETE", "/"), ("POST", "/model"), ("POST", "/predict"), ("POST", "/contributions"))
PLACES = ("/models/{}/x/card.json", "/models/softmax/{}/card.json", "/models/softmax/x/{}", "/contributions/{}")
MORE_PLACES = ("/js/{}", "/{}", "/baselines/{}.svg", "/predict?family={}")


def run(setting: Setting) -> list[Row]:
    var = setting.scratch / "var"
    before = _files(setting.scratch)
    with running_service(var) as service:
        footprint = Footprint(service)
        rows = [_hand_in(service, setting), *_ask_for_paths(service), *_policies(service)]
        time.sleep(SETTLE_SECONDS)
        rows += _kept(setting.scratch, var, before)
        version = tamper(FolderStore(var / "store"), FAMILY)
        time.sleep(SETTLE_SECONDS)
        rows += [*_looked_at(setting, service, version), *footprint.log_rows()]
    return rows


def _hand_in(service: RunningService, setting: Setting) -> Row:
    """Each hostile contribution; one that is sound but for its headers and a field too many is taken."""
    _, text = next(contribution_texts(setting.seed))
    sound = json.loads(text)
    answers: list[str] = []
    with connect(service.websocket_url, subprotocols=[Subprotocol("midstroke.v1")], user_agent_header=HTML) as socket:
        socket.recv(10)
        for record in hostile_contributions(sound):
            socket.send(json.dumps(record))
            answers.append(json.loads(socket.recv(10))["type"])
        socket.send(json.dumps({**sound, MARK: HTML}))
        taken = json.loads(socket.recv(10))["type"]
    wrong = len(answers) - answers.count("refused") + (taken != "accepted")
    return none_of("contributions with hostile texts, answered wrongly", wrong, len(answers) + 1, "contributions")


def _ask_for_paths(service: RunningService) -> Iterator[Row]:
    """Path tricks in every address that holds a name."""
    found: list[str] = []
    asked = 0
    for place in (*PLACES, *MORE_PLACES):
        for path in PATHS:
            for written in (path, quote(path, safe=""), quote(path)):
                address = place.format(written)
                if not written.strip(".") or any(c <= " " or c > "~" for c in address):
                    continue  # an address of its own, or one that can't be written into a request line
                asked += 1
                status, _, body = _call(service, "POST" if "predict" in place else "GET", address)
                if status not in (404, 405, 415, 422, 429) or b"root:" in body:
                    found.append(f"{status} for {address:.60}")
    row = none_of("path tricks in addresses that were given something", len(found), asked, "requests")
    yield replace(row, note="; ".join(found[:3]))


def _policies(service: RunningService) -> Iterator[Row]:
    """The Content-Security-Policy of every page, every error's too."""
    wrong: list[str] = []
    calls = [("GET", path) for path in PAGES] + list(CALLS)
    for method, path in calls:
        _, headers, _ = _call(service, method, path)
        policy = headers.get("content-security-policy", "")
        if (
            "default-src 'none'" not in policy
            or "unsafe" in policy
            or headers.get("x-content-type-options") != "nosniff"
        ):
            wrong.append(f"{method} {path}: {policy or 'none'}")
    yield none_of("answers without a policy, or with an unsafe-* in it", len(wrong), len(calls), "answers")


def _kept(scratch: Path, var: Path, before: set[Path]) -> Iterator[Row]:
    made = _files(scratch) - before
    outside = [path for path in made if not path.is_relative_to(var)]
    outside += [path for path in (var / "store").rglob("*") if path.relative_to(var / "store").parts[0] not in FOLDERS]
    yield none_of("files outside their prefixes", len(outside), len(made), "files")
    told = [path for path in made if path.is_file() and MARK.encode() in path.read_bytes()]
    yield none_of("files that keep a hostile text", len(told), len(made), "files")


def _files(folder: Path) -> set[Path]:
    """All in the folder, and what a path trick might have put beside it."""
    return {*folder.rglob("*"), *folder.parent.glob(f"*{MARK}*")}


def _call(service: RunningService, method: str, path: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=10)
    try:
        connection.putrequest(method, path, skip_accept_encoding=True)  # the path as it is, not made proper
        connection.putheader("Content-Length", "0")
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        connection.close()


def _looked_at(setting: Setting, service: RunningService, version: str) -> Iterator[Row]:
    """What a real browser makes of it all."""
    path = chromium_path()
    if path is None:
        yield Row("seen by a real browser", "no Chromium or Chrome is installed", goal="nothing run")
        return
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        views = [f"/{view}" for view in VIEWS] + ["/docs", f"/models/{FAMILY}/{version}/card.json"]
        views = views[2:4] if setting.quick else views
        run, shown = 0, 0
        for view in views:
            ran, text = _look(browser, f"{service.url}{view}")
            run, shown = run + ran, shown + (MARK in text)
        ran, text = _look(browser, f"{service.url}/models/{FAMILY}/{version}/{FIGURE}")
        yield none_of("hostile texts that a browser ran or made elements of", run + ran, len(views) + 1, "views")
        yield check("views that show them as the plain text they are", str(shown), "1 or more", shown >= 1)
        control = _runs_at_all(browser)
        yield check("the same figure with nothing to keep it from running", str(control), "True", control)
        browser.close()


def _look(browser: Browser, url: str) -> tuple[bool, str]:
    """Whether anything was run or made of the texts in the view, and its text."""
    page = browser.new_page()
    dialogs: list[str] = []

    def note(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    page.goto(url, wait_until="load")
    page.wait_for_timeout(1500)
    ran = _was_run(page) or bool(dialogs)
    text = str(page.evaluate("document.documentElement.textContent"))
    page.close()
    return ran, text


def _was_run(page: Page) -> bool:
    script = f"window.{MARK} === 1 || document.querySelector('[data-{MARK}], iframe[srcdoc], img[src=x]') !== null"
    return bool(page.evaluate(script))


def _runs_at_all(browser: Browser) -> bool:
    """That what is looked for would be seen: the figure, opened where no policy holds it."""
    page = browser.new_page()
    page.goto("about:blank")
    page.set_content(SCRIPTED_SVG)
    page.wait_for_timeout(200)
    ran = _was_run(page)
    page.close()
    return ran
