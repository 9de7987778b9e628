"""The Dockerfiles: linted, and consistent with other files."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra.go_tools import BUILD, PINS
from infra.wheels import PLATFORMS, PYTHONS

ROOT = Path(__file__).parents[2]
DOCKERFILES = sorted((ROOT / "infra" / "docker").glob("*.Dockerfile"))
PYTHON_IMAGES = [ROOT / "infra" / "docker" / f"{name}.Dockerfile" for name in ("service", "trainer", "ray")]

every_dockerfile = pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: file.stem)


@every_dockerfile
def test_the_linter_has_nothing_to_say(file: Path):
    hadolint = Path(sys.executable).with_name("hadolint")

    result = subprocess.run([hadolint, "--no-color", file], capture_output=True, text=True, check=False)

    assert (result.returncode, result.stdout) == (0, "")


@every_dockerfile
def test_each_image_begins_at_a_pinned_version_and_ends_as_no_root(file: Path):
    text = file.read_text()

    assert all(re.fullmatch(r"[a-z]+:\d+\.\d+[\w.-]*", name) for name in re.findall(r"^FROM (\S+)", text, re.MULTILINE))
    assert re.findall(r"^USER (\S+)", text, re.MULTILINE)[-1] == "10001"


@every_dockerfile
def test_copied_files_exist_and_are_sent_to_the_builder(file: Path):
    sent = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}

    for source in re.findall(r"^COPY (\w\S+) ", file.read_text(), re.MULTILINE):
        assert (ROOT / source).exists()
        assert any(Path(source).is_relative_to(allowed) for allowed in sent)


@pytest.mark.parametrize("file", PYTHON_IMAGES, ids=lambda file: file.stem)
def test_every_package_is_pinned_and_hashed(file: Path):
    installs = re.findall(r"^RUN .*pip install .*", file.read_text(), re.MULTILINE)

    assert installs
    assert all("--require-hashes" in install for install in installs)


@pytest.mark.parametrize("file", PYTHON_IMAGES, ids=lambda file: file.stem)
def test_the_image_s_python_is_one_whose_wheels_are_resolved_for_both_processors(file: Path):
    (version,) = re.findall(r"^FROM python:(\d+\.\d+)", file.read_text(), re.MULTILINE)
    (requirements,) = re.findall(r"-r (\S+)", file.read_text())

    assert version in PYTHONS[requirements]
    assert {"x86_64-manylinux_2_28", "aarch64-manylinux_2_28"} <= set(PLATFORMS)


def test_the_service_s_image_has_no_tensorflow():
    (requirements,) = re.findall(r"-r (\S+)", PYTHON_IMAGES[0].read_text())

    assert "tensorflow" not in (ROOT / requirements).read_text()


def test_minio_s_image_builds_the_pin_and_as_the_builder_does():
    text = (ROOT / "infra" / "docker" / "minio.Dockerfile").read_text()
    script = re.search(r"\$\((awk '[^']*') /go_tools.txt\)", text)
    assert script

    pin = subprocess.run(["sh", "-c", f"{script[1]} {PINS}"], capture_output=True, text=True, check=True).stdout.strip()

    assert re.fullmatch(r"github\.com/minio/minio@v[\w.-]+", pin)
    assert " ".join(BUILD).replace("=-s -w", '="-s -w"') in text
