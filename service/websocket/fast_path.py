"""A short way for the message that comes a thousand times a second: a binary frame, answered where it is read.

uvicorn's way through a queue, a task and ASGI costs several times what the frame itself does. Whatever is not plainly
such a frame goes that way; nothing is taken from it. Bytes alone in here, no messages.
"""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State
from websockets.speedups import apply_mask

EXTENSION = "midstroke.quick_frames"  # in the ASGI scope: a call that takes an `Answerer`

TEXT, BINARY, FINAL, MASKED = 0x1, 0x2, 0x80, 0x80
SHORT, MEDIUM, LONG = 125, 126, 127  # the most that is the length itself; a length of 2 bytes, of 8
MASK_BYTES = 4
MORE_BYTES = {MEDIUM: 2, LONG: 8}  # of length behind the first two
LEAST_BYTES = 2 + MASK_BYTES  # of an empty frame

# The answers to messages that came together; None: they are to go the long way.
Answerer = Callable[[list[bytes]], list[str] | None]


class QuickFrames(WebSocketsSansIOProtocol):
    """uvicorn's protocol, which the session may tell how to answer a binary message at once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._edges: FrameEdges | None = None  # from the first byte after the handshake on
        self._answer: Answerer | None = None
        self._held = b""  # of a binary frame that has begun

    async def run_asgi(self) -> None:
        extensions: MutableMapping[str, Any] = self.scope["extensions"]
        extensions[EXTENSION] = {"answer_by": self._answer_by}
        await super().run_asgi()

    def data_received(self, data: bytes) -> None:
        if self._edges is None:
            self._edges = FrameEdges()  # uvicorn hands over the handshake's request first, and all of it
        else:
            data = self._held + data
            self._held = b""
            if self._edges.between and self._took(data):
                return
            self._edges.pass_on(data)
        super().data_received(data)

    def _answer_by(self, answer: Answerer) -> None:
        self._answer = answer
        del self.request, self.response  # the handshake is over, and 3 kB would be kept for the socket's life

    def _took(self, data: bytes) -> bool:
        # What waits in the queue came before, and a client that reads too slowly must be waited for.
        if self._answer is None or self.conn.state is not State.OPEN or self.close_sent:
            return False
        if not (self.queue.empty() and self.writable.is_set()):
            return False
        messages, rest = split_frames(data)
        if rest and not begins_frame(rest):
            return False
        texts = self._answer(messages) if messages else []
        if texts is None:
            return False
        self._held = rest
        if texts:
            self.transport.write(b"".join([text_frame(text.encode()) for text in texts]))
        return True


class FrameEdges:
    """Where frames begin in the bytes that went the long way. Once one was in pieces, nothing is `between` any more."""

    __slots__ = ("_head", "_missing", "_whole", "between")

    def __init__(self) -> None:
        self.between = True  # the next byte is a frame's first, and no message is half done
        self._missing = 0  # bytes of the payload that has begun
        self._head = b""  # of a header that has begun
        self._whole = True

    def pass_on(self, data: bytes) -> None:
        data, at = self._head + data, 0
        self._head = b""
        while at < len(data):
            if self._missing:
                step = min(self._missing, len(data) - at)
                self._missing -= step
                at += step
                continue
            header = read_header(data, at)
            if header is None:
                self._head = data[at:]
                break
            size, self._missing = header
            self._whole = self._whole and bool(data[at] & FINAL)
            at += size
        self.between = self._whole and not self._missing and not self._head


def read_header(data: bytes, at: int) -> tuple[int, int] | None:
    """The bytes of the frame header at `at`, its mask among them, and of the payload; None: it isn't all there."""
    if len(data) < at + 2:
        return None
    code = data[at + 1] & ~MASKED
    more = MORE_BYTES.get(code, 0)
    size = 2 + more + (MASK_BYTES if data[at + 1] & MASKED else 0)
    if len(data) < at + size:
        return None
    return size, int.from_bytes(data[at + 2 : at + 2 + more]) if more else code


def split_frames(data: bytes) -> tuple[list[bytes], bytes]:
    """The messages of the whole, masked, short enough binary frames that `data` begins with, and what follows them."""
    messages, at = [], 0
    while len(data) - at >= LEAST_BYTES and begins_frame(data, at):
        header = read_header(data, at)
        if header is None:
            break
        begin, end = at + header[0], at + header[0] + header[1]
        if end > len(data):
            break
        messages.append(apply_mask(data[begin:end], data[begin - MASK_BYTES : begin]))
        at = end
    return messages, data[at:]


def begins_frame(data: bytes, at: int = 0) -> bool:
    """Whether the one or two bytes at `at` may begin a masked binary frame of at most 65,535 bytes in one piece."""
    return data[at] == FINAL | BINARY and (len(data) == at + 1 or MASKED <= data[at + 1] < MASKED | LONG)


def text_frame(payload: bytes) -> bytes:
    """A server's frame around a text of at most 65,535 bytes."""
    if len(payload) <= SHORT:
        return bytes((FINAL | TEXT, len(payload))) + payload
    return bytes((FINAL | TEXT, MEDIUM)) + len(payload).to_bytes(2) + payload
