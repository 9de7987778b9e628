"""docker-compose.yml as Compose's own loader reads it: it is checked against its schema there."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from infra.go_tools import built, pinned

pytestmark = pytest.mark.slow  # builds a Go program

ROOT = Path(__file__).parents[2]
COMPOSE = ROOT / "docker-compose.yml"
ANSWERS = {"MINIO_ROOT_USER": "the-user", "MINIO_ROOT_PASSWORD": "the-password"}

STAY = ("service", "trainer", "minio")


@pytest.fixture(scope="module")
def loader() -> Path:
    binary = built(pinned("compose"))
    if binary is None:
        reason = "Compose's loader is built with Go, and there is no `go` on the path"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return binary


@pytest.fixture(scope="module")
def services(loader: Path) -> dict[str, Any]:
    loaded = _load(loader, _filled_in(COMPOSE.read_text()))
    assert loaded.returncode == 0, loaded.stderr
    return dict(json.loads(loaded.stdout)["services"])


def _filled_in(text: str) -> str:
    # The loader's command reads no environment; these are the two forms of variable that the file uses.
    return re.sub(
        r"\$\{(\w+):[?-]([^}]*)\}", lambda found: ANSWERS.get(found[1], found[2] if ":-" in found[0] else ""), text
    )


def _load(loader: Path, text: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [loader, "-format", "json", "-"], input=text, cwd=ROOT, capture_output=True, text=True, check=False
    )


def test_a_key_that_compose_does_not_know_would_be_found(loader: Path):
    loaded = _load(loader, _filled_in(COMPOSE.read_text()).replace("read_only:", "readonly:"))

    assert loaded.returncode != 0
    assert "readonly" in loaded.stderr


def test_without_a_password_nothing_starts_and_the_variable_is_named(loader: Path):
    loaded = _load(loader, COMPOSE.read_text())

    assert loaded.returncode != 0
    assert "required variable MINIO_ROOT_PASSWORD is missing a value" in loaded.stderr


def test_no_secret_is_written_in_the_file(services: dict[str, Any]):
    secrets = [
        value
        for service in services.values()
        for name, value in service.get("environment", {}).items()
        if re.search("SECRET|PASSWORD|KEY|USER", name)
    ]

    assert set(secrets) == set(ANSWERS.values())
    assert not any(value in COMPOSE.read_text() for value in secrets)


def test_the_example_names_every_variable_and_sets_no_secret():
    named = set(re.findall(r"\$\{(\w+)", COMPOSE.read_text()))

    example = dict(re.findall(r"^(\w+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert set(example) == named
    assert {example[name] for name in ANSWERS} == {""}


def test_no_container_is_root_or_writes_to_its_image_or_may_gain_rights(services: dict[str, Any]):
    for service in services.values():
        assert service["user"] == "10001:10001"
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]


def test_only_the_page_has_a_port_and_only_on_this_machine(services: dict[str, Any]):
    ports = {name: service["ports"] for name, service in services.items() if "ports" in service}

    assert [(port["host_ip"], port["published"], port["target"]) for port in ports.pop("service")] == [
        ("127.0.0.1", "8000", 8000)
    ]
    assert not ports


@pytest.mark.parametrize("name", STAY)
def test_lasting_services_restart_keep_their_data_and_have_a_limit(services: dict[str, Any], name: str):
    service = services[name]

    assert service["restart"] == "unless-stopped"
    assert [volume["type"] for volume in service["volumes"]] == ["volume"]
    assert {"cpus", "memory"} <= service["deploy"]["resources"]["limits"].keys()


@pytest.mark.parametrize("name", STAY)
def test_each_service_has_the_health_check_of_its_image(services: dict[str, Any], name: str):
    dockerfile = (ROOT / services[name]["build"]["dockerfile"]).read_text()
    of_the_image = re.search(r"HEALTHCHECK[^\[]*CMD (\[.*\])", dockerfile)

    assert of_the_image
    assert services[name]["healthcheck"]["test"] == ["CMD", *json.loads(of_the_image[1])]
