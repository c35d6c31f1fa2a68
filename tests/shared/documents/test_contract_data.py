"""The data of documents: read strictly, written back as they were."""

import copy
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from shared.documents.contract_data import ServiceContract, ServiceSubcontract
from shared.documents.data_reading import as_json, read
from shared.ports.pdf import BadDocumentData

AGENT = {
    "kind": "self_employed",
    "tax_regime": "npd",
    "name": "Смирнова Ольга Андреевна",
    "short_name": "Смирнова О. А.",
    "inn": "500100732259",
    "phone": "+79161112233",
    "email": "smirnova@mail.example",
    "kpp": None,
    "ogrn": None,
    "legal_address": None,
    "bank": None,
    "signer": None,
}
AGENCY = AGENT | {
    "kind": "agency",
    "tax_regime": "osn",
    "name": "ООО «Дом»",
    "inn": "7707083893",
    "kpp": "770701001",
    "ogrn": "1027700132195",
    "legal_address": "г. Москва",
    "signer": {"name": "Иванов Иван Иванович", "position": "Директор", "basis": "Устав"},
}
STEP = {
    "no": 1,
    "amount_kopecks": 30_000_000,
    "trigger": "immediate",
    "release_rule": "act",
    "event": None,
    "due_on": None,
    "is_advance": False,
}
CONTRACT: dict[str, Any] = {
    "number": "H-1",
    "dated": "2026-11-24",
    "city": "г. Москва",
    "executor": AGENT,
    "client": {
        "name": "Петров Сергей Николаевич",
        "phone": "+79031234567",
        "email": None,
        "address": None,
        "birth_date": "1980-03-14",
        "passport": None,
    },
    "property": {
        "address": "г. Москва",
        "type": "apartment",
        "price_kopecks": 1_000_000_000,
        "cadastral_number": None,
    },
    "commission": {"total_kopecks": 30_000_000, "fixed_kopecks": None, "bps": 300, "vat": None},
    "steps": [STEP],
    "hold_days": 0,
    "silence_days": 5,
    "platform": {"name": "ООО «Хаузлер»", "url": "https://lk.housler.ru", "inn": "9701000003"},
    "verification_url": "https://lk.housler.ru/verify/1",
    "exclusive_until": None,
    "valid_until": None,
}
SUBCONTRACT: dict[str, Any] = {
    **{name: CONTRACT[name] for name in ("number", "dated", "city", "platform", "verification_url")},
    "agency": AGENCY,
    "agent": AGENT,
    "share_bps": 7000,
    "platform_fee_bps": 200,
    "hold_days": 0,
    "silence_days": 5,
    "main_contract": None,
    "steps": [],
}


def changed(change: Callable[[dict[str, Any]], object], base: dict[str, Any] = CONTRACT) -> dict[str, Any]:
    data = copy.deepcopy(base)
    change(data)
    return data


class TestRoundTrip:
    def test_of_a_contract(self) -> None:
        assert as_json(read(ServiceContract, json.loads(json.dumps(CONTRACT)))) == CONTRACT

    def test_of_a_subcontract(self) -> None:
        assert as_json(read(ServiceSubcontract, SUBCONTRACT)) == SUBCONTRACT

    def test_fields_with_a_default_may_be_left_out(self) -> None:
        data = changed(lambda it: (it.pop("exclusive_until"), it["steps"][0].pop("event")))

        assert as_json(read(ServiceContract, data)) == CONTRACT


class TestReading:
    @pytest.mark.parametrize(
        ("change", "path", "fault"),
        [
            (lambda it: it.pop("city"), "city", "is missing"),
            (lambda it: it["client"].pop("name"), "client.name", "is missing"),
            (lambda it: it["steps"][0].pop("no"), "steps[0].no", "is missing"),
            (lambda it: it.update(colour="red"), "colour", "is not a field of this document"),
            (lambda it: it.update(city="  "), "city", "must be one line"),
            (lambda it: it.update(city="Мос\nква"), "city", "must be one line"),
            (lambda it: it.update(city="Мос\x00ква"), "city", "must be one line"),
            (lambda it: it.update(city="М" * 2001), "city", "must be one line"),
            (lambda it: it.update(city=None), "city", "must be a text"),
            (lambda it: it.update(hold_days=1.0), "hold_days", "must be a whole number"),
            (lambda it: it.update(hold_days=True), "hold_days", "must be a whole number"),
            (lambda it: it.update(dated="24.11.2026"), "dated", "is not a date"),
            (lambda it: it["property"].update(type="castle"), "property.type", "is not a PropertyType"),
            (lambda it: it.update(steps={}), "steps", "must be a list"),
            (lambda it: it.update(steps=[STEP] * 201), "steps", "at most 200"),
            (lambda it: it.update(client=[]), "client", "must be an object"),
        ],
    )
    def test_names_the_path_and_the_fault(
        self, change: Callable[[dict[str, Any]], object], path: str, fault: str
    ) -> None:
        with pytest.raises(BadDocumentData) as refusal:
            read(ServiceContract, changed(change))

        assert refusal.value.path == path
        assert fault in refusal.value.fault


class TestWhatFieldsOweEachOther:
    @pytest.mark.parametrize(
        ("change", "fault"),
        [
            (lambda it: it["steps"][0].update(amount_kopecks=1), "steps must sum"),
            (lambda it: it["steps"][0].update(no=2), "steps must be numbered"),
            (lambda it: it.update(steps=[]), "steps must be numbered"),
            (lambda it: it["steps"][0].update(trigger="milestone"), "event of a milestone"),
            (lambda it: it["steps"][0].update(trigger="date"), "due_on of a dated step"),
            (lambda it: it["commission"].update(bps=301), "fixed sum plus the share"),
            (lambda it: it["commission"].update(bps=None), "fixed_kopecks or bps"),
            (lambda it: it["commission"].update(vat={"bps": 2200, "kopecks": 1}), "must fit"),
            (lambda it: it["commission"].update(vat={"bps": 2200, "kopecks": 30_000_000}), "less than"),
            (lambda it: it.update(executor=AGENCY), "must fit"),
            (lambda it: it.update(executor=AGENCY | {"signer": None}), "signer of an agency"),
            (lambda it: it.update(executor=AGENCY | {"tax_regime": "npd"}), "can't be npd"),
            (lambda it: it.update(executor=AGENT | {"tax_regime": "usn"}), "must be npd"),
            (lambda it: it["executor"].update(inn="7707083893"), "inn must have 12 digits"),
            (lambda it: it["client"].update(phone="89031234567"), "phone must be E.164"),
            (lambda it: it["property"].update(price_kopecks=0), "price_kopecks must be more than 0"),
            (lambda it: it.update(hold_days=-1), "hold_days"),
            (lambda it: it.update(silence_days=0), "silence_days"),
            (lambda it: it.update(verification_url="javascript:alert(1)"), "verification_url"),
        ],
    )
    def test_in_a_contract(self, change: Callable[[dict[str, Any]], object], fault: str) -> None:
        with pytest.raises(BadDocumentData, match=fault):
            read(ServiceContract, changed(change))

    @pytest.mark.parametrize(
        ("change", "fault"),
        [
            (lambda it: it.update(agency=AGENT), "agency must be"),
            (lambda it: it.update(agent=AGENCY), "agency must be"),
            (lambda it: it.update(share_bps=10_001), "must be shares"),
            (
                lambda it: it.update(
                    steps=[
                        {
                            "no": 1,
                            "gross_kopecks": 100,
                            "vat_kopecks": 18,
                            "fee_kopecks": 2,
                            "price_kopecks": 56,
                        }
                    ]
                ),
                "need a main_contract",
            ),
            (
                lambda it: it.update(
                    steps=[
                        {
                            "no": 1,
                            "gross_kopecks": 100,
                            "vat_kopecks": 18,
                            "fee_kopecks": 2,
                            "price_kopecks": 81,
                        }
                    ]
                ),
                "can't exceed",
            ),
        ],
    )
    def test_in_a_subcontract(self, change: Callable[[dict[str, Any]], object], fault: str) -> None:
        with pytest.raises(BadDocumentData, match=fault):
            read(ServiceSubcontract, changed(change, SUBCONTRACT))


class TestImports:
    def test_building_data_needs_no_rendering_package(self) -> None:
        program = (
            "import sys, shared.documents.contract_data, shared.documents.data_reading\n"
            "heavy = {'weasyprint', 'num2words', 'petrovich', 'jinja2', 'pikepdf', 'pydantic', 'sqlalchemy'}\n"
            "sys.exit(', '.join(sorted(heavy & set(sys.modules))) or None)\n"
        )

        done = subprocess.run(  # noqa: S603 -- our own interpreter and program
            [sys.executable, "-c", program],
            cwd=Path(__file__).parents[3],
            capture_output=True,
            timeout=60,
            check=False,
        )

        assert done.stderr == b""
        assert done.returncode == 0
