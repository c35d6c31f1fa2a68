from typing import Self

from pydantic import ConfigDict

from shared.http.inputs import ViewModel
from shared.kernel.inn_structure import InnKind, InnStructure


class InnView(ViewModel):
    """``tax_office``: the four digits of the inspection that gave the number; ``valid``: its control digits hold."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kind": "company", "tax_office": "7707", "valid": True}]}
    )

    kind: InnKind
    tax_office: str
    valid: bool

    @classmethod
    def of(cls, structure: InnStructure) -> Self:
        return cls(**structure._asdict())
