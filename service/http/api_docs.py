"""OpenAPI's schema as a plain page, made on the server: no script, and nothing fetched from anywhere else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from html import escape
from typing import Any

STYLE = """\
:root { color-scheme: light dark; --ink: #1d1d1f; --soft: #6b6b70; --paper: #fbfaf7; --line: #dedbd3; --wash: #f1efe9; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e8e6e1; --soft: #9c9a94; --paper: #1a1a1c; --line: #38373a; --wash: #232325; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 3rem 1.25rem 5rem; max-width: 46rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, sans-serif; }
h1 { margin: 0; font-size: 1.75rem; }
h2 { margin: 0; font: 600 1.05rem/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
h2 span { color: var(--soft); font-weight: 400; padding-right: .5rem; }
section { border-top: 1px solid var(--line); padding: 1.5rem 0; }
p { margin: .25rem 0 .75rem; }
header p, td:last-child, .soft { color: var(--soft); }
a { color: inherit; }
table { border-collapse: collapse; width: 100%; font-size: .9375rem; }
caption { text-align: left; color: var(--soft); padding: .75rem 0 .25rem; }
td { border-top: 1px solid var(--line); padding: .35rem .75rem .35rem 0; vertical-align: top; overflow-wrap: anywhere; }
code, pre { font: .875rem/1.5 ui-monospace, monospace; }
details { margin-top: .5rem; }
summary { cursor: pointer; color: var(--soft); }
pre { margin: .5rem 0 0; padding: .75rem; background: var(--wash); overflow-x: auto; }
"""

Schema = dict[str, Any]


def render_docs(schema: Schema) -> str:
    """A whole HTML page that shows every call, what it takes and what it answers."""
    info = schema["info"]
    calls = "".join(
        _render_call(schema, method, path, call)
        for path, methods in schema["paths"].items()
        for method, call in methods.items()
    )
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(info["title"])}: HTTP</title><link rel="stylesheet" href="/docs.css"></head><body>'
        f"<header><h1>{escape(info['title'])} over HTTP</h1><p>{escape(info.get('description', ''))}</p>"
        '<p><a href="/">The page</a> · <a href="/openapi.json">OpenAPI as JSON</a></p></header>'
        f"<main>{calls}</main></body></html>\n"
    )


def _render_call(schema: Schema, method: str, path: str, call: Schema) -> str:
    anchor = f"{method}{path}".replace("/", "-").replace("{", "").replace("}", "")
    return (
        f'<section id="{escape(anchor)}"><h2><span>{escape(method.upper())}</span>{escape(path)}</h2>'
        f"<p>{escape(call.get('summary', ''))}</p>"
        f"{_render_takes(schema, call)}{_render_answers(schema, call)}</section>"
    )


def _render_takes(schema: Schema, call: Schema) -> str:
    rows = [("Authorization", "header", told) for told in _told_of_security(schema, call)]
    rows += [
        (parameter["name"], parameter["in"], parameter.get("description", ""))
        for parameter in call.get("parameters", [])
    ]
    rows += [("body", kind, "") for kind in call.get("requestBody", {}).get("content", {})]
    return _render_table("Takes", rows)


def _told_of_security(schema: Schema, call: Schema) -> Iterator[str]:
    for name in (name for needed in call.get("security", []) for name in needed):
        scheme = schema["components"]["securitySchemes"][name]
        yield f"{scheme['scheme'].capitalize()}: {scheme.get('description', name)}"


def _render_answers(schema: Schema, call: Schema) -> str:
    rows, forms = [], []
    for status, answer in sorted(call.get("responses", {}).items()):
        names = list(_form_names(answer))
        rows.append((status, ", ".join(names), answer.get("description", "")))
        forms += [name for name in names if name not in forms]
    return _render_table("Answers", rows) + "".join(_render_form(schema, name) for name in forms)


def _form_names(answer: Schema) -> Iterator[str]:
    """The forms an answer may have, or its bare content types."""
    for kind, content in answer.get("content", {}).items():
        schema = content.get("schema", {})
        references = [choice["$ref"] for choice in schema.get("anyOf", [schema]) if "$ref" in choice]
        yield from [reference.rsplit("/", 1)[-1] for reference in references] or [kind]


def _render_form(schema: Schema, name: str) -> str:
    form = schema.get("components", {}).get("schemas", {}).get(name)
    if form is None:
        return ""
    text = json.dumps(_outline(schema, form), indent=2, ensure_ascii=False)
    return f"<details><summary><code>{escape(name)}</code></summary><pre>{escape(text)}</pre></details>"


def _outline(schema: Schema, form: Schema) -> Any:
    """A form as the JSON it describes, with types in the place of values."""
    if "$ref" in form:
        return _outline(schema, schema["components"]["schemas"][form["$ref"].rsplit("/", 1)[-1]])
    if "anyOf" in form:
        return next(_outline(schema, choice) for choice in form["anyOf"] if choice.get("type") != "null")
    if form.get("type") == "array":
        return [_outline(schema, form.get("items", {}))]
    if "properties" in form:
        return {name: _outline(schema, value) for name, value in form["properties"].items()}
    words = [str(choice) for choice in form.get("enum", [])] or [str(form.get("const", form.get("type", "any")))]
    told = " | ".join(words)
    return f"{told}: {form['description']}" if "description" in form else told


def _render_table(caption: str, rows: list[tuple[str, str, str]]) -> str:
    if not rows:
        return ""
    cells = "".join(
        f"<tr><td><code>{escape(first)}</code></td><td>{escape(second)}</td><td>{escape(third)}</td></tr>"
        for first, second, third in rows
    )
    return f"<table><caption>{escape(caption)}</caption>{cells}</table>"
