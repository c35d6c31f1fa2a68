"""Who holds the keys of personal data, and what the environment says of them.

Here they are only read; ``shared.security.key_service`` opens them, and is whom to ask.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from shared.config import environment as env
from shared.config import keys
from shared.config.keys import NamedKeys


class KeyService(StrEnum):
    ENVIRONMENT = "environment"
    KMS = "kms"


#: what each needs beside ``HOUSLER_KEY_SERVICE``; the deployment refuses to go without
NEEDED: Final[Mapping[KeyService, tuple[str, ...]]] = {
    KeyService.ENVIRONMENT: ("HOUSLER_KEY_RING", "HOUSLER_INDEX_KEYS"),
    KeyService.KMS: ("HOUSLER_SEALED_KEYS", "HOUSLER_KMS_KEY_ARN"),
}


@dataclass(frozen=True, slots=True)
class PersonalDataKeys:
    """``ring`` wraps the keys of owners, ``index`` makes blind indexes."""

    ring: NamedKeys
    index: NamedKeys


@dataclass(frozen=True, slots=True)
class SealedKeys:
    """The same as ciphertext of a cloud KMS, and the ARN of the key there that opens it."""

    kms_key_arn: str
    ciphertext: bytes


def key_service() -> KeyService:
    """``HOUSLER_KEY_SERVICE``; the environment unless said otherwise.

    :raises SettingsError: no such service
    """
    try:
        return KeyService(env.text("HOUSLER_KEY_SERVICE", KeyService.ENVIRONMENT))
    except ValueError:
        raise env.SettingsError("HOUSLER_KEY_SERVICE must be environment or kms") from None


def plain_keys() -> PersonalDataKeys:
    """What the environment itself holds, put there from the secret store (``KeyService.ENVIRONMENT``).

    :raises SettingsError: a key is missing or weak
    """
    ring = _given("HOUSLER_KEY_RING", env.optional("HOUSLER_KEY_RING"))
    index = _given("HOUSLER_INDEX_KEYS", env.optional("HOUSLER_INDEX_KEYS"))
    return PersonalDataKeys(
        ring=keys.named_keys("HOUSLER_KEY_RING", ring), index=keys.named_keys("HOUSLER_INDEX_KEYS", index)
    )


def sealed_keys() -> SealedKeys:
    """What a cloud KMS is to open (``KeyService.KMS``).

    :raises SettingsError: it is missing, or no base64
    """
    encoded = _given("HOUSLER_SEALED_KEYS", env.optional("HOUSLER_SEALED_KEYS"))
    try:
        ciphertext = base64.b64decode(encoded, validate=True)
    except ValueError:
        raise env.SettingsError("HOUSLER_SEALED_KEYS must hold base64") from None
    return SealedKeys(_given("HOUSLER_KMS_KEY_ARN", env.optional("HOUSLER_KMS_KEY_ARN")), ciphertext)


def opened_keys(plaintext: bytes) -> PersonalDataKeys:
    """Read what ``HOUSLER_SEALED_KEYS`` sealed: ``{"ring": …, "index": …}``, each written as in the environment.

    :raises SettingsError: anything else, or a weak key
    """
    try:
        value = json.loads(plaintext)
        ring, index = json.dumps(value["ring"]), json.dumps(value["index"])
    except (ValueError, KeyError, TypeError):
        raise env.SettingsError('HOUSLER_SEALED_KEYS must seal {"ring": …, "index": …}') from None
    return PersonalDataKeys(
        ring=keys.named_keys("HOUSLER_SEALED_KEYS", ring), index=keys.named_keys("HOUSLER_SEALED_KEYS", index)
    )


def _given(name: str, value: str | None) -> str:
    # Read as optional: which of them must be set depends on the service.
    if value is None:
        raise env.SettingsError(f"set {name}")
    return value
