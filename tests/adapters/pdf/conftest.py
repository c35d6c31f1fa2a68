"""Data of documents as their callers give them: decoded JSON."""

from types import SimpleNamespace
from typing import Any

import pytest

DATA = dict[str, Any]


def an_agency(**changes: Any) -> DATA:
    return {
        "kind": "agency",
        "tax_regime": "osn",
        "name": "Общество с ограниченной ответственностью «Северный дом»",
        "short_name": "ООО «Северный дом»",
        "inn": "7707083893",
        "kpp": "770701001",
        "ogrn": "1027700132195",
        "legal_address": "127055, г. Москва, ул. Новослободская, д. 20, пом. 3",
        "bank": {
            "account": "40702810900000000001",
            "bank_name": "ПАО Сбербанк",
            "bic": "044525225",
            "correspondent_account": "30101810400000000225",
        },
        "signer": {
            "name": "Иванов Иван Иванович",
            "position": "Генеральный директор",
            "basis": "Устав",
        },
        "phone": "+74951234567",
        "email": "office@dom.example",
        **changes,
    }


def an_agent(**changes: Any) -> DATA:
    return {
        "kind": "self_employed",
        "tax_regime": "npd",
        "name": "Смирнова Ольга Андреевна",
        "short_name": "Смирнова О. А.",
        "inn": "500100732259",
        "phone": "+79161112233",
        "email": "smirnova@mail.example",
        **changes,
    }


def a_client(**changes: Any) -> DATA:
    return {
        "name": "Петров Сергей Николаевич",
        "birth_date": "1980-03-14",
        "passport": {
            "series": "45 10",
            "number": "123456",
            "issued_by": "ОТДЕЛЕНИЕМ УФМС РОССИИ ПО ГОР. МОСКВЕ ПО РАЙОНУ ТВЕРСКОЙ",
            "issued_on": "2010-04-02",
            "department_code": "770-001",
        },
        "address": "г. Москва, ул. Лесная, д. 7, кв. 15",
        "phone": "+79031234567",
        "email": "petrov@mail.example",
        **changes,
    }


def a_platform() -> DATA:
    return {"name": "ООО «Хаузлер»", "url": "https://lk.housler.ru", "inn": "9701000003"}


def a_step(no: int = 1, amount_kopecks: int = 300_000_00, **changes: Any) -> DATA:
    return {
        "no": no,
        "amount_kopecks": amount_kopecks,
        "trigger": "immediate",
        "release_rule": "immediate",
        **changes,
    }


def a_contract(**changes: Any) -> DATA:
    """An agency's, 300 000 ₽ with VAT of 22 %, in three steps."""
    return {
        "number": "H-2026-000123",
        "dated": "2026-11-24",
        "city": "г. Москва",
        "executor": an_agency(),
        "client": a_client(),
        "property": {
            "address": "г. Москва, ул. Лесная, д. 7, кв. 15",
            "type": "apartment",
            "price_kopecks": 12_500_000_00,
            "cadastral_number": "77:01:0004012:1234",
        },
        "commission": {
            "total_kopecks": 300_000_00,
            "fixed_kopecks": 50_000_00,
            "bps": 200,
            "vat": {"bps": 2200, "kopecks": 54_098_37},
        },
        "steps": [
            a_step(1, 50_000_00, is_advance=True),
            a_step(
                2,
                100_000_00,
                trigger="milestone",
                event="подписание предварительного договора",
                release_rule="act",
            ),
            a_step(3, 150_000_00, trigger="date", due_on="2027-03-01", release_rule="act"),
        ],
        "hold_days": 3,
        "silence_days": 5,
        "exclusive_until": "2027-02-28",
        "valid_until": "2027-05-31",
        "platform": a_platform(),
        "verification_url": "https://lk.housler.ru/verify/01932f5e-7c00-7000-8000-0000000000a1",
        **changes,
    }


def an_agents_contract(**changes: Any) -> DATA:
    """A self-employed agent's: a fixed price, one step, no VAT."""
    return a_contract(
        executor=an_agent(),
        commission={"total_kopecks": 300_000_00, "fixed_kopecks": 300_000_00},
        steps=[a_step()],
        hold_days=0,
        exclusive_until=None,
        valid_until=None,
    ) | dict(changes)


def an_act(**changes: Any) -> DATA:
    """Of an agency's contract: two steps paid, one of which waits for the act, and one to be paid."""
    return {
        "number": "Д-2027-000217",
        "dated": "2027-03-15",
        "city": "г. Москва",
        "contract": {
            "number": "Д-2026-000123",
            "dated": "2026-11-24",
            "property_address": "г. Москва, ул. Лесная, д. 7, кв. 15",
        },
        "property_type": "apartment",
        "executor": an_agency(),
        "client": a_client(),
        "steps": [
            {"no": 1, "amount_kopecks": 50_000_00, "release_rule": "immediate", "paid_on": "2026-11-25"},
            {"no": 2, "amount_kopecks": 100_000_00, "release_rule": "act", "paid_on": "2027-02-01"},
            {"no": 3, "amount_kopecks": 150_000_00, "release_rule": "act", "paid_on": None},
        ],
        "silence_days": 5,
        "platform": a_platform(),
        "verification_url": "https://lk.housler.ru/verify/01932f5e-7c00-7000-8000-0000000000a3",
        "vat": {"bps": 2200, "kopecks": 54_098_37},
        **changes,
    }


def a_subcontract(**changes: Any) -> DATA:
    """The worked example of the money rules: 300 000 ₽ at 22 % VAT and a fee of 2 %, 70 % to the agent."""
    return {
        "number": "S-2026-000045",
        "dated": "2026-11-24",
        "city": "г. Москва",
        "agency": an_agency(),
        "agent": an_agent(),
        "share_bps": 7000,
        "platform_fee_bps": 200,
        "hold_days": 0,
        "silence_days": 5,
        "platform": a_platform(),
        "verification_url": "https://lk.housler.ru/verify/01932f5e-7c00-7000-8000-0000000000a2",
        "main_contract": {
            "number": "H-2026-000123",
            "dated": "2026-11-24",
            "property_address": "г. Москва, ул. Лесная, д. 7, кв. 15",
        },
        "steps": [
            {
                "no": 1,
                "gross_kopecks": 300_000_00,
                "vat_kopecks": 54_098_36,
                "fee_kopecks": 6_000_00,
                "price_kopecks": 167_931_15,
            }
        ],
        **changes,
    }


def a_sheet(sha256: str, **changes: Any) -> DATA:
    """Two signatures: the agency's signer and the client."""
    return {
        "template_version": 1,
        "document_number": "H-2026-000123",
        "document_title": "Договор возмездного оказания услуг по продаже недвижимости",
        "document_dated": "2026-11-24",
        "sha256": sha256,
        "signatures": [
            {
                "name": "Иванов Иван Иванович",
                "role": "Исполнитель",
                "on_behalf_of": "ООО «Северный дом»",
                "position": "Генеральный директор",
                "basis": "Устав",
                "phone": "+79161234567",
                "signed_at": "2026-11-24T09:30:05Z",
                "method": "sms_code",
                "evidence_id": "01932f5e-7c00-7000-8000-0000000000b1",
                "ip": "203.0.113.7",
            },
            {
                "name": "Петров Сергей Николаевич",
                "role": "Заказчик",
                "phone": "+79031234567",
                "signed_at": "2026-11-24T21:00:59+00:00",
                "method": "sms_code",
                "evidence_id": "01932f5e-7c00-7000-8000-0000000000b2",
                "ip": "2001:db8::7",
            },
        ],
        "platform": a_platform(),
        "verification_url": "https://lk.housler.ru/verify/01932f5e-7c00-7000-8000-0000000000a1",
        **changes,
    }


@pytest.fixture(scope="session")
def samples() -> SimpleNamespace:
    """The builders above, for tests: pytest imports them by path."""
    return SimpleNamespace(
        contract=a_contract,
        agents_contract=an_agents_contract,
        act=an_act,
        subcontract=a_subcontract,
        sheet=a_sheet,
        agency=an_agency,
        client=a_client,
        step=a_step,
    )
