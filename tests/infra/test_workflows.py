"""The workflow, the forms and the hooks of a contributor are valid and lead to the project's own scripts."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml

from infra.go_tools import built, pinned

ROOT = Path(__file__).parents[2]


@pytest.mark.server
def test_actionlint_finds_nothing_in_the_workflows() -> None:
    binary = built(pinned("actionlint"))
    if binary is None:
        if os.environ.get("CI"):
            pytest.fail("actionlint is built with Go, and there is no `go` on the path")
        pytest.skip("actionlint is built with Go, and there is no `go` on the path")

    # Without shellcheck and pyflakes: they are other programs, which may or may not be installed.
    done = subprocess.run(
        [binary, "-shellcheck=", "-pyflakes=", *(ROOT / ".github" / "workflows").glob("*.yml")],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.stdout == ""
    assert done.returncode == 0


def test_the_workflow_runs_the_ci_script_on_linux() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())

    (job,) = workflow["jobs"].values()
    assert job["runs-on"].startswith("ubuntu-")
    assert any(step.get("run", "").endswith("bash .ci/run") for step in job["steps"])


@pytest.mark.parametrize("name", ["bug.yml", "change.yml"])
def test_issue_forms_have_what_the_host_asks_for(name: str) -> None:
    form = yaml.safe_load((ROOT / ".github" / "ISSUE_TEMPLATE" / name).read_text())

    fields = [field for field in form["body"] if field["type"] != "markdown"]
    assert form["name"]
    assert form["description"]
    assert len({field["id"] for field in fields}) == len(fields) > 0
    assert all(field["attributes"]["label"] for field in fields)


def test_hooks_are_local_and_run_what_make_check_runs() -> None:
    config = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())

    (repo,) = config["repos"]
    assert repo["repo"] == "local"
    makefile = (ROOT / "Makefile").read_text().replace("$(BIN)/", "")
    for hook in repo["hooks"]:
        program = hook["entry"].removeprefix(".venv/bin/").removesuffix(" --fix")
        assert hook["language"] == "system"
        assert program in makefile
