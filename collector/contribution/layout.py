"""Builds and parses every key in the bucket, as `docs/layout.md` defines them; no I/O."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

SAMPLES = "samples/v1/"
DRAWINGS = "drawings/v1/"
ARRIVALS = "arrivals/v1/"
TOMBSTONES = "tombstones/v1/"
VERDICTS = "verdicts/v1/"
CONTRIBUTORS = "contributors/v1/"
SHARDS = "shards/v1/"
MODERATION = "moderation/v1/"
HIDDEN = f"{MODERATION}hidden/"
RELABELLED = f"{MODERATION}labels/"
BLOCKED = f"{MODERATION}blocked/"
AUDIT = "audit/v1/"
MODELS = "models/"
SHADOW = "shadow/v1"  # challengers that answer live frames unseen, as a store of their own
PROBE = "probe/v1/uploader"  # put and deleted at once, to learn whether the store accepts objects
CONTRIBUTOR_KEY = "contributors/key.json"
CLAIMS = "claims/v1/"
TRAINER_LEASE = "trainer/lease.json"
TRAINER_STATUS = "trainer/status.json"
TRAINER_PROGRESS = "trainer/progress.json"
TRAINER_DAMAGED = "trainer/damaged.json"
# Every folder at the root of the store, or of a symbol set in it.
FOLDERS = frozenset(
    key.split("/")[0]
    for key in (
        *(SAMPLES, DRAWINGS, ARRIVALS, TOMBSTONES, VERDICTS, CONTRIBUTORS, SHARDS, MODERATION, AUDIT, MODELS),
        *(PROBE, CLAIMS, SHADOW, TRAINER_STATUS),
    )
)

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_DRAWING = re.compile(_UUID)
_ARRIVAL = re.compile(rf"{re.escape(ARRIVALS)}(\d{{8}}T\d{{9}}Z)_({_UUID})", re.ASCII)
_DRAWING_KEY = re.compile(rf"{re.escape(DRAWINGS)}({_UUID})\.json")
_CONTRIBUTOR = re.compile(r"[0-9a-f]{32}")
_INDEX_KEY = re.compile(rf"{re.escape(CONTRIBUTORS)}([0-9a-f]{{32}})/({_UUID})")
_HIDDEN_KEY = re.compile(rf"{re.escape(HIDDEN)}({_UUID})")
_RELABELLED_KEY = re.compile(rf"{re.escape(RELABELLED)}({_UUID})/(\d{{8}}T\d{{9}}Z)_(\d{{1,3}})", re.ASCII)
_BLOCKED_KEY = re.compile(rf"{re.escape(BLOCKED)}([0-9a-f]{{32}})")
_AUDIT_KEY = re.compile(rf"{re.escape(AUDIT)}\d{{8}}T\d{{9}}Z_[0-9a-f]{{12}}\.json", re.ASCII)
_SHARD = re.compile(rf"{re.escape(SHARDS)}(\d{{12}})-(\d{{12}})_(\d{{6}})_([0-9a-f]{{12}})\.parquet", re.ASCII)


class NotInLayout(ValueError):
    """The key does not have the expected form."""


def is_drawing_id(text: str) -> bool:
    """True for a UUID in lower case with dashes."""
    return _DRAWING.fullmatch(text) is not None


def sample_key(label: int | str, drawing: str, step: int) -> str:
    """The PNG of one step, counted from 0; `label` is a digit, or the id of a class of another set."""
    return f"{samples_prefix(label, drawing)}{step:02d}_{label}.png"


def samples_prefix(label: int | str, drawing: str) -> str:
    """The prefix of the keys of all of a drawing's samples."""
    return f"{SAMPLES}{label}/{drawing}/"


def drawing_key(drawing: str) -> str:
    """The drawing's JSON, put after its samples."""
    return f"{DRAWINGS}{drawing}.json"


def parse_drawing_key(key: str) -> str:
    """The drawing's id.

    Raises:
        NotInLayout: not `drawings/v1/<uuid>.json`.
    """
    match = _DRAWING_KEY.fullmatch(key)
    if match is None:
        raise NotInLayout(f"key {key!r:.120}, expected {DRAWINGS}<uuid>.json")
    return match[1]


def is_contributor(text: str) -> bool:
    """True for a contributor's hash, 32 hex digits."""
    return _CONTRIBUTOR.fullmatch(text) is not None


def contributor_prefix(contributor: str) -> str:
    """The prefix of the index of one contributor's drawings."""
    return f"{CONTRIBUTORS}{contributor}/"


def index_key(contributor: str, drawing: str) -> str:
    """The empty object by which a contributor's drawing is found."""
    return f"{contributor_prefix(contributor)}{drawing}"


def parse_index_key(key: str) -> tuple[str, str]:
    """The contributor's hash and the drawing's id.

    Raises:
        NotInLayout: not `contributors/v1/<32 hex>/<uuid>`.
    """
    match = _INDEX_KEY.fullmatch(key)
    if match is None:
        raise NotInLayout(f"key {key!r:.120}, expected {CONTRIBUTORS}<32 hex>/<uuid>")
    return match[1], match[2]


def claim_key(replica: str) -> str:
    """The drawings that one replica is about to upload or delete; deleted when that is done."""
    return f"{CLAIMS}{replica}.json"


def arrival_key(when: datetime, drawing: str) -> str:
    """The empty object that announces an upload; `when` is the time of the upload, in any time zone."""
    return f"{ARRIVALS}{_time(when)}_{drawing}"


def parse_arrival(key: str) -> tuple[str, str]:
    """The time as written in the key, `20261121T034500123Z`, and the drawing's id.

    Raises:
        NotInLayout: not `arrivals/v1/<time>_<uuid>`.
    """
    match = _ARRIVAL.fullmatch(key)
    if match is None:
        raise NotInLayout(f"key {key!r:.120}, expected {ARRIVALS}<time>_<uuid>")
    return match[1], match[2]


def model_key(family: str, version: str, file: str) -> str:
    """One file of a published version: `card.json`, `model.tflite`, `weights.npz` or a figure."""
    return f"{MODELS}{family}/{version}/{file}"


def champion_key(family: str) -> str:
    """The pointer to the served version."""
    return f"{MODELS}{family}/champion.json"


def tombstone_key(drawing: str) -> str:
    """Marks a drawing that its contributor deleted."""
    return f"{TOMBSTONES}{drawing}"


def verdict_key(drawing: str) -> str:
    """The label filter's verdict on a drawing that it filtered."""
    return f"{VERDICTS}{drawing}.json"


def hidden_key(drawing: str) -> str:
    """Marks a drawing that an operator hid."""
    return f"{HIDDEN}{drawing}"


def relabelled_prefix(drawing: str) -> str:
    """The prefix of the labels that operators gave a drawing."""
    return f"{RELABELLED}{drawing}/"


def relabelled_key(drawing: str, when: datetime, label: int) -> str:
    """A label that an operator gave a drawing; of several, the one whose key sorts last counts."""
    return f"{relabelled_prefix(drawing)}{_time(when)}_{label}"


def blocked_key(contributor: str) -> str:
    """Marks a contributor whose drawings an operator refuses."""
    return f"{BLOCKED}{contributor}"


@dataclass(frozen=True, slots=True)
class Hidden:
    drawing: str


@dataclass(frozen=True, slots=True)
class Relabelled:
    drawing: str
    label: int


@dataclass(frozen=True, slots=True)
class Blocked:
    contributor: str


def parse_moderation_key(key: str) -> Hidden | Relabelled | Blocked:
    """The parts of a key of `moderation/v1/`.

    Raises:
        NotInLayout: it has none of the three forms.
    """
    if match := _HIDDEN_KEY.fullmatch(key):
        return Hidden(match[1])
    if match := _RELABELLED_KEY.fullmatch(key):
        return Relabelled(match[1], int(match[3]))
    if match := _BLOCKED_KEY.fullmatch(key):
        return Blocked(match[1])
    raise NotInLayout(f"key {key!r:.120}, expected hidden/, labels/ or blocked/ under {MODERATION}")


def audit_key(when: datetime, name: str) -> str:
    """One line of the audit; `name`, 12 hex digits, tells lines of one moment apart."""
    return f"{AUDIT}{_time(when)}_{name}.json"


def is_audit_key(key: str) -> bool:
    return _AUDIT_KEY.fullmatch(key) is not None


def _time(when: datetime) -> str:
    """UTC to the millisecond, `20261121T034500123Z`: texts that sort as the times do."""
    utc = when.astimezone(UTC)
    return f"{utc:%Y%m%dT%H%M%S}{utc.microsecond // 1000:03d}Z"


@dataclass(frozen=True, slots=True, order=True)
class ShardName:
    """The range of drawing numbers in a shard, as compaction assigned them; `first` and `last` are or were in it.

    `rewritten` counts the rewrites that removed drawings, `digest` is the start of the SHA-256 of its content.
    """

    first: int
    last: int
    rewritten: int
    digest: str


def shard_key(name: ShardName) -> str:
    """Named by range and content, so that two independent trainers never overwrite each other's shards."""
    return f"{SHARDS}{name.first:012d}-{name.last:012d}_{name.rewritten:06d}_{name.digest}.parquet"


def parse_shard_key(key: str) -> ShardName:
    """The parts of a shard's name.

    Raises:
        NotInLayout: not `shards/v1/<first>-<last>_<rewritten>_<digest>.parquet`.
    """
    match = _SHARD.fullmatch(key)
    if match is None:
        raise NotInLayout(f"key {key!r:.120}, expected {SHARDS}<first>-<last>_<rewritten>_<digest>.parquet")
    return ShardName(int(match[1]), int(match[2]), int(match[3]), match[4])
