"""SMS.RU's callbacks: who sent them, and what they say. The standard library only: the function that hears has no more.

A form of ``data[0]`` … ``data[N]`` and ``hash``, the lowercase hex SHA-256 of our key and all records in the order of
their numbers, with nothing between them. XX
"""

import hashlib
import hmac
import re
from datetime import UTC, datetime
from typing import Final
from urllib.parse import parse_qsl

from shared.adapters.sms.smsru_codes import progress_of
from shared.ports.sms import ForgedCallback, SmsReport

#: What ends SMS.RU's repeats, which come every 60 s for up to 5 days.
ACKNOWLEDGED: Final = "100"

#: 100 records, their hash, and room for what SMS.RU may add one day
_MOST_FIELDS: Final = 110
#: data[0] … data[99]
_KEY: Final = re.compile(r"data\[(0|[1-9]\d?)\]", re.ASCII)
_REPORT: Final = re.compile(r"sms_status\n([\w.\-]{1,64})\n(-?\d{1,4})\n(\d{1,10})\s*", re.ASCII)


def reports_of(form: bytes, *, api_id: str) -> list[SmsReport]:
    """What the records say of messages, in their order; heartbeats and what nobody knows are left out.

    :raises ForgedCallback: no such form, or its hash isn't made of these records with our key
    """
    records, said = _fields(form)
    content = b"".join(record.encode("latin-1") for record in records)
    expected = hashlib.sha256(api_id.encode() + content).hexdigest()
    if not hmac.compare_digest(said.encode("latin-1"), expected.encode()):
        raise ForgedCallback("wrong hash")
    return [report for record in records if (report := _report_of(record)) is not None]


def _report_of(record: str) -> SmsReport | None:
    found = _REPORT.fullmatch(record.replace("\r\n", "\n"))
    if found is None:
        return None
    message_id, code, seconds = found.groups()
    return SmsReport(message_id, progress_of(code), code, datetime.fromtimestamp(int(seconds), UTC))


def _fields(form: bytes) -> tuple[list[str], str]:
    """The records by their numbers, and the hash: each character is one byte of what was sent.

    :raises ForgedCallback: no form, or one in which a name comes twice
    """
    try:
        pairs = parse_qsl(
            form.decode("ascii"), keep_blank_values=True, encoding="latin-1", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        raise ForgedCallback("no form") from None
    fields = dict(pairs)
    if len(fields) < len(pairs):
        raise ForgedCallback("a name twice")
    numbered = {int(match[1]): value for key, value in fields.items() if (match := _KEY.fullmatch(key))}
    return [numbered[number] for number in sorted(numbered)], fields.get("hash", "")
