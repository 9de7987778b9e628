"""The reference page of HTTP calls, from the OpenAPI description that the service answers with."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from collector.spool.spool import Spool
from collector.storage.memory_store import MemoryStore
from infra.reference.markdown import cell, table
from service.app import create_app
from service.inference.live_models import LiveModels
from service.intake.intake import Intake
from service.intake.receipts import Receipts
from service.server import FRONTEND
from service.sets.scope import SetScope
from service.sets.sets import Sets
from service.settings import Settings
from training.models.registry import Registry

HEAD = """\
# HTTP calls

Made from the service's OpenAPI description when this site is built. A running service shows the same at `/docs`, and
as JSON at `/openapi.json`. Live predictions come over the websocket: see [the protocol](../protocol.md).
"""

Schema = dict[str, Any]


def openapi_description() -> Schema:
    """The service's `/openapi.json`, made without loading a model or listening."""
    with tempfile.TemporaryDirectory() as folder:
        store, key = MemoryStore(), b"for the description alone, no key"
        registry, spool = Registry(store), Spool(Path(folder) / "spool.sqlite")
        try:
            live = LiveModels(store, registry, shipped=registry)
            digits = SetScope(live, registry, Intake(spool, key), Receipts(spool, store, key), profiles=None)
            return create_app(Sets(digits), Settings(), FRONTEND).openapi()
        finally:
            spool.close()


def http_page(schema: Schema) -> str:
    """The page as Markdown: every call with its parameters, body and answers, then every form."""
    calls = (_call(method, path, call) for path, methods in schema["paths"].items() for method, call in methods.items())
    forms = (_form(name, form) for name, form in schema["components"]["schemas"].items())
    return "".join([HEAD, *calls, "\n## Forms\n", *forms])


def _call(method: str, path: str, call: Schema) -> str:
    parameters = (
        (f"`{one['name']}`", one["in"], _words(one["schema"]), cell(one.get("description", "")))
        for one in call.get("parameters", [])
    )
    body = _content(call.get("requestBody", {}))
    answers = (
        (status, _content(answer) or "none", cell(answer["description"]))
        for status, answer in call["responses"].items()
    )
    return "".join(
        [
            f"\n## `{method.upper()} {path}`\n\n{call.get('description') or call.get('summary', '')}\n",
            table(("parameter", "in", "value", "meaning"), parameters),
            f"\nBody: {body}\n" if body else "",
            table(("status", "body", "meaning"), answers),
        ]
    )


def _form(name: str, form: Schema) -> str:
    required = form.get("required", [])
    fields = (
        (
            f"`{field}`",
            _words(schema) + ("" if field in required else ", optional"),
            cell(schema.get("description", "")),
        )
        for field, schema in form.get("properties", {}).items()
    )
    return f"\n### {name}\n\n{cell(form.get('description', ''))}\n" + table(("field", "value", "meaning"), fields)


def _content(part: Schema) -> str:
    return " or ".join(f"`{kind}`{_of(content)}" for kind, content in part.get("content", {}).items())


def _of(content: Schema) -> str:
    words = _words(content.get("schema", {}))
    return f" {words}" if words.startswith("[") else ""


def _words(schema: Schema) -> str:
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "anyOf" in schema:
        return " or ".join(_words(one) for one in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return "one of " + ", ".join(f"`{value}`" for value in schema.get("enum", [schema.get("const")]))
    if schema.get("type") == "array":
        return "list of " + _words(schema.get("items", {}))
    return " ".join([schema.get("type", "any value"), *_bounds(schema)])


def _bounds(schema: Schema) -> Iterator[str]:
    for name, words in (("minimum", "from"), ("maximum", "to"), ("pattern", "matching")):
        if name in schema:
            yield f"{words} `{schema[name]}`".replace("|", "\\|")
