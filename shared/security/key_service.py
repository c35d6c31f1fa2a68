"""The keys of personal data, opened once a process on first use: from the secret store, or by a cloud KMS.

The tree::

    Unavailable
      KeyServiceUnavailable  503  no answer in time, or it is too busy; the next request asks again
    KeyServiceRefused             it answers, and does not open: an operator mends rights or settings
"""

import threading
from functools import cache
from typing import Protocol

from shared.config import personal_data
from shared.config.personal_data import KeyService, PersonalDataKeys
from shared.kernel.errors import Unavailable

_RETRY_SECONDS = 5


class KeyServiceUnavailable(Unavailable):
    """Nothing personal can be read or written without keys."""

    code = "keys_unavailable"
    retry_after_seconds = _RETRY_SECONDS

    def __init__(self, reason: str) -> None:
        super().__init__("Сервис временно недоступен. Попробуйте ещё раз через минуту.")
        self.reason = reason


class KeyServiceRefused(Exception):
    """The text names the service's own code, never a key or a ciphertext."""


class KeyDecryptor(Protocol):
    """The port: what a key service must do."""

    def decrypt(self, ciphertext: bytes) -> bytes:
        """:raises KeyServiceUnavailable, KeyServiceRefused: as they say"""


#: Two requests that start at once in one process must not ask twice.
_first_use = threading.Lock()


def personal_data_keys() -> PersonalDataKeys:
    """The ring and the index keys; the first call opens them, failures are not remembered.

    :raises SettingsError: a key is missing or weak
    :raises KeyServiceUnavailable, KeyServiceRefused: as they say
    """
    with _first_use:
        return _opened()


@cache
def _opened() -> PersonalDataKeys:
    if personal_data.key_service() is KeyService.ENVIRONMENT:
        return personal_data.plain_keys()
    from shared.config import aws  # noqa: PLC0415 -- with the keys at hand nothing of the cloud is loaded
    from shared.security.kms import Kms  # noqa: PLC0415 -- same

    sealed = personal_data.sealed_keys()
    kms: KeyDecryptor = Kms(sealed.kms_key_arn, aws.load())
    return personal_data.opened_keys(kms.decrypt(sealed.ciphertext))
