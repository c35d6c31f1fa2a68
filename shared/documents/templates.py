"""The registered versions of contract templates; a used version never changes."""

import hashlib
from dataclasses import fields
from datetime import datetime
from pathlib import Path
from typing import Final

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from shared.config import pdf
from shared.deals.models import DealType
from shared.documents import act_data, contract_data
from shared.documents.errors import TemplateChanged
from shared.documents.models import ContractTemplate, DocumentKind
from shared.kernel.identifiers import new_id

CONTRACTS: Final = {DealType.SECONDARY_SELL: "service_contract_secondary_sell"}
SUBCONTRACT: Final = "service_subcontract"
ACT: Final = "act_of_completion"
_VERSION: Final = 1
_SHAPES: Final = {
    CONTRACTS[DealType.SECONDARY_SELL]: contract_data.ServiceContract,
    SUBCONTRACT: contract_data.ServiceSubcontract,
    ACT: act_data.ActOfCompletion,
}


def registered(
    session: Session, name: str, *, kind: DocumentKind, deal_type: DealType | None, now: datetime
) -> ContractTemplate:
    """The current version of a template, registered at its first use.

    :raises TemplateChanged: its files are not those that were registered
    """
    digest = _digest(pdf.load().templates, name)
    session.execute(
        insert(ContractTemplate)
        .values(
            id=new_id(),
            name=name,
            version=_VERSION,
            kind=kind,
            deal_type=deal_type,
            placeholders=[field.name for field in fields(_SHAPES[name])],
            sha256=digest,
            active=True,
            created_at=now,
        )
        .on_conflict_do_nothing(index_elements=["name", "version"])
    )
    template = session.scalars(
        select(ContractTemplate).where(ContractTemplate.name == name, ContractTemplate.version == _VERSION)
    ).one()
    if template.sha256 != digest:
        raise TemplateChanged(name, _VERSION)
    return template


def _digest(contracts: Path, name: str) -> bytes:
    """SHA-256 over the version's own files and the common ones, names and contents, in order."""
    whole = hashlib.sha256()
    for folder in (contracts / name / f"v{_VERSION}", contracts / "common" / f"v{_VERSION}"):
        for file in sorted(path for path in folder.rglob("*") if path.is_file()):
            whole.update(file.relative_to(contracts).as_posix().encode() + b"\0")
            whole.update(hashlib.sha256(file.read_bytes()).digest())
    return whole.digest()
