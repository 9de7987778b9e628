"""HTML, control characters and paths in everything stored or echoed: never run, never written outside its place."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from playwright.sync_api import Browser, Dialog, Page
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from collector.contribution.layout import FOLDERS
from collector.storage.folder_store import FolderStore
from infra.harness.clients.chromium import running_chromium
from infra.harness.clients.client import ask, call, connected
from infra.harness.data.contributions import contribution_texts
from infra.harness.results.rows import CannotRun, Row, Setting, check, none_of
from infra.harness.service_process import RunningService, running_service
from infra.soak.footprint import Footprint
from infra.soak.hostile.hostile_texts import FIGURE, HTML, MARK, PATHS, SCRIPTED_SVG, hostile_contributions, tamper

ABOUT = "HTML, control characters and path tricks in texts that are stored, echoed or shown"

FAMILY = "softmax"
LOAD_MS = 10_000  # until a view shows the texts of the models
SETTLE_SECONDS = 3.0  # until a champion is served and a contribution is in the store
VIEWS = ("", "#watch", "#contribute", "#models", "#my-drawings")
PAGES = ("/", "/docs", "/openapi.json", "/model", "/baselines", "/nowhere", "/js/nothing.js", "/models/a/b/c", "/%00")
CALLS = (("GET", "/predict"), ("DELETE", "/"), ("POST", "/model"), ("POST", "/predict"), ("POST", "/contributions"))
PLACES = (
    "/models/{}/x/card.json",
    "/models/softmax/{}/card.json",
    "/models/softmax/x/{}",
    "/contributions/{}",
    "/js/{}",
    "/{}",
    "/baselines/{}.svg",
    "/predict?family={}",
)


def run(setting: Setting) -> list[Row]:
    var = setting.scratch / "var"
    before = _files(setting.scratch)
    with running_service(var) as service:
        footprint = Footprint(service)
        rows = [_contribute(service, setting), *_ask_for_paths(service), *_policies(service)]
        time.sleep(SETTLE_SECONDS)
        rows += _stored(setting.scratch, var, before)
        version = tamper(FolderStore(var / "store"), FAMILY)
        time.sleep(SETTLE_SECONDS)
        try:
            with running_chromium() as browser:
                rows += _shown(setting, browser, service, version)
        except CannotRun as reason:
            rows.append(Row("shown in a real browser", str(reason), goal="nothing run"))
        return [*rows, *footprint.log_rows()]


def _contribute(service: RunningService, setting: Setting) -> Row:
    """Each hostile contribution is refused; a valid one with a hostile header and one field more is accepted."""
    _, text = next(contribution_texts(setting.seed))
    valid = json.loads(text)
    with connected(service, headers={"User-Agent": HTML}) as socket:
        answers = [ask(socket, json.dumps(record))["type"] for record in hostile_contributions(valid)]
        accepted = ask(socket, json.dumps({**valid, MARK: HTML}))["type"]
    wrong = len(answers) - answers.count("refused") + (accepted != "accepted")
    return none_of("wrong answers to contributions with hostile texts", wrong, len(answers) + 1, "contributions")


def _ask_for_paths(service: RunningService) -> Iterator[Row]:
    """Path tricks in every address that holds a name."""
    found: list[str] = []
    asked = 0
    for place in PLACES:
        for path in PATHS:
            for written in (path, quote(path, safe=""), quote(path)):
                address = place.format(written)
                if not written.strip(".") or any(c <= " " or c > "~" for c in address):
                    continue  # an existing address, or one that can't be written into a request line
                asked += 1
                status, _, body = call(service, "POST" if "predict" in place else "GET", address)
                if status not in (404, 405, 415, 422, 429) or b"root:" in body:
                    found.append(f"{status} for {address:.60}")
    row = none_of("addresses with path tricks that were served", len(found), asked, "requests")
    yield replace(row, note="; ".join(found[:3]))


def _policies(service: RunningService) -> Iterator[Row]:
    """The Content-Security-Policy of every page, and of every error."""
    wrong: list[str] = []
    calls = [("GET", path) for path in PAGES] + list(CALLS)
    for method, path in calls:
        _, headers, _ = call(service, method, path)
        policy = headers.get("content-security-policy", "")
        if (
            "default-src 'none'" not in policy
            or "unsafe" in policy
            or headers.get("x-content-type-options") != "nosniff"
        ):
            wrong.append(f"{method} {path}: {policy or 'none'}")
    row = none_of("answers without a policy, or with an unsafe-* in it", len(wrong), len(calls), "answers")
    yield replace(row, note="; ".join(wrong[:3]))


def _stored(scratch: Path, var: Path, before: set[Path]) -> Iterator[Row]:
    made = _files(scratch) - before
    outside = [path for path in made if not path.is_relative_to(var)]
    outside += [path for path in (var / "store").rglob("*") if path.relative_to(var / "store").parts[0] not in FOLDERS]
    row = none_of("files outside their prefixes", len(outside), len(made), "files")
    yield replace(row, note="; ".join(str(path.relative_to(scratch.parent)) for path in outside[:3]))
    marked = [path for path in made if path.is_file() and MARK.encode() in path.read_bytes()]
    yield none_of("files with a hostile text", len(marked), len(made), "files")


def _files(folder: Path) -> set[Path]:
    """Everything in the folder, and what a path trick might have put beside it."""
    return {*folder.rglob("*"), *folder.parent.glob(f"*{MARK}*")}


def _shown(setting: Setting, browser: Browser, service: RunningService, version: str) -> Iterator[Row]:
    """Shows the tampered model's texts in a real browser."""
    views = [f"/{view}" for view in VIEWS] + ["/docs", f"/models/{FAMILY}/{version}/card.json"]
    views = views[2:4] if setting.quick else views
    run, shown = 0, 0
    for view in views:
        ran, text = _visit(browser, f"{service.url}{view}")
        run, shown = run + ran, shown + (MARK in text)
    ran, _ = _visit(browser, f"{service.url}/models/{FAMILY}/{version}/{FIGURE}")
    yield none_of("hostile texts that a browser ran or made elements of", run + ran, len(views) + 1, "views")
    yield check("views that show them as plain text", str(shown), "1 or more", shown >= 1)
    control = _runs_at_all(browser)
    yield check("the same figure runs without a policy", str(control), "True", control)


def _visit(browser: Browser, url: str) -> tuple[bool, str]:
    """Returns True if a text ran or became an element in the view, and the view's text."""
    page = browser.new_page()
    dialogs: list[str] = []

    def note(dialog: Dialog) -> None:
        dialogs.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", note)
    page.goto(url, wait_until="load")
    with suppress(PlaywrightTimeout):  # a view is loaded when it is opened; not every one shows them
        page.get_by_text(MARK).first.wait_for(state="attached", timeout=LOAD_MS)
    page.wait_for_timeout(1500)
    ran = _was_run(page) or bool(dialogs)
    text = str(page.evaluate("document.documentElement.textContent"))
    page.close()
    return ran, text


def _was_run(page: Page) -> bool:
    script = f"window.{MARK} === 1 || document.querySelector('[data-{MARK}], iframe[srcdoc], img[src=x]') !== null"
    return bool(page.evaluate(script))


def _runs_at_all(browser: Browser) -> bool:
    """Proof that `_was_run` detects: the figure, opened without a policy."""
    page = browser.new_page()
    page.goto("about:blank")
    page.set_content(SCRIPTED_SVG)
    page.wait_for_timeout(200)
    ran = _was_run(page)
    page.close()
    return ran
