"""Is the audit log what was once chained and sealed? One pass over links and seals in the order of the chain."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, NamedTuple

from infra.verify.findings import Report, Wrong
from shared.audit.hashing import GENESIS, Line, as_seconds, link_hash
from shared.audit.seals import Seal

#: A line says when its request or run began. It is committed, chained and sealed within this time: a run lasts at
#: most 15 minutes, and the chainer comes every minute.
GRACE: Final = timedelta(minutes=20)
_GRACE_SECONDS: Final = Decimal(GRACE.total_seconds())


class Link(NamedTuple):
    position: int
    line_id: str
    hash: bytes
    #: seconds of the epoch, as PostgreSQL writes them
    chained_at: str
    #: None: there is no such line
    line: Line | None


class KeptSeal(NamedTuple):
    seal: Seal
    in_database: bool
    outside: bool


class ChainCheck:
    """Give it links by ``position`` and seals by (position, time), each seal after the link of its position; then
    ``end``. It remembers the last of each only.
    """

    def __init__(self, report: Report, *, keys: Mapping[str, bytes], now: datetime) -> None:
        self._report = report
        self._keys = keys
        self._now = now
        self._last: Link | None = None
        self._time = Decimal("-Infinity")
        self._seal: Seal | None = None  # the last one that is genuine and right
        self._broken: int | None = None  # the first wrong position after that seal
        self._ahead: Seal | None = None  # sealed a position that no link has had yet

    @property
    def _position(self) -> int:
        return 0 if self._last is None else self._last.position

    def link(self, link: Link) -> None:
        self._report.lines += 1
        self._ahead = None
        missing = link.position - self._position - 1
        if missing:
            first = self._position + 1
            self._broken = self._broken or first
            self._report.add(
                Wrong.GAP,
                f"{missing} positions from {first} on are missing",
                position=first,
                line=link.line_id,
            )
        if link.line is None:
            self._wrong_at(link, Wrong.DELETED, "its line is not in the log")
        elif not missing:
            before = GENESIS if self._last is None else self._last.hash
            if link_hash(before, link.line, link.chained_at) == link.hash:
                self._check_date(link, link.line)
            else:
                self._wrong_at(link, Wrong.EDITED, "its line is not the one that was chained here")
        self._check_time(link, Decimal(link.chained_at))
        self._last = link

    def seal(self, kept: KeptSeal) -> None:
        self._report.seals += 1
        seal = kept.seal
        if not seal.is_genuine(self._keys):
            self._wrong_seal(
                seal, Wrong.FORGED, f"was not made by the key {seal.key_id}, or we aren't told it"
            )
            return
        self._check_places(kept)
        if self._last is None or seal.position > self._last.position:
            self._ahead = self._ahead or seal
            return
        if seal.hash != self._last.hash:
            since = self._broken or (1 if self._seal is None else self._seal.position + 1)
            sentence = f"holds another hash: something from position {since} on was changed and chained anew"
            self._wrong_seal(seal, Wrong.REWRITTEN, sentence, position=since)
            return
        if Decimal(as_seconds(seal.sealed_at)) < self._time:
            self._wrong_seal(seal, Wrong.TIME_WENT_BACK, "is older than what it seals")
        self._time = max(self._time, Decimal(as_seconds(seal.sealed_at)))
        self._seal, self._broken = seal, None

    def end(self) -> None:
        if self._ahead is not None:
            sentence = f"seals what is gone: the chain ends at position {self._position}"
            self._wrong_seal(self._ahead, Wrong.CUT, sentence, position=self._position + 1)
        sealed = 0 if self._seal is None else self._seal.position
        last = self._last
        if last is not None and last.position > sealed and self._is_old(Decimal(last.chained_at)):
            self._wrong_at(last, Wrong.UNSEALED, f"nothing after position {sealed} is under a right seal")

    def _check_date(self, link: Link, line: Line) -> None:
        recorded_at = Decimal(line.recorded_at)
        if recorded_at > Decimal(link.chained_at) + _GRACE_SECONDS:
            self._wrong_at(link, Wrong.DATED_AHEAD, "its line is dated after it was chained")
        if self._seal is not None and recorded_at + _GRACE_SECONDS < Decimal(
            as_seconds(self._seal.sealed_at)
        ):
            sentence = (
                f"its line is dated before {self._seal.sealed_at:%Y-%m-%d %H:%M} UTC, when it was not there"
            )
            self._wrong_at(link, Wrong.BACK_DATED, sentence)

    def _check_time(self, link: Link, chained_at: Decimal) -> None:
        if chained_at < self._time:
            self._wrong_at(link, Wrong.TIME_WENT_BACK, "it was chained before what stands before it")
        self._time = max(self._time, chained_at)

    def _check_places(self, kept: KeptSeal) -> None:
        if not kept.in_database:
            self._wrong_seal(kept.seal, Wrong.SEAL_LOST, "is outside of the database but not in it")
        elif not kept.outside and self._is_old(Decimal(as_seconds(kept.seal.sealed_at))):
            self._wrong_seal(kept.seal, Wrong.SEAL_LOST, "is in the database but not outside of it")

    def _is_old(self, moment: Decimal) -> bool:
        return moment + _GRACE_SECONDS < Decimal(as_seconds(self._now))

    def _wrong_at(self, link: Link, wrong: Wrong, sentence: str) -> None:
        if wrong in {Wrong.DELETED, Wrong.EDITED}:
            self._broken = self._broken or link.position
        text = f"position {link.position}, line {link.line_id}: {sentence}"
        self._report.add(wrong, text, position=link.position, line=link.line_id)

    def _wrong_seal(self, seal: Seal, wrong: Wrong, sentence: str, *, position: int | None = None) -> None:
        text = (
            f"the seal of position {seal.position} made at {seal.sealed_at:%Y-%m-%d %H:%M:%S} UTC {sentence}"
        )
        self._report.add(wrong, text, position=position or seal.position)
