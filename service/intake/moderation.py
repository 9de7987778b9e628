"""Lists stored drawings for operators and carries out their decisions, for command line and operator's page alike."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import monotonic
from typing import Literal, get_args

from collector.moderation.audit import AuditLine, read_audit
from collector.moderation.gallery import Page, Wanted, find_drawings
from collector.moderation.moderator import BadModeration, Moderator
from collector.moderation.withdrawn import withdrawn_ids
from collector.spool.spool import Spool
from collector.storage.object_store import ObjectStore
from collector.storage.symbol_sets import read_set, store_of, stored_sets
from collector.symbols.symbol_set import DIGITS, DIGITS_ID, SymbolSet
from collector.upload.removal import remove_drawing

Action = Literal["hide", "unhide", "relabel", "delete", "block", "unblock"]
ACTIONS: tuple[Action, ...] = get_args(Action)
WITHDRAWN_SECONDS = 5.0  # for which one listing answers everybody

Via = Literal["page", "command line"]


@dataclass(frozen=True, slots=True)
class Decision:
    """An action on a drawing, or on a contributor; `label` is the id of a class."""

    action: Action
    drawing: str | None = None
    contributor: str | None = None
    label: str | None = None
    reason: str = ""


class OperatorModeration:
    """Every method blocks on the store: call it in a thread."""

    def __init__(
        self,
        store: ObjectStore,
        spool_of: Callable[[str], Spool | None],
        via: Via,
        deleted: Callable[[str, str], None] = lambda _set_id, _drawing: None,
        decided: Callable[[str], None] = lambda _set_id: None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`store` is the whole store, `spool_of` gives a set's spool where there is one.

        `deleted` is called with each deleted drawing and its set, `decided` with each set that a decision was about.
        """
        self._store = store
        self._spool_of = spool_of
        self._via = via
        self._deleted = deleted
        self._decided = decided
        self._clock = clock
        self._lock = threading.Lock()
        self._withdrawn: dict[str, tuple[float, bytes]] = {}

    def symbols(self, set_id: str = DIGITS_ID) -> SymbolSet:
        """Raises:
        UnknownSet, BadSymbols, StoreError: as `read_set`.
        """
        return read_set(self._store, set_id)

    def sets(self) -> list[SymbolSet]:
        """Digits and every stored set, also retired ones; a damaged definition is left out.

        Raises:
            StoreError: the store can't be read.
        """
        return [DIGITS, *stored_sets(self._store, with_retired=True)]

    def find(self, symbols: SymbolSet, wanted: Wanted, after: str = "", limit: int = 50) -> Page:
        """As `find_drawings`."""
        return find_drawings(store_of(self._store, symbols.id), wanted, after, limit)

    def audit(self, symbols: SymbolSet, newest: int) -> list[AuditLine]:
        """As `read_audit`."""
        return read_audit(store_of(self._store, symbols.id), newest)

    def decide(self, symbols: SymbolSet, decision: Decision) -> bool:
        """Notes the decision and puts it into effect; False where nothing was to do.

        A contributor is blocked in one set: each set knows the same browser by another hash.

        Raises:
            BadModeration: it names no drawing, contributor or class; NoSuchDrawing: the store has no such drawing.
            StoreError, SpoolError: it may not be in effect; it can be repeated.
        """
        if decision.action in ("block", "unblock"):
            done = self._decide_contributor(symbols.id, decision)
        else:
            done = self._decide_drawing(symbols, decision)
        self._decided(symbols.id)
        with self._lock:
            self._withdrawn.clear()
        return done

    def withdrawn(self, symbols: SymbolSet) -> bytes:
        """The ids of drawings that nobody may use any more, one a line; at most WITHDRAWN_SECONDS old.

        Raises:
            StoreError: the store can't be listed.
        """
        with self._lock:  # so that a crowd causes one listing
            made, body = self._withdrawn.get(symbols.id, (-WITHDRAWN_SECONDS, b""))
            if self._clock() - made >= WITHDRAWN_SECONDS:
                ids = withdrawn_ids(store_of(self._store, symbols.id))
                body = b"".join(f"{drawing}\n".encode() for drawing in ids)
                self._withdrawn[symbols.id] = (self._clock(), body)
            return body

    def _decide_contributor(self, set_id: str, decision: Decision) -> bool:
        if decision.contributor is None:
            raise BadModeration(f"{decision.action} without a contributor, expected the hash of one")
        moderator = Moderator(store_of(self._store, set_id), (), self._erase(set_id), self._via)
        act = moderator.block if decision.action == "block" else moderator.unblock
        return act(decision.contributor, decision.reason)

    def _decide_drawing(self, symbols: SymbolSet, decision: Decision) -> bool:
        if decision.drawing is None:
            raise BadModeration(f"{decision.action} without a drawing, expected the id of one")
        part, places = store_of(self._store, symbols.id), range(len(symbols.classes))
        moderator = Moderator(part, places, self._erase(symbols.id), self._via)
        match decision.action:
            case "hide":
                return moderator.hide(decision.drawing, decision.reason)
            case "unhide":
                return moderator.unhide(decision.drawing, decision.reason)
            case "delete":
                return moderator.delete(decision.drawing, decision.reason)
            case _:
                if decision.label not in symbols.places:
                    known = ", ".join(list(symbols.places)[:20])
                    raise BadModeration(f"label {decision.label!r:.60}, expected one of {known}")
                return moderator.relabel(decision.drawing, symbols.places[decision.label], decision.reason)

    def _erase(self, set_id: str) -> Callable[[str], None]:
        def erase(drawing: str) -> None:
            spool = self._spool_of(set_id)
            if spool is not None:
                # Before the store: the uploader removes what an upload under way puts after this.
                spool.delete(drawing)
            self._deleted(set_id, drawing)
            remove_drawing(store_of(self._store, set_id), drawing)

        return erase
