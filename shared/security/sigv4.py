"""AWS Signature Version 4 from the standard library: a request path signs without loading an SDK.

The rules are those of the "Signature Version 4 signing process" in the AWS General Reference; tests compare the
bytes with botocore's own signer.
"""

import hashlib
import hmac
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import quote, urlsplit

from shared.config.aws import AwsSettings

_ALGORITHM: Final = "AWS4-HMAC-SHA256"


def signed_headers(
    aws: AwsSettings, *, service: str, url: str, headers: Mapping[str, str], body: bytes, now: datetime
) -> dict[str, str]:
    """The headers of a signed POST.

    :param url: without a query
    :param headers: what is to be signed beside ``Host`` and the date
    :param now: aware UTC
    """
    stamp = _stamp(now)
    all_headers = {**headers, "Host": urlsplit(url).netloc, "X-Amz-Date": stamp}
    if aws.session_token:
        all_headers["X-Amz-Security-Token"] = aws.session_token
    lower = {name.lower(): " ".join(value.split()) for name, value in all_headers.items()}
    names = ";".join(sorted(lower))
    request = "\n".join(
        (
            "POST",
            urlsplit(url).path or "/",
            "",
            *(f"{name}:{lower[name]}" for name in sorted(lower)),
            "",
            names,
            hashlib.sha256(body).hexdigest(),
        )
    )
    scope = _scope(aws, service, stamp)
    signature = _signature(aws, service, stamp, request)
    credential = f"{aws.access_key_id}/{scope}"
    all_headers["Authorization"] = (
        f"{_ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={signature}"
    )
    return all_headers


def presigned_get(
    aws: AwsSettings, *, url: str, query: Mapping[str, str], expires_seconds: int, now: datetime
) -> str:
    """A link to an S3 object that is valid for ``expires_seconds`` from ``now`` (aware UTC).

    :param url: its path already percent-encoded
    :param query: S3's own parameters, e.g. ``response-content-disposition``
    """
    stamp = _stamp(now)
    auth = {
        "X-Amz-Algorithm": _ALGORITHM,
        "X-Amz-Credential": f"{aws.access_key_id}/{_scope(aws, 's3', stamp)}",
        "X-Amz-Date": stamp,
        "X-Amz-Expires": str(expires_seconds),
        "X-Amz-SignedHeaders": "host",
    }
    if aws.session_token:
        auth["X-Amz-Security-Token"] = aws.session_token
    parts = urlsplit(url)
    pairs = [f"{_encoded(name)}={_encoded(value)}" for name, value in {**query, **auth}.items()]
    request = "\n".join(
        ("GET", parts.path, "&".join(sorted(pairs)), f"host:{parts.netloc}", "", "host", "UNSIGNED-PAYLOAD")
    )
    return f"{url}?{'&'.join(pairs)}&X-Amz-Signature={_signature(aws, 's3', stamp, request)}"


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")


def _stamp(now: datetime) -> str:
    return now.strftime("%Y%m%dT%H%M%SZ")


def _scope(aws: AwsSettings, service: str, stamp: str) -> str:
    return f"{stamp[:8]}/{aws.region}/{service}/aws4_request"


def _signature(aws: AwsSettings, service: str, stamp: str, request: str) -> str:
    key = b"AWS4" + aws.secret_access_key.encode()
    for step in (stamp[:8], aws.region, service, "aws4_request"):
        key = hmac.digest(key, step.encode(), "sha256")
    digest = hashlib.sha256(request.encode()).hexdigest()
    to_sign = "\n".join((_ALGORITHM, stamp, _scope(aws, service, stamp), digest))
    return hmac.digest(key, to_sign.encode(), "sha256").hex()
