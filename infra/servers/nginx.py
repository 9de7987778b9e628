"""Debian's nginx on this machine's loopback, with one of the configurations of infra/proxy."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from infra.harness.processes import answers, free_port, ready, start

CONFIGURATIONS = Path(__file__).parents[1] / "proxy"
START_SECONDS = 20.0
MAIN = """\
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/site.conf;
}}
"""


def nginx_binary() -> str | None:
    return shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin")


def nginx_command(binary: str, folder: Path, site: str, port: int) -> list[str]:
    """Writes the configuration of a site, whose `listen 80;` is replaced, and returns what runs it."""
    if "listen 80;" not in site:
        raise ValueError("a site that does not `listen 80;`")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "site.conf").write_text(site.replace("listen 80;", f"listen 127.0.0.1:{port};"))
    (folder / "nginx.conf").write_text(MAIN.format(folder=folder))
    return [binary, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]


@contextlib.contextmanager
def running_nginx(binary: str, folder: Path, site: str) -> Iterator[int]:
    """Nginx with this site, whose `listen 80;` is replaced; gives its port.

    Raises:
        ProcessFailed: it ended, or did not answer within START_SECONDS.
    """
    port = free_port()
    log = folder / "nginx.log"
    process = start(nginx_command(binary, folder.resolve(), site, port), log)
    with ready(process, log, lambda: answers(port, "/readyz"), START_SECONDS):
        yield port
