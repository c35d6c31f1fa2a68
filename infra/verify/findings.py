"""What a verification found, kept within bounds however much is wrong."""

from enum import StrEnum
from typing import Final, NamedTuple

_KEPT: Final = 100


class Wrong(StrEnum):
    EDITED = (
        "edited"  # the line at a position is not the one that was chained there: changed, swapped or put in
    )
    DELETED = "deleted"  # a position whose line is gone, or a line that went before it had a position
    GAP = "gap"  # positions are missing
    REWRITTEN = "rewritten"  # the hashes were made anew after a change: a seal holds another
    CUT = "cut"  # what was sealed at the end is not there any more
    BACK_DATED = "back_dated"  # the line says it is older than a head that was sealed without it
    DATED_AHEAD = "dated_ahead"
    TIME_WENT_BACK = "time_went_back"  # a link or seal older than what stands before it
    FORGED = "forged"  # a seal that none of our keys made
    SEAL_LOST = "seal_lost"  # a seal that is kept in one of its two places only
    UNSEALED = "unsealed"  # chained long ago and still under no seal
    NOT_CHAINED = "not_chained"  # written long ago and still in no place of the chain


class Finding(NamedTuple):
    wrong: Wrong
    #: of the first line concerned; None for lines outside of the chain
    position: int | None
    line_id: str | None
    sentence: str


class Report:
    """Counts of what was checked, and the first findings."""

    def __init__(self) -> None:
        self.lines = 0
        self.seals = 0
        self.found = 0
        self.findings: list[Finding] = []

    def add(
        self, wrong: Wrong, sentence: str, *, position: int | None = None, line: str | None = None
    ) -> None:
        self.found += 1
        if len(self.findings) < _KEPT:
            self.findings.append(Finding(wrong, position, line, sentence))

    @property
    def first(self) -> Finding | None:
        """The one at the lowest position; what has none comes after them."""
        return min(self.findings, key=lambda each: (each.position is None, each.position or 0), default=None)
