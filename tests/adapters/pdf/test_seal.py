"""The sealed file: anyone can take the signed bytes out and hash them."""

import hashlib
import io
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pypdf
import pytest

from shared.adapters.pdf import pdf_renderer
from shared.ports.pdf import BadDocumentData, UnknownTemplate

DOCUMENT_ID = UUID("01932f5e-7c00-7000-8000-0000000000a1")
DATED = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
SEALED_AT = datetime(2026, 11, 24, 21, 1, tzinfo=UTC)


def seal(signed: bytes, sheet: dict[str, Any]) -> bytes:
    return pdf_renderer().seal(signed, sheet, document_id=DOCUMENT_ID, dated=SEALED_AT)


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def read(pdf: bytes) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(pdf))


def drawing(page: pypdf.PageObject) -> bytes:
    contents = page.get_contents()
    assert contents is not None
    return contents.get_data()


@pytest.fixture(scope="module")
def signed(samples: SimpleNamespace) -> bytes:
    return pdf_renderer().render(
        "service_contract_secondary_sell", 1, samples.contract(), document_id=DOCUMENT_ID, dated=DATED
    )


@pytest.fixture(scope="module")
def sealed(samples: SimpleNamespace, signed: bytes) -> bytes:
    return seal(signed, samples.sheet(sha256(signed)))


class TestSealed:
    def test_holds_the_signed_file_byte_for_byte(self, signed: bytes, sealed: bytes) -> None:
        assert dict(read(sealed).attachments) == {"signed.pdf": [signed]}

    def test_shows_the_signed_pages_and_then_the_sheet(self, signed: bytes, sealed: bytes) -> None:
        before, after = read(signed).pages, read(sealed).pages

        assert len(after) == len(before) + 1
        for old, new in zip(before, after, strict=False):
            assert new.extract_text() == old.extract_text()
            assert drawing(new) == drawing(old)

    def test_tells_who_signed_when_and_how(self, signed: bytes, sealed: bytes) -> None:
        sheet = " ".join(read(sealed).pages[-1].extract_text().split())

        for phrase in (
            "Документ подписан простой электронной подписью",
            "№ H-2026-000123 от 24 ноября 2026 г.",
            sha256(signed),
            "Иванов Иван Иванович за ООО «Северный дом» Генеральный директор Основание полномочий: Устав",
            "24.11.2026 12:30:05 МСК (24.11.2026 09:30:05 UTC)",
            "25.11.2026 00:00:59 МСК (24.11.2026 21:00:59 UTC)",
            "код из СМС на номер +7 *** ***-45-67",
            "01932f5e-7c00-7000-8000-0000000000b1",
            "203.0.113.7",
            "https://lk.housler.ru/verify/01932f5e-7c00-7000-8000-0000000000a1",
        ):
            assert phrase in sheet
        assert "916" not in sheet

    def test_is_the_same_for_the_same_arguments(
        self, samples: SimpleNamespace, signed: bytes, sealed: bytes
    ) -> None:
        assert seal(signed, samples.sheet(sha256(signed))) == sealed

    def test_lists_many_signatures_over_pages(self, samples: SimpleNamespace, signed: bytes) -> None:
        one = samples.sheet(sha256(signed))["signatures"][0]
        many = [{**one, "name": f"Подписант {no}"} for no in range(1, 21)]

        pages = read(seal(signed, samples.sheet(sha256(signed), signatures=many))).pages

        text = " ".join(page.extract_text() for page in pages)
        assert all(f"Подписант {no}\n" in text for no in range(1, 21))


class TestRefusals:
    def test_a_sheet_that_speaks_of_another_file(self, samples: SimpleNamespace, signed: bytes) -> None:
        with pytest.raises(BadDocumentData, match="sha256"):
            seal(signed, samples.sheet(sha256(signed + b"\n")))

    def test_a_sheet_without_signatures(self, samples: SimpleNamespace, signed: bytes) -> None:
        with pytest.raises(BadDocumentData, match="signatures"):
            seal(signed, samples.sheet(sha256(signed), signatures=[]))

    def test_a_sheet_of_an_unknown_version(self, samples: SimpleNamespace, signed: bytes) -> None:
        with pytest.raises(UnknownTemplate):
            seal(signed, samples.sheet(sha256(signed), template_version=9))

    def test_a_time_without_an_offset(self, samples: SimpleNamespace, signed: bytes) -> None:
        sheet = samples.sheet(sha256(signed))
        sheet["signatures"][1]["signed_at"] = "2026-11-24T09:30:05"

        with pytest.raises(BadDocumentData, match=r"^signatures\[1\]\.signed_at: must have an offset"):
            seal(signed, sheet)
