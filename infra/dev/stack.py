"""The whole stack on one machine: started in order, each part taken as it is where it runs already."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from infra.dev import (
    cloud_parts,
    console,
    credentials,
    environments,
    places,
    ports,
    postgres,
    stack_settings,
    standins,
)
from infra.dev.postgres_binaries import PostgresError, find_binaries, reachable_copy
from infra.dev.processes import Processes, began

_COMMAND_SECONDS: Final = 300
_DESCRIPTION: Final = "environment.json"
_STOPPED_IN_ORDER: Final = (
    cloud_parts.PROXY,
    cloud_parts.EMULATOR,
    *(stand_in.name for stand_in in standins.STAND_INS),
)


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack that was started in ``folder``, on these ports by name."""

    folder: Path
    ports: Mapping[str, int]
    #: for the programs of a person on this machine; carries keys and passwords: don't print it
    environment: Mapping[str, str]

    @property
    def addresses(self) -> stack_settings.Addresses:
        return stack_settings.addresses(self.ports)

    def run(self, module: str, says: str) -> str:
        """Run a module of ours against the stack; what it printed.

        :raises DevError: it failed
        """
        log = self.folder / "logs" / f"{module.rpartition('.')[2]}.log"
        with console.step(says):
            console.run_logged(
                [environments.python_of("tests"), "-m", module],
                log,
                timeout_seconds=_COMMAND_SECONDS,
                environment=self.environment,
                folder=places.ROOT,
            )
        return log.read_text(encoding="utf-8")


def up(folder: Path, chosen: Mapping[str, int]) -> Stack:
    """Start what doesn't run, and bring database and functions to the state of the code.

    :param folder: the stack's data; a second start takes what is there
    :param chosen: ports by the names of ``ports.NAMES``
    :raises DevError: a part doesn't start
    """
    places.private_folder(folder, passable=True)
    for private in ("logs", "standins", cloud_parts.EMULATOR):
        places.private_folder(folder / private)
    with places.locked(folder / "up.lock"):
        processes, keys = Processes(folder), credentials.load(folder)
        _require_free_ports(processes, folder, chosen)
        with console.step("Starting PostgreSQL"):
            server = _database(folder, keys[credentials.DATABASE_FOLDER], chosen["postgres"])
        settings = stack_settings.functions_settings(keys, chosen, database_url=server.app_url)
        environment = stack_settings.client_environment(settings, chosen, owner_url=server.owner_url)
        stack = Stack(folder, dict(chosen), environment | {"HOUSLER_DATA": str(folder)})
        stack.run("infra.migrate", "Bringing the database to the newest revision")
        with console.step("Starting the local cloud and the outside world"):
            cloud_parts.start_emulator(processes, folder, chosen, keys)
            for stand_in in standins.STAND_INS:
                standins.start(stand_in, processes, folder, keys, chosen)
        cloud_parts.deploy(stack.run, processes, folder, environment)
        cloud_parts.start_proxy(processes, chosen, environment)
        _describe(stack)
    return stack


def down(folder: Path) -> list[str]:
    """Stop the stack's processes and its database; their names, in the order in which they ended."""
    if not folder.is_dir():
        return []
    with places.locked(folder / "up.lock"):
        processes = Processes(folder)
        stopped = [name for name in _STOPPED_IN_ORDER if processes.stop(name)]
        place = _database_folder(folder)
        if place is not None and _serves(place):
            binaries = reachable_copy(find_binaries(place), place.parent)
            postgres.Server("", "", "", binaries.version, binaries, place).stop()
            stopped.append("postgres")
        return stopped


def running(folder: Path) -> Stack | None:
    """The stack of the folder, when all of its processes run."""
    file = folder / _DESCRIPTION
    if not file.exists() or not Processes(folder).running().keys() >= set(_STOPPED_IN_ORDER):
        return None
    told = json.loads(file.read_text(encoding="utf-8"))
    return Stack(folder, told["ports"], told["environment"])


def _describe(stack: Stack) -> None:
    told = {"ports": dict(stack.ports), "environment": dict(stack.environment)}
    places.write_private(stack.folder / _DESCRIPTION, json.dumps(told, indent=2))


def _require_free_ports(processes: Processes, folder: Path, chosen: Mapping[str, int]) -> None:
    """Before anything is started: nobody else has a port that a part of ours is about to open.

    :raises DevError: names the variable that chooses another
    """
    place = _database_folder(folder)
    ours = set(processes.running())
    if (place is not None and _serves(place)) or "DATABASE_URL" in os.environ:
        ours.add("postgres")
    for name, port in chosen.items():
        if name.removesuffix("_control") not in ours:
            ports.require_free(name, port)


def _database(folder: Path, name: str, port: int) -> postgres.Server:
    """:raises DevError: names the variables that choose another server or port"""
    place = folder / name / "data"
    place.parent.mkdir(exist_ok=True)
    try:
        server = postgres.start(place, port, url=os.environ.get("DATABASE_URL"))
    except PostgresError as failure:
        raise console.DevError(
            f"{failure}\nAnother port is chosen with {ports.variable('postgres')}, another server with DATABASE_URL."
        ) from None
    where = str(server.data_dir) if server.data_dir is not None else None
    # Root's helper user can't enter every folder: the server then says where its data went.
    places.write_private(folder / "postgres.json", json.dumps({"data_dir": where}))
    return server


def _database_folder(folder: Path) -> Path | None:
    file = folder / "postgres.json"
    where = json.loads(file.read_text(encoding="utf-8"))["data_dir"] if file.exists() else None
    return Path(where) if where is not None else None


def _serves(place: Path) -> bool:
    """Whether a server runs on the data."""
    file = place / "postmaster.pid"
    return file.exists() and began(int(file.read_text(encoding="utf-8").split()[0])) is not None
