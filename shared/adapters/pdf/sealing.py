"""The sealed file: the signed pages, the sheet of signatures, and the signed bytes themselves inside."""

import hashlib
import io
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pikepdf

from shared.ports.pdf import BadDocumentData

ATTACHMENT = "signed.pdf"


def check_hash(signed: bytes, sheet_data: Mapping[str, Any]) -> None:
    """:raises BadDocumentData: the sheet speaks of another file, or has no version"""
    if type(sheet_data.get("template_version")) is not int:
        raise BadDocumentData("template_version", "must be a whole number")
    if sheet_data.get("sha256") != hashlib.sha256(signed).hexdigest():
        raise BadDocumentData("sha256", "is not the hash of the signed file")


def append_sheet(signed: bytes, sheet: bytes, *, dated: datetime) -> bytes:
    """The same inputs give the same bytes: the file's identifier comes from its content, its dates from ``dated``."""
    stamp = f"D:{dated.astimezone(UTC):%Y%m%d%H%M%S}Z"
    with pikepdf.open(io.BytesIO(signed)) as document, pikepdf.open(io.BytesIO(sheet)) as pages:
        document.pages.extend(pages.pages)
        document.attachments[ATTACHMENT] = pikepdf.AttachedFileSpec(
            document,
            signed,
            filename=ATTACHMENT,
            description="Подписанный файл",
            mime_type="application/pdf",
            creation_date=stamp,
            mod_date=stamp,
            relationship=pikepdf.Name.Source,
        )
        document.docinfo["/ModDate"] = stamp
        sealed = io.BytesIO()
        document.save(sealed, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return sealed.getvalue()
