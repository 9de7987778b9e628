"""The AsyncAPI 3 description of the websocket, from the schemas of its messages: python -m infra.reference.asyncapi."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from service.wire.message_schemas import RECEIVED, SENT
from service.wire.protocol import FRAME_ENCODINGS, HEADER, MAX_MESSAGE_BYTES, PAYLOAD_BYTES, SUBPROTOCOL, CloseCode

FILE = Path(__file__).parents[2] / "docs" / "asyncapi.yaml"
HEAD = "# Made by `python -m infra.reference.asyncapi` from service/wire/message_schemas.py; a test keeps it current.\n"
REF = "#/components/schemas/{model}"
BINARY = {
    "frame": "A snapshot: a header of {header} bytes (u8 version, u8 encoding, u16 flags 0, u32 drawing, u32 seq, "
    "u32 t_ms, little-endian) and a payload. Encodings: {encodings}.",
    "png": "A snapshot: a bare PNG. It is drawing 0; the service counts seq from 1.",
}

Schema = dict[str, Any]


def asyncapi_description() -> Schema:
    """The description as an object."""
    names = [*RECEIVED, *BINARY, *SENT]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Midstroke",
            "version": SUBPROTOCOL.rpartition(".v")[2],
            "description": f"Snapshots of an unfinished drawing and their predictions. Subprotocol {SUBPROTOCOL}; "
            f"messages of at most {MAX_MESSAGE_BYTES} bytes. protocol.md says what each message does. Close codes of "
            f"the application: {', '.join(f'{int(code)} {code.name.lower()}' for code in CloseCode)}.",
            "license": {"name": "MIT"},
        },
        "defaultContentType": "application/json",
        "servers": {"local": {"host": "127.0.0.1:8000", "protocol": "ws"}},
        "channels": {
            "socket": {
                "address": "/ws",
                "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
                "bindings": {"ws": {"method": "GET"}},
            }
        },
        "operations": {
            "receive": _operation("receive", "What a client sends", [*RECEIVED, *BINARY]),
            "send": _operation("send", "What the service sends", list(SENT)),
        },
        "components": {"messages": _messages(), "schemas": message_schemas(REF)},
    }


def message_schemas(ref_template: str) -> Schema:
    """JSON Schemas by the names of their classes."""
    models: list[type[BaseModel]] = list(RECEIVED.values())
    sent = list(SENT.values())
    _, schema = models_json_schema(
        [*((model, "validation") for model in models), *((model, "serialization") for model in sent)],
        ref_template=ref_template,
    )
    definitions: Schema = schema["$defs"]
    return definitions


def asyncapi_text() -> str:
    """The description as the bytes of `docs/asyncapi.yaml`."""
    return HEAD + yaml.safe_dump(asyncapi_description(), sort_keys=False, allow_unicode=True, width=120)


def _operation(action: str, summary: str, names: list[str]) -> Schema:
    return {
        "action": action,
        "channel": {"$ref": "#/channels/socket"},
        "summary": summary,
        "messages": [{"$ref": f"#/channels/socket/messages/{name}"} for name in names],
    }


def _messages() -> Schema:
    messages: Schema = {}
    for name, model in {**RECEIVED, **SENT}.items():
        ref = REF.format(model=model.__name__)
        messages[name] = {"name": name, "summary": (model.__doc__ or "").strip(), "payload": {"$ref": ref}}
    encodings = ", ".join(
        f"{number} {name} ({PAYLOAD_BYTES[name]} bytes)" if name in PAYLOAD_BYTES else f"{number} {name}"
        for number, name in FRAME_ENCODINGS.items()
    )
    for name, text in BINARY.items():
        messages[name] = {
            "name": name,
            "contentType": "image/png" if name == "png" else "application/octet-stream",
            "summary": text.format(header=HEADER.size, encodings=encodings),
            "payload": {"type": "string", "format": "binary"},
        }
    return messages


if __name__ == "__main__":
    FILE.write_text(asyncapi_text())
