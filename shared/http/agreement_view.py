"""The agreement on electronic signatures: its text in force and whether the caller accepted it."""

from typing import Self

from pydantic import ConfigDict

from shared.http.inputs import ViewModel
from shared.users.legal_texts import AgreementDocument


class SignatureAgreementView(ViewModel):
    """``sha256`` is of the text in UTF-8; accepting names it, so that what was read is what is accepted."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "version": "1",
                    "sha256": "3f0a377ba0a4a460ecb616f6507ce0d8cfa3e704025d4fda3ed0c5ca05468728",
                    "text": "СОГЛАШЕНИЕ ОБ ЭЛЕКТРОННОМ ВЗАИМОДЕЙСТВИИ …",
                    "accepted": False,
                }
            ]
        }
    )

    version: str
    sha256: str
    text: str
    accepted: bool

    @classmethod
    def of(cls, document: AgreementDocument, *, accepted: bool) -> Self:
        return cls(
            version=document.version, sha256=document.sha256.hex(), text=document.text, accepted=accepted
        )
