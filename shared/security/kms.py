"""AWS KMS without an SDK: one signed ``Decrypt``, tried again within bounds.

The calls and their errors are those of the "AWS Key Management Service API Reference" (Decrypt).
"""

import base64
import json
import ssl
import time
from collections.abc import Mapping
from http.client import OK, HTTPConnection, HTTPException, HTTPSConnection
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from shared.config.aws import AwsSettings
from shared.kernel.clock import utc_now
from shared.security import sigv4
from shared.security.key_service import KeyServiceRefused, KeyServiceUnavailable

#: Authenticated with the ciphertext: what the same key sealed for another purpose does not open as our keys.
ENCRYPTION_CONTEXT: Final[Mapping[str, str]] = {"service": "housler", "purpose": "personal-data-keys"}

_TIMEOUT_SECONDS: Final = 2
_ANSWER_LIMIT_BYTES: Final = 64 * 1024
#: Decrypting changes nothing, so that a repeat is safe; two waits in each try, this ends within 13 s.
_PAUSES_SECONDS: Final = (0.2, 0.6)
_SERVER_ERROR: Final = 500
#: answered with status 400, and worth another try
_BUSY: Final = frozenset({"ThrottlingException", "LimitExceededException", "DependencyTimeoutException"})


class _Answer(NamedTuple):
    status: int
    fields: dict[str, Any]

    @property
    def code(self) -> str:
        """``AccessDeniedException`` and the like; the service may put a namespace before it."""
        kind = self.fields.get("__type")
        return kind.rsplit("#", 1)[-1][:80] if isinstance(kind, str) else f"HTTP {self.status}"


class Kms:
    """Opens with one key; it refuses what another key sealed."""

    def __init__(self, key_arn: str, cloud: AwsSettings) -> None:
        self._key_arn = key_arn
        self._cloud = cloud
        self._endpoint = cloud.kms_endpoint_url or f"https://kms.{cloud.region}.amazonaws.com"

    def decrypt(self, ciphertext: bytes) -> bytes:
        """:raises KeyServiceUnavailable: no use in any of three tries
        :raises KeyServiceRefused: no right to the key, another key, or altered bytes
        """
        body = json.dumps(
            {
                "KeyId": self._key_arn,
                "CiphertextBlob": base64.b64encode(ciphertext).decode(),
                "EncryptionContext": ENCRYPTION_CONTEXT,
            }
        ).encode()
        for pause in _PAUSES_SECONDS:
            try:
                return self._decrypt_once(body)
            except KeyServiceUnavailable:
                time.sleep(pause)
        return self._decrypt_once(body)

    def _decrypt_once(self, body: bytes) -> bytes:
        answer = self._ask(body)
        if answer.status == OK:
            return _plaintext(answer)
        if answer.status >= _SERVER_ERROR or answer.code in _BUSY:
            raise KeyServiceUnavailable(answer.code)
        raise KeyServiceRefused(f"the key service answers {answer.code}")

    def _ask(self, body: bytes) -> _Answer:
        headers = sigv4.signed_headers(
            self._cloud,
            service="kms",
            url=self._endpoint + "/",
            headers={"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "TrentService.Decrypt"},
            body=body,
            now=utc_now(),
        )
        connection = self._connection()
        try:
            connection.request("POST", "/", body=body, headers=headers)
            response = connection.getresponse()
            return _Answer(response.status, _fields(response.read(_ANSWER_LIMIT_BYTES)))
        except (OSError, HTTPException) as error:
            raise KeyServiceUnavailable(type(error).__name__) from None
        finally:
            connection.close()

    def _connection(self) -> HTTPConnection:
        url = urlsplit(self._endpoint)
        if url.scheme == "https":
            return HTTPSConnection(url.netloc, timeout=_TIMEOUT_SECONDS, context=ssl.create_default_context())
        return HTTPConnection(url.netloc, timeout=_TIMEOUT_SECONDS)


def _fields(content: bytes) -> dict[str, Any]:
    try:
        fields = json.loads(content)
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}


def _plaintext(answer: _Answer) -> bytes:
    try:
        return base64.b64decode(answer.fields["Plaintext"], validate=True)
    except (KeyError, TypeError, ValueError):
        raise KeyServiceUnavailable("an answer without a plaintext") from None
