"""The stack's ports on 127.0.0.1: a fixed row, moved as a whole or one by one."""

import os
import socket
from typing import Final

from infra.dev.console import DevError

LOOPBACK: Final = "127.0.0.1"
DEFAULT_BASE: Final = 8700
_HIGHEST: Final = 65_535
_VARIABLE: Final = "HOUSLER_PORT_{}"
#: The base's variable; each port has its own beside it, HOUSLER_PORT_GATEWAY and so on.
BASE_VARIABLE: Final = "HOUSLER_PORT_BASE"

#: In the order of the row: the n-th listens on base + n.
NAMES: Final = (
    "gateway",
    "emulator",
    "postgres",
    "yookassa",
    "smsru",
    "smtp",
    "smtp_control",
    "fns",
    "tbank",
)


def variable(name: str) -> str:
    return _VARIABLE.format(name.upper())


def are_chosen(base: int | None) -> bool:
    """Whether a person asked for ports, by flag or variable."""
    return base is not None or any(
        name in os.environ for name in (BASE_VARIABLE, *(variable(name) for name in NAMES))
    )


def choose(base: int | None = None) -> dict[str, int]:
    """Ports by name: each from its own variable, else its place in the row.

    :param base: the row's first port; else HOUSLER_PORT_BASE, else 8700
    :raises DevError: not a port, or two parts share one
    """
    first = base if base is not None else _read(BASE_VARIABLE, DEFAULT_BASE)
    chosen = {name: _read(variable(name), first + place) for place, name in enumerate(NAMES)}
    if len(set(chosen.values())) != len(chosen):
        raise DevError(f"Two parts of the stack share a port: look at {BASE_VARIABLE} and HOUSLER_PORT_….")
    return chosen


def require_free(name: str, port: int) -> None:
    """:raises DevError: somebody else listens there; names the variable that chooses another"""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # A connection that has just closed is no listener.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            raise DevError(
                f"Port {port} of {name} is taken by another program: choose a free one with "
                f"{variable(name)}, or move all of them with --port-base."
            ) from None


def free(count: int) -> list[int]:
    """Ports that nobody listens on at this moment, all different."""
    probes = [socket.socket(socket.AF_INET, socket.SOCK_STREAM) for _ in range(count)]
    try:
        for probe in probes:
            probe.bind((LOOPBACK, 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def _read(name: str, default: int) -> int:
    raw = os.environ.get(name) or str(default)
    if not (raw.isascii() and raw.isdigit() and 0 < int(raw) <= _HIGHEST):
        raise DevError(f"{name} must be a port between 1 and {_HIGHEST}, not {raw}.")
    return int(raw)
