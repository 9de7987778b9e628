"""Makes system calls of a service fail on request: Linux asks this process, through seccomp, before each call.

It needs no privileges, compiler or fault-injecting file system, and the process under trial is the real one. As a
command, `python -m infra.soak.storage.scenario.faulty_calls SOCKET COMMAND ...`, it becomes that process after asking
for the filter.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import fcntl
import os
import platform
import select
import socket
import struct
import sys
import threading
from collections.abc import Iterator, Sequence

from infra.harness.results.rows import CannotRun
from infra.harness.service_process import COMMAND

# By machine: seccomp itself, and the calls with which SQLite writes and syncs.
_CALLS = {
    "x86_64": {"seccomp": 317, "pwrite64": 18, "fsync": 74, "fdatasync": 75},
    "aarch64": {"seccomp": 277, "pwrite64": 68, "fsync": 82, "fdatasync": 83},
}
# From linux/prctl.h, linux/seccomp.h and linux/bpf_common.h.
_NO_NEW_PRIVS, _SET_MODE_FILTER, _NEW_LISTENER = 38, 1, 8
_ALLOW, _ASK = 0x7FFF0000, 0x7FC00000
_LOAD_WORD, _JUMP_IF_EQUAL, _RETURN = 0x20, 0x15, 0x06
_RECEIVE, _SEND, _GO_ON = 0xC0502100, 0xC0182101, 1
_ASKED_BYTES, _ANSWER = 80, struct.Struct("<QqiI")  # id, value, error, flags


class FaultyCalls:
    """The calls that fail now. Any thread may set it."""

    def __init__(self) -> None:
        self.failing: dict[str, int] = {}  # the call's name -> the errno that it gets
        self.failed = 0  # calls that were made to fail

    @contextlib.contextmanager
    def fail(self, error: int, *names: str) -> Iterator[None]:
        """These calls fail with this error within the block."""
        self.failing = dict.fromkeys(names, error)
        try:
            yield
        finally:
            self.failing = {}

    def answer(self, listener: int, stop: threading.Event) -> None:
        """Answers the kernel until `stop` or until the process ends, in a thread of its own."""
        names = {number: name for name, number in _calls().items()}
        poll = select.poll()
        poll.register(listener, select.POLLIN)
        while not stop.is_set():
            for _, event in poll.poll(100):
                if not event & select.POLLIN:
                    return
                with contextlib.suppress(OSError):  # the caller was killed while it waited
                    self._answer_one(listener, names)

    def _answer_one(self, listener: int, names: dict[int, str]) -> None:
        asked = bytearray(_ASKED_BYTES)
        fcntl.ioctl(listener, _RECEIVE, asked)
        (identity, _, _, number) = struct.unpack_from("<QIIi", asked)
        error = self.failing.get(names.get(number, ""), 0)
        self.failed += error != 0
        fcntl.ioctl(listener, _SEND, _ANSWER.pack(identity, 0, -error, 0 if error else _GO_ON))


@contextlib.contextmanager
def faulty_calls() -> Iterator[tuple[FaultyCalls, Sequence[str], Sequence[int]]]:
    """The faults, the command that starts a service with them, and the descriptors to pass to it.

    Raises:
        CannotRun: not Linux, or an unknown machine type.
    """
    _calls()
    ours, theirs = socket.socketpair()
    faults, stop = FaultyCalls(), threading.Event()
    thread = threading.Thread(target=_serve, args=(faults, ours, stop), daemon=True)
    thread.start()
    try:
        command = [sys.executable, "-m", "infra.soak.storage.scenario.faulty_calls", str(theirs.fileno()), *COMMAND]
        yield faults, command, [theirs.fileno()]
    finally:
        stop.set()
        ours.close()
        theirs.close()
        thread.join()


def _serve(faults: FaultyCalls, ours: socket.socket, stop: threading.Event) -> None:
    with contextlib.suppress(OSError):
        _, (listener, *_), _, _ = socket.recv_fds(ours, 1, 1)
        try:
            faults.answer(listener, stop)
        finally:
            os.close(listener)


def _calls() -> dict[str, int]:
    machine = platform.machine()
    if sys.platform != "linux" or machine not in _CALLS:
        raise CannotRun(f"system calls can be made to fail only on Linux (x86_64, aarch64), not on {machine}")
    return _CALLS[machine]


def _install() -> int:
    """Installs the filter for SQLite's calls; returns the listener's descriptor."""
    calls = dict(_calls())
    seccomp, watched = calls.pop("seccomp"), list(calls.values())
    # A filter sees the number of the call as its first word.
    program = [(_LOAD_WORD, 0, 0, 0)]
    program += [(_JUMP_IF_EQUAL, len(watched) - i, 0, number) for i, number in enumerate(watched)]
    program += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _ASK)]
    code = ctypes.create_string_buffer(b"".join(struct.pack("<HBBI", *step) for step in program))
    head = ctypes.create_string_buffer(struct.pack("<H6xQ", len(program), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    listener: int = libc.syscall(seccomp, _SET_MODE_FILTER, _NEW_LISTENER, head)
    if listener < 0:
        raise OSError(ctypes.get_errno(), f"seccomp: {errno.errorcode.get(ctypes.get_errno())}")
    return listener


def main(descriptor: int, command: list[str]) -> None:
    """Becomes the command, its calls reported to the other end of the socket."""
    with socket.socket(fileno=descriptor) as channel:
        socket.send_fds(channel, [b"."], [_install()])
    os.execvp(command[0], command)  # noqa: S606 - the service's own command


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
