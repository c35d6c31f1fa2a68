import threading
from datetime import UTC, datetime, timedelta


class ShiftedClock:
    """The stand-in's own time: the machine's, moved by the control API. Aware UTC."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._shift = timedelta()

    def now(self) -> datetime:
        with self._lock:
            return datetime.now(UTC) + self._shift

    @property
    def shift_seconds(self) -> int:
        return int(self._shift.total_seconds())

    def shift(self, seconds: int) -> None:
        """Set, not add: 0 brings the machine's time back."""
        with self._lock:
            self._shift = timedelta(seconds=seconds)
