"""The reference page of settings, from the classes that read them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from annotated_types import Ge, Gt, Le, Lt
from pydantic.fields import FieldInfo

from collector.settings import StoreSettings
from infra.reference.markdown import cell, table
from service.settings import Settings
from training.settings import TrainingSettings

HEAD = """\
# Settings

Made from the code when this site is built. Every setting is an environment variable; a wrong value stops the command
with one line that names it. `midstroke settings` prints them with their current values.
"""
Settable = type[StoreSettings]
SECTIONS: tuple[tuple[str, str, Settable, Settable | None], ...] = (
    ("Service and trainer", "Both have to agree on these.", StoreSettings, None),
    ("Service", "Read by `midstroke serve`.", Settings, StoreSettings),
    ("Trainer", "Read by `midstroke train`.", TrainingSettings, StoreSettings),
)
KINDS = {bool: "true or false", int: "whole number", float: "number"}
SIGNS = {Ge: "at least", Gt: "above", Le: "at most", Lt: "below"}


def settings_page() -> str:
    """The page as Markdown, a section for each reader."""
    return HEAD + "".join(
        f"\n## {title}\n\n{words}\n" + table(("variable", "default", "value", "meaning"), _rows(settings, inherited))
        for title, words, settings, inherited in SECTIONS
    )


def _rows(settings: Settable, inherited: Settable | None) -> Iterator[tuple[str, ...]]:
    known = inherited.model_fields if inherited else {}
    for name, field in settings.model_fields.items():
        if name not in known:
            default = "none" if field.default in (None, "") else f"`{field.default}`"
            yield f"`MIDSTROKE_{name.upper()}`", default, _value(field), cell(field.description or "")


def _value(field: FieldInfo) -> str:
    bounds = [f"{SIGNS[type(bound)]} {_number(bound)}" for bound in field.metadata if type(bound) in SIGNS]
    return ", ".join([_kind(field.annotation), *bounds])


def _kind(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return "one of " + ", ".join(f"`{value}`" for value in get_args(annotation))
    return KINDS.get(annotation, "text")


def _number(bound: Any) -> str:
    value = getattr(bound, type(bound).__name__.lower())
    return f"{value:,}"
