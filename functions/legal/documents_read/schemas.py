from typing import Annotated

from pydantic import ConfigDict, Field

from shared.http.inputs import RequestModel, ViewModel
from shared.users.legal_texts import AgreementDocument


class VersionQuery(RequestModel):
    """Without a version the text in force is meant."""

    version: Annotated[int, Field(ge=1, le=9_999)] | None = None


class LegalDocumentView(ViewModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "personal_data",
                    "version": "1",
                    "sha256": "3f0a377ba0a4a460ecb616f6507ce0d8cfa3e704025d4fda3ed0c5ca05468728",
                    "text": "СОГЛАСИЕ НА ОБРАБОТКУ ПЕРСОНАЛЬНЫХ ДАННЫХ …",
                }
            ]
        }
    )

    name: str
    version: str
    #: of the text in UTF-8, lower-case hex
    sha256: str
    text: str

    @classmethod
    def of(cls, name: str, document: AgreementDocument) -> "LegalDocumentView":
        return cls(name=name, version=document.version, sha256=document.sha256.hex(), text=document.text)
