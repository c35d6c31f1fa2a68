"""Load the Bank of Russia's directory of BIKs (ED807, "Справочник БИК"), as the database's owner.

python -m infra.banks FILE

With ``DATABASE_OWNER_URL``. The file is the XML of https://www.cbr.ru/s/newbik: the whole directory, not a day's
changes. All is replaced in one transaction: what the file no longer has is gone. A file that is broken in one place
changes nothing.
"""

import argparse
import re
import sys
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple

from lxml import etree
from sqlalchemy import Connection, Text, all_, delete, literal
from sqlalchemy.dialects.postgresql import ARRAY, insert

from infra.migrate import connected
from shared.config import environment as env
from shared.kernel.clock import utc_now
from shared.organizations.bank_models import Bank

_VARIABLE: Final = "DATABASE_OWNER_URL"
_LARGEST_BYTES: Final = 50 * 1024**2
_BATCH: Final = 1_000
_WHOLE: Final = "FIRR"
_BIK: Final = re.compile(r"[0-9]{9}")
_ACCOUNT: Final = re.compile(r"[0-9]{20}")
#: of an account at the Bank of Russia by which other banks pay this one
_CORRESPONDENT: Final = "CRSA"
_DELETED: Final = frozenset({"PSDL", "ACDL"})


class DirectoryBroken(Exception):
    """The file isn't a whole directory; the sentence says where."""


class BankLine(NamedTuple):
    bik: str
    name: str
    city: str | None
    correspondent_account: str | None


class Loaded(NamedTuple):
    kept: int
    gone: int


def read(content: bytes) -> list[BankLine]:
    """The banks of an ED807; :raises DirectoryBroken: it isn't one, or one of its entries is wrong"""
    root = _root(content)
    lines = [_line(entry) for entry in _children(root, "BICDirectoryEntry") if not _is_deleted(entry)]
    if not lines:
        raise DirectoryBroken("The directory has no banks.")
    if len({line.bik for line in lines}) != len(lines):
        raise DirectoryBroken("A BIK stands in the directory twice.")
    return lines


def load(connection: Connection, lines: Sequence[BankLine], *, now: datetime) -> Loaded:
    """Make the table what the directory says, in the connection's transaction."""
    for start in range(0, len(lines), _BATCH):
        batch = [{**line._asdict(), "updated_at": now} for line in lines[start : start + _BATCH]]
        adding = insert(Bank).values(batch)
        fresh = {name: adding.excluded[name] for name in (*BankLine._fields[1:], "updated_at")}
        connection.execute(adding.on_conflict_do_update(index_elements=["bik"], set_=fresh))
    there = literal([line.bik for line in lines], ARRAY(Text))
    gone = connection.execute(delete(Bank).where(Bank.bik != all_(there)))
    return Loaded(len(lines), gone.rowcount)


def _root(content: bytes) -> etree._Element:
    if len(content) > _LARGEST_BYTES:
        raise DirectoryBroken("The file is too large to be the directory.")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise DirectoryBroken(f"The file is no XML: line {error.lineno}.") from None
    if root.getroottree().docinfo.internalDTD is not None:  # nothing in it was resolved
        raise DirectoryBroken("The directory has no document type: this is another file.")
    if etree.QName(root).localname != "ED807":
        raise DirectoryBroken("The file is no ED807.")
    if root.get("InfoTypeCode", _WHOLE) != _WHOLE:
        raise DirectoryBroken("The file has a day's changes only: load the whole directory.")
    return root


def _line(entry: etree._Element) -> BankLine:
    bik = entry.get("BIC", "")
    about = next(_children(entry, "ParticipantInfo"), None)
    name = "" if about is None else about.get("NameP", "").strip()
    if about is None or not _BIK.fullmatch(bik) or not name:
        raise DirectoryBroken(f"The entry in line {entry.sourceline} has no BIK or no name.")
    city = " ".join(filter(None, (about.get("Tnp"), about.get("Nnp"))))
    return BankLine(bik, name, city or None, _correspondent_account(entry))


def _correspondent_account(entry: etree._Element) -> str | None:
    for account in _children(entry, "Accounts"):
        if account.get("RegulationAccountType") != _CORRESPONDENT or account.get("AccountStatus") in _DELETED:
            continue
        number = account.get("Account", "")
        if not _ACCOUNT.fullmatch(number):
            raise DirectoryBroken(f"The account in line {account.sourceline} has not twenty digits.")
        return number
    return None


def _is_deleted(entry: etree._Element) -> bool:
    return any(each.get("ParticipantStatus") in _DELETED for each in _children(entry, "ParticipantInfo"))


def _children(parent: etree._Element, name: str) -> Iterator[etree._Element]:
    return parent.iterchildren(f"{{*}}{name}")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="infra.banks", description="Load the directory of BIKs.")
    parser.add_argument("file", type=Path)
    path = parser.parse_args(arguments).file
    try:
        owner_url = env.text(_VARIABLE)
        lines = read(path.read_bytes())
    except (env.SettingsError, OSError, DirectoryBroken) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    with connected(owner_url) as connection:
        loaded = load(connection, lines, now=utc_now())
    print(f"{loaded.kept} banks, {loaded.gone} gone.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
