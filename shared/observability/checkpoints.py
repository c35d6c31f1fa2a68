"""Labelled points between the statements of a worker.

A test names one in ``HOUSLER_CRASH_AT`` and the process dies there as if the machine had gone: no clean-up, no
commit. Production refuses to run with the variable set.
"""

import os
import signal
from typing import Final

from shared.config import environment as env

_VARIABLE: Final = "HOUSLER_CRASH_AT"


def reached(label: str) -> None:
    """Mark a point; labels read ``function.step``.

    :raises SettingsError: the variable is set in production
    """
    wanted = os.environ.get(_VARIABLE)
    if wanted is None:
        return
    if env.is_production():
        raise env.SettingsError(f"{_VARIABLE} must not be set in production")
    if wanted == label:
        os.kill(os.getpid(), signal.SIGKILL)
