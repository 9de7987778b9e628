"""Adds the reference pages that are made from the code to the site; MkDocs calls this, nothing else imports it."""

from __future__ import annotations

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

from infra.reference.command_page import command_page
from infra.reference.http_page import http_page, openapi_description
from infra.reference.settings_page import settings_page
from service.cli.main import app


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Called once the files of docs/ are listed, before links are checked."""
    for name, text in (
        ("settings", settings_page()),
        ("command-line", command_page(app)),
        ("http", http_page(openapi_description())),
    ):
        files.append(File.generated(config, f"reference/{name}.md", content=text))
    return files
