"""Debian's nginx in front of a service, for tests; each test gives the configuration of its site."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from infra.servers.nginx import nginx_command
from tests.running import free_port

START_SECONDS = 10.0
PACKAGES = {"nginx": "nginx-light", "promtool": "prometheus"}


def require(program: str) -> str:
    """The program's path; skips the test without it, or fails on CI."""
    path = shutil.which(program, path=f"{os.environ['PATH']}:/usr/sbin")
    if path is None:
        reason = f"{program} is not installed (apt-get install {PACKAGES.get(program, program)})"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@contextmanager
def nginx(folder: Path, site: str) -> Iterator[int]:
    """Runs nginx with the site's configuration, whose `listen 80;` is replaced; gives its port."""
    port = free_port()
    command = nginx_command(require("nginx"), folder, site, port)
    with running_proxy(command, port):
        yield port


@contextmanager
def running_proxy(command: list[str], port: int) -> Iterator[None]:
    """Runs the proxy until the block ends; waits until it answers at `port`."""
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        _wait_until_answering(process, port)
        yield
    finally:
        process.terminate()
        process.communicate(timeout=START_SECONDS)


def _wait_until_answering(process: subprocess.Popen[bytes], port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the proxy ended: {process.communicate()[0].decode(errors='replace')}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=1).close()
        except urllib.error.HTTPError as error:
            error.close()
            return
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"the proxy did not answer within {START_SECONDS:g} s")
