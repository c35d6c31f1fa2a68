"""A contract's bytes: the same for the same data, with our fonts and nothing personal about them."""

import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast
from uuid import UUID

import pypdf
import pytest
from weasyprint.text.ffi import harfbuzz_subset

from shared.adapters.pdf import pdf_renderer

SELL = "service_contract_secondary_sell"
SUBCONTRACT = "service_subcontract"
DOCUMENT_ID = UUID("01932f5e-7c00-7000-8000-0000000000a1")
DATED = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ROOT = Path(__file__).parents[3]


def render(template: str, data: dict[str, Any], *, document_id: UUID = DOCUMENT_ID) -> bytes:
    return pdf_renderer().render(template, 1, data, document_id=document_id, dated=DATED)


@pytest.fixture(scope="module")
def agency_pdf(samples: SimpleNamespace) -> bytes:
    return render(SELL, samples.contract())


class TestBytes:
    def test_are_the_same_for_the_same_arguments(self, samples: SimpleNamespace, agency_pdf: bytes) -> None:
        assert render(SELL, samples.contract()) == agency_pdf

    @pytest.mark.parametrize("hash_seed", ["1", "2"])
    def test_are_the_same_in_another_process(
        self, samples: SimpleNamespace, agency_pdf: bytes, hash_seed: str
    ) -> None:
        program = (
            "import json, sys\nfrom datetime import datetime\nfrom uuid import UUID\n"
            "from shared.adapters.pdf import pdf_renderer\n"
            "template, data, key, dated = json.load(sys.stdin)\n"
            "sys.stdout.buffer.write(pdf_renderer().render(template, 1, data,"
            " document_id=UUID(key), dated=datetime.fromisoformat(dated)))\n"
        )

        done = subprocess.run(  # noqa: S603 -- our own interpreter and program
            [sys.executable, "-c", program],
            input=json.dumps([SELL, samples.contract(), str(DOCUMENT_ID), DATED.isoformat()]).encode(),
            env={**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(ROOT), "TZ": "Asia/Omsk"},
            capture_output=True,
            check=True,
            timeout=60,
        )

        assert done.stdout == agency_pdf

    def test_differ_by_document(self, samples: SimpleNamespace, agency_pdf: bytes) -> None:
        assert render(SELL, samples.contract(), document_id=UUID(int=7)) != agency_pdf

    def test_bear_the_given_date_and_nothing_personal_in_the_title(self, agency_pdf: bytes) -> None:
        about = pypdf.PdfReader(io.BytesIO(agency_pdf)).metadata

        assert about is not None
        assert about.creation_date == DATED
        assert about.title == "Договор № H-2026-000123"

    def test_embed_our_fonts_and_no_others(self, agency_pdf: bytes) -> None:
        fonts = {}
        for page in pypdf.PdfReader(io.BytesIO(agency_pdf)).pages:
            for font in cast("Any", page)["/Resources"]["/Font"].values():
                inner = font.get_object()["/DescendantFonts"][0].get_object()
                name = str(inner["/BaseFont"]).partition("+")[2]
                fonts[name] = "/FontFile2" in inner["/FontDescriptor"].get_object()

        assert fonts == {"Contract": True, "Label": True, "Label-Bold": True}

    def test_are_subset_by_the_fast_library(self) -> None:
        assert harfbuzz_subset is not None
