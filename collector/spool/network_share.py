"""Warns of a spool on a network share, where SQLite's write-ahead log is not safe between machines."""

from __future__ import annotations

import functools
import logging
from pathlib import Path

log = logging.getLogger(__name__)

MOUNTS = Path("/proc/self/mountinfo")
# https://www.sqlite.org/wal.html: the log's index is shared memory, which no network share has between machines.
SHARES = {"9p", "afs", "ceph", "cifs", "davfs", "glusterfs", "ncpfs", "nfs", "nfs4", "smb3", "smbfs", "vboxsf"}


@functools.lru_cache(maxsize=32)  # warns once for each file
def warn_of_network_share(path: Path) -> None:
    kind = file_system_of(path.parent)
    if is_share(kind):
        log.warning(
            "%s is on a network share (%s): SQLite's log may be damaged there; set MIDSTROKE_VAR to a local folder",
            path, kind,
        )  # fmt: skip


def is_share(kind: str) -> bool:
    return kind in SHARES or kind.startswith("fuse.")


def file_system_of(folder: Path, mounts: Path = MOUNTS) -> str:
    """The type of the file system that holds the folder, such as `ext4`; empty where the system does not tell."""
    try:
        lines = mounts.read_text(errors="replace").splitlines()
        where = folder.resolve()
    except OSError:
        return ""
    longest, kind = -1, ""
    for line in lines:
        fields, _, rest = line.partition(" - ")
        parts, types = fields.split(), rest.split()
        if len(parts) < 5 or not types:
            continue
        mount = Path(parts[4].replace("\\040", " "))
        # Of two mounts at one place the later covers the earlier.
        if where.is_relative_to(mount) and len(mount.parts) >= longest:
            longest, kind = len(mount.parts), types[0]
    return kind
