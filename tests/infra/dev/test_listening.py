import json
import os
import socket
from ipaddress import ip_address
from pathlib import Path

import pytest

from infra.dev import ports
from infra.dev.processes import Processes
from tests.stack import RunningStack

_LISTENS = "0A"
_SESSION_FIELD = 3
_PARENT_FIELD = 1


def family(pids: set[int]) -> set[int]:
    """The processes, their sessions, and everything they started."""
    found = set(pids)
    while True:
        more = {pid for pid, facts in _processes().items() if facts & found} - found
        if not more:
            return found
        found |= more


def _processes() -> dict[int, set[int]]:
    """Process -> its parent and the leader of its session."""
    facts = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        facts[int(folder.name)] = {int(fields[_PARENT_FIELD]), int(fields[_SESSION_FIELD])}
    return facts


def listening(pids: set[int]) -> set[tuple[str, int]]:
    """Addresses and ports on which any of the processes listens, from the kernel's own tables."""
    inodes = {inode for pid in pids for inode in _sockets(pid)}
    found = set()
    for table, words in (("tcp", 1), ("tcp6", 4)):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == _LISTENS and fields[9] in inodes:
                address, port = fields[1].split(":")
                found.add((_address(address, words), int(port, 16)))
    return found


def _sockets(pid: int) -> set[str]:
    found = set()
    try:
        for descriptor in Path(f"/proc/{pid}/fd").iterdir():
            target = str(descriptor.readlink())
            if target.startswith("socket:["):
                found.add(target[8:-1])
    except OSError:  # it has just ended, or a descriptor has just closed
        return found
    return found


def _address(digits: str, words: int) -> str:
    raw = b"".join(bytes.fromhex(digits[8 * word : 8 * word + 8])[::-1] for word in range(words))
    return socket.inet_ntop(socket.AF_INET if words == 1 else socket.AF_INET6, raw)


def strangers(found: set[tuple[str, int]]) -> set[tuple[str, int]]:
    """Those that another machine could reach."""
    return {(address, port) for address, port in found if not ip_address(address).is_loopback}


class TestListening:
    @pytest.mark.stack
    def test_everything_of_the_stack_listens_on_this_machine_only(self, stack: RunningStack) -> None:
        pids = {record.pid for record in Processes(stack.folder).running().values()}
        place = Path(json.loads((stack.folder / "postgres.json").read_text())["data_dir"])
        pids.add(int((place / "postmaster.pid").read_text().split()[0]))

        found = listening(family(pids))

        assert strangers(found) == set()
        assert len({port for _, port in found}) >= len(ports.NAMES)

    def test_a_server_open_to_others_would_be_found(self) -> None:
        with (
            socket.create_server(("127.0.0.1", 0)) as closed,
            socket.create_server(("0.0.0.0", 0)) as opened,  # noqa: S104 -- what the test looks for
        ):
            found = listening({os.getpid()})
            ours, others = closed.getsockname(), opened.getsockname()

        assert ours in found
        assert others in strangers(found)
        assert ours not in strangers(found)
