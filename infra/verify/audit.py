"""``python -m infra.verify.audit [--json] [--minutes N]``: is the audit log what was once chained and sealed?

Reads the database at ``DATABASE_URL`` (the application's role will do), the seals outside of it in the bucket
``S3_BUCKET_DOCUMENTS`` (by default the deployed stack's) and the keys in ``HOUSLER_AUDIT_KEYS``; changes nothing.
Exits with 1 when something is wrong. With ``--json`` the last line is
``{"ok", "lines", "seals", "found", "first": {"wrong", "position", "line", "sentence"}, "findings": […]}``.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from infra.verify.chain import GRACE, ChainCheck
from infra.verify.findings import Finding, Report
from infra.verify.reading import check_chain, check_rest, one_snapshot, spool_outside_seals
from shared.adapters.storage.s3 import object_storage
from shared.config import audit
from shared.config.environment import SettingsError
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.ports.storage import ListedStorage

_BUCKET: Final = "S3_BUCKET_DOCUMENTS"
#: One statement looks through the whole log for lines without a place.
_PATIENCE: Final = {
    "DATABASE_STATEMENT_TIMEOUT_MS": "900000",
    "DATABASE_IDLE_TRANSACTION_TIMEOUT_MS": "900000",
}
_SHOWN: Final = 20
_GRACE_MINUTES: Final = GRACE // timedelta(minutes=1)


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="./dev verify audit")
    parser.add_argument("--json", action="store_true", help="the last line is one JSON object")
    parser.add_argument(
        "--minutes",
        type=int,
        default=_GRACE_MINUTES,
        help=f"how long a line may wait for its place in the chain ({_GRACE_MINUTES})",
    )
    given = parser.parse_args(arguments)
    for name, value in _PATIENCE.items():
        os.environ.setdefault(name, value)
    try:
        if _BUCKET not in os.environ:
            os.environ[_BUCKET] = _deployed_bucket()
        report = verify(object_storage(), audit.seal_keys().keys, now=utc_now(), minutes=given.minutes)
    except SettingsError as missing:
        print(missing, file=sys.stderr)
        return 2
    _print(report)
    if given.json:
        print(json.dumps(_told(report), ensure_ascii=False))
    return 1 if report.found else 0


def verify(storage: ListedStorage, keys: Mapping[str, bytes], *, now: datetime, minutes: int) -> Report:
    """Check the whole log, in memory that doesn't grow with it.

    :param keys: those that seals were made with, by name; also the old ones
    """
    report = Report()
    with tempfile.TemporaryFile() as spool:
        spool_outside_seals(storage, spool, report)
        spool.seek(0)
        with Transactions()() as session:
            one_snapshot(session)
            check_chain(session, spool, ChainCheck(report, keys=keys, now=now))
            check_rest(session, report, now=now, minutes=minutes)
    return report


def _deployed_bucket() -> str:
    from infra import cloud  # noqa: PLC0415 -- only where no bucket is named

    return cloud.deployed().outputs["DocumentsBucket"]


def _print(report: Report) -> None:
    print(f"Checked {report.lines} lines of the audit log and {report.seals} seals of its chain.")
    if report.first is None:
        print("All of it is as it was chained and sealed.")
        return
    print(f"{report.found} things are wrong. The first: {report.first.sentence} ({report.first.wrong}).")
    for each in report.findings[:_SHOWN]:
        print(f"  {each.wrong:<15} {each.sentence}")
    if report.found > _SHOWN:
        print(f"  … and {report.found - _SHOWN} more")


def _told(report: Report) -> dict[str, object]:
    return {
        "ok": not report.found,
        "lines": report.lines,
        "seals": report.seals,
        "found": report.found,
        "first": None if report.first is None else _as_json(report.first),
        "findings": [_as_json(each) for each in report.findings],
    }


def _as_json(finding: Finding) -> dict[str, object]:
    return {
        "wrong": finding.wrong,
        "position": finding.position,
        "line": finding.line_id,
        "sentence": finding.sentence,
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
