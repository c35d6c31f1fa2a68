"""Making documents: a contract from its template, and the sealed copy with the sheet of signatures.

Data are JSON mappings whose shapes are the dataclasses of ``shared.documents.contract_data``: sums are whole
kopecks, shares basis points, days ISO dates, moments RFC 3339 with an offset.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID


class UnknownTemplate(Exception):
    """There is no such template, or no such version of it."""

    def __init__(self, template: str, version: int) -> None:
        super().__init__(f"no template {template!r} version {version}")
        self.template = template
        self.version = version


class BadDocumentData(Exception):
    """The data don't fit the template. The text names the field and the fault and never the value."""

    def __init__(self, path: str, fault: str) -> None:
        super().__init__(f"{path or 'data'}: {fault}")
        self.path = path
        self.fault = fault


class PdfRenderer(Protocol):
    def render(
        self, template: str, version: int, data: Mapping[str, Any], *, document_id: UUID, dated: datetime
    ) -> bytes:
        """A PDF (A4, fonts embedded). The same arguments give the same bytes, also in another process.

        :param template: a folder of ``templates/contracts``, e.g. "service_contract_secondary_sell"
        :param version: 1, 2, …; a version that has been signed never changes
        :param document_id: becomes the file's identifier
        :param dated: aware; becomes the file's date of creation
        :raises UnknownTemplate: no such folder
        :raises BadDocumentData: a field is missing, unknown, of a wrong type or at odds with another
        """
        ...

    def seal(
        self, signed: bytes, sheet_data: Mapping[str, Any], *, document_id: UUID, dated: datetime
    ) -> bytes:
        """The signed pages, then the sheet of signatures, with ``signed`` itself attached as "signed.pdf".

        Whoever has the result can take the attachment out and hash it: it is ``signed`` byte for byte.

        :param sheet_data: a ``SignatureSheet``; its ``sha256`` must be that of ``signed``
        :raises BadDocumentData: as in ``render``, and when the hash is of other bytes
        """
        ...
