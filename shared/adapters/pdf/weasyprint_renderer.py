"""PDF by WeasyPrint, sealed by pikepdf."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from shared.adapters.pdf.pages import SIGNATURE_SHEET, Pages
from shared.adapters.pdf.sealing import append_sheet, check_hash
from shared.config.pdf import FONT_FILES


class ForbiddenAddress(FatalURLFetchingError):
    """A template asked for something that is neither a font of ours nor part of the page itself."""


class OwnFilesOnly(URLFetcher):
    """Answers "fonts:NAME" from one folder and "data:"; there is no network and no other file."""

    def __init__(self, fonts: Path) -> None:
        super().__init__(allowed_protocols=("data",))
        self._fonts = fonts

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        scheme, _, rest = url.partition(":")
        if scheme == "fonts" and rest in FONT_FILES:
            return URLFetcherResponse(url, (self._fonts / rest).read_bytes(), {"Content-Type": "font/ttf"})
        if scheme == "data":
            answer: URLFetcherResponse = super().fetch(url, headers)
            return answer
        raise ForbiddenAddress(scheme)


class WeasyPrintRenderer:
    """Implements ``PdfRenderer``. Not for several threads at once: Pango's font map is shared."""

    def __init__(self, *, templates: Path, fonts: Path) -> None:
        self._pages = Pages(templates)
        self._fetcher = OwnFilesOnly(fonts)
        self._fonts = FontConfiguration()
        self._style = CSS(
            string=(templates / "common" / "v1" / "page.css").read_text(encoding="utf-8"),
            font_config=self._fonts,
            url_fetcher=self._fetcher,
        )

    def render(
        self, template: str, version: int, data: Mapping[str, Any], *, document_id: UUID, dated: datetime
    ) -> bytes:
        return self._pdf(template, version, data, document_id=document_id, dated=dated, tags=True)

    def seal(
        self, signed: bytes, sheet_data: Mapping[str, Any], *, document_id: UUID, dated: datetime
    ) -> bytes:
        check_hash(signed, sheet_data)
        # Tags of two documents can't be joined, and the signed one keeps its own.
        sheet = self._pdf(
            SIGNATURE_SHEET,
            sheet_data["template_version"],
            sheet_data,
            document_id=document_id,
            dated=dated,
            tags=False,
        )
        return append_sheet(signed, sheet, dated=dated)

    def _pdf(
        self,
        template: str,
        version: int,
        data: Mapping[str, Any],
        *,
        document_id: UUID,
        dated: datetime,
        tags: bool,
    ) -> bytes:
        page = HTML(string=self._pages.html(template, version, data, dated=dated), url_fetcher=self._fetcher)
        pdf: bytes = page.write_pdf(
            stylesheets=[self._style],
            font_config=self._fonts,
            pdf_identifier=document_id.bytes,
            pdf_tags=tags,
        )
        return pdf
