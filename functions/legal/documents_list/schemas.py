from typing import Any, Final

from pydantic import ConfigDict

from shared.http.inputs import ViewModel
from shared.users.legal_texts import AgreementDocument

_EXAMPLE: Final[dict[str, Any]] = {
    "name": "personal_data",
    "title": "СОГЛАСИЕ НА ОБРАБОТКУ ПЕРСОНАЛЬНЫХ ДАННЫХ",
    "version": "1",
    "sha256": "3f0a377ba0a4a460ecb616f6507ce0d8cfa3e704025d4fda3ed0c5ca05468728",
}


class LegalDocumentLine(ViewModel):
    name: str
    title: str
    version: str
    #: of the text in UTF-8, lower-case hex
    sha256: str

    @classmethod
    def of(cls, name: str, document: AgreementDocument) -> "LegalDocumentLine":
        return cls(name=name, title=document.title, version=document.version, sha256=document.sha256.hex())


class LegalDocumentsView(ViewModel):
    model_config = ConfigDict(json_schema_extra={"examples": [{"items": [_EXAMPLE]}]})

    items: list[LegalDocumentLine]
