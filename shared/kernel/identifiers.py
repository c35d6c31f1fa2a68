"""UUIDv7 (RFC 9562): time-ordered keys, made in Python before the insert so that a seal can name its row.

The twelve bits after the version hold the fraction of the millisecond (section 6.2, method 3): the rows of one
transaction sort as they were made.
"""

import os
import time
from uuid import UUID


def new_id() -> UUID:
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    fraction = (nanoseconds << 12) // 1_000_000
    noise = int.from_bytes(os.urandom(8)) >> 2
    return UUID(int=milliseconds << 80 | 0x7 << 76 | fraction << 64 | 0x2 << 62 | noise)
