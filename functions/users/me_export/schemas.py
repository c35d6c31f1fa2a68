from datetime import datetime
from typing import Any, Final, Self
from uuid import UUID

from pydantic import ConfigDict, JsonValue, model_validator

from shared.http.inputs import RequestModel, ViewModel
from shared.privacy.export import Export, Section, Wanted

_EXAMPLE: Final[dict[str, Any]] = {
    "exported_at": "2026-11-24T10:00:00Z",
    "sections": {
        "consents": [
            {
                "id": "0193a5c2-7b1e-7c31-9f52-2f6d1c0a7e51",
                "kind": "terms",
                "document_version": "1",
                "given_at": "2026-11-20T10:00:00Z",
                "withdrawn_at": None,
            }
        ]
    },
    "more": {},
}


class ExportQuery(RequestModel):
    """``after`` goes on with one section where ``more`` of an answer says that there is more."""

    section: Section | None = None
    after: UUID | None = None

    @model_validator(mode="after")
    def _goes_on_with_a_section(self) -> Self:
        if self.after is not None and self.section is None:
            raise ValueError("Укажите раздел, который нужно продолжить.")
        return self

    def wanted(self) -> Wanted:
        return Wanted(self.section, self.after)


class ExportView(ViewModel):
    """Money is in kopecks, times are UTC; a document's ``file`` is a link that lives for a quarter of an hour."""

    model_config = ConfigDict(json_schema_extra={"examples": [_EXAMPLE]})

    exported_at: datetime
    sections: dict[Section, list[dict[str, JsonValue]]]
    #: sections that go on: ask for each with ``?section=NAME&after=ID``
    more: dict[Section, UUID]

    @classmethod
    def of(cls, export: Export, at: datetime) -> "ExportView":
        return cls.model_validate({"exported_at": at, "sections": export.sections, "more": export.more})
