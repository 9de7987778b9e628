"""Websocket frames as bytes: where they begin and end, and the form of the ones that are answered on the fast path.

No I/O and no messages in here; frames that aren't on the fast path are parsed by `websockets`.
"""

from __future__ import annotations

from websockets.speedups import apply_mask

TEXT, BINARY, FINAL, MASKED = 0x1, 0x2, 0x80, 0x80
OPCODE, CONTROL = 0x0F, 0x08  # opcodes from CONTROL on are of control frames
SHORT, MEDIUM, LONG = 125, 126, 127  # the largest length in one byte; markers of 2 and 8 bytes of length
MASK_BYTES = 4
MORE_BYTES = {MEDIUM: 2, LONG: 8}  # of length behind the first two
LEAST_BYTES = 2 + MASK_BYTES  # of an empty frame


class FrameEdges:
    """Follows a stream that others parse, to know where its frames and messages begin."""

    __slots__ = ("_head", "_missing", "_open", "between")

    def __init__(self) -> None:
        self.between = True  # the next byte is a frame's first, and no message is half done
        self._missing = 0  # bytes of the payload that has begun
        self._head = b""  # of a header that has begun
        self._open = False  # a message has begun, and its last frame has not

    def pass_on(self, data: bytes, most_frames: int, most_bytes: int) -> int:
        """Follows the first bytes of `data`; returns how many: no more than begin `most_frames` frames."""
        most = min(len(data), most_bytes)
        head = len(self._head)
        data = self._head + data[:most]
        at, frames = 0, 0
        self._head = b""
        while at < len(data):
            if self._missing:
                step = min(self._missing, len(data) - at)
                self._missing -= step
                at += step
                continue
            if frames == most_frames:
                break
            header = read_header(data, at)
            if header is None:
                self._head = data[at:]
                at = len(data)
                break
            frames += 1
            if data[at] & OPCODE < CONTROL:
                self._open = not data[at] & FINAL
            size, self._missing = header
            at += size
        self.between = not (self._open or self._missing or self._head)
        return at - head


def read_header(data: bytes, at: int) -> tuple[int, int] | None:
    """The bytes of the frame header at `at`, its mask among them, and of the payload; None: it isn't complete."""
    if len(data) < at + 2:
        return None
    code = data[at + 1] & ~MASKED
    more = MORE_BYTES.get(code, 0)
    size = 2 + more + (MASK_BYTES if data[at + 1] & MASKED else 0)
    if len(data) < at + size:
        return None
    return size, int.from_bytes(data[at + 2 : at + 2 + more]) if more else code


def split_frames(data: bytes, most: int) -> tuple[list[bytes], bytes]:
    """The messages of at most `most` whole, masked, binary frames that `data` begins with, and what follows them."""
    messages: list[bytes] = []
    at = 0
    while len(messages) < most and len(data) - at >= LEAST_BYTES and begins_frame(data, at):
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
    """True if the one or two bytes at `at` may begin a masked binary frame of at most 65,535 bytes in one piece."""
    return data[at] == FINAL | BINARY and (len(data) == at + 1 or MASKED <= data[at + 1] < MASKED | LONG)


def text_frame(payload: bytes) -> bytes:
    """A server's frame around a text of at most 65,535 bytes."""
    if len(payload) <= SHORT:
        return bytes((FINAL | TEXT, len(payload))) + payload
    return bytes((FINAL | TEXT, MEDIUM)) + len(payload).to_bytes(2) + payload
