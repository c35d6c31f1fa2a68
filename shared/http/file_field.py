"""A file within a JSON body."""

import base64
import binascii
from typing import Annotated, Final

from pydantic import Field

from shared.kernel.errors import Invalid

#: of base64; the body's own limit (``HOUSLER_BODY_LIMIT_BYTES``) is usually lower
_LONGEST: Final = 6_000_000

FileField = Annotated[
    str,
    Field(min_length=4, max_length=_LONGEST, pattern=r"^[A-Za-z0-9+/]+={0,2}$", examples=["MUNDbGllbnQ="]),
]


class NotBase64(Invalid):
    code = "not_base64"

    def __init__(self) -> None:
        super().__init__("Содержимое файла должно быть в base64.")


def bytes_of(content: str) -> bytes:
    """:raises NotBase64: it isn't"""
    try:
        return base64.b64decode(content, validate=True)
    except binascii.Error:
        raise NotBase64 from None
