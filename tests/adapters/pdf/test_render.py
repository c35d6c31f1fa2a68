"""Contracts as PDF, read back by another library."""

import io
import re
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pypdf
import pytest
from weasyprint import HTML

from shared.adapters.pdf import pdf_renderer
from shared.adapters.pdf.pages import qr_image
from shared.adapters.pdf.weasyprint_renderer import ForbiddenAddress, OwnFilesOnly
from shared.config import pdf as config
from shared.config.environment import SettingsError
from shared.ports.pdf import BadDocumentData, UnknownTemplate

SELL = "service_contract_secondary_sell"
SUBCONTRACT = "service_subcontract"
DOCUMENT_ID = UUID("01932f5e-7c00-7000-8000-0000000000a1")
DATED = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ROOT = Path(__file__).parents[3]

# Words of the contracts under which a self-employed person loses his tax regime (422-ФЗ, article 4).
FORBIDDEN_TO_SELF_EMPLOYED = re.compile(
    r"агент|комисси|поруч|принципал|комитент|доверител|вознагражден", re.IGNORECASE
)


def render(template: str, data: dict[str, Any], *, document_id: UUID = DOCUMENT_ID) -> bytes:
    return pdf_renderer().render(template, 1, data, document_id=document_id, dated=DATED)


def text_of(pdf: bytes) -> str:
    """All pages as one line, words joined again where a line broke them."""
    pages = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages]
    return re.sub(r"\s+", " ", re.sub(r"(?<=[а-яё])-\n(?=[а-яё])", "", "\n".join(pages)))


@pytest.fixture(scope="module")
def agency_pdf(samples: SimpleNamespace) -> bytes:
    return render(SELL, samples.contract())


@pytest.fixture(scope="module")
def agent_pdf(samples: SimpleNamespace) -> bytes:
    return render(SELL, samples.agents_contract())


class TestContractWithAnAgency:
    def test_names_who_signs_for_the_agency_in_the_genitive(self, agency_pdf: bytes) -> None:
        phrase = "в лице генерального директора Иванова Ивана Ивановича, действующего на основании Устава"

        assert phrase in text_of(agency_pdf)

    def test_states_the_price_in_figures_and_words_with_its_vat(self, agency_pdf: bytes) -> None:
        text = text_of(agency_pdf)

        assert "Цена Услуг — 300 000 (триста тысяч) рублей 00 копеек." in text
        assert "из твёрдой суммы 50 000 (пятьдесят тысяч) рублей 00 копеек и 2 % цены предложения" in text
        assert (
            "в том числе НДС 22 % — 54 098 (пятьдесят четыре тысячи девяносто восемь) рублей 37 копеек"
            in text
        )

    def test_lists_the_steps_of_the_plan(self, agency_pdf: bytes) -> None:
        text = text_of(agency_pdf)

        assert (
            "1 50 000,00 ₽ аванс, после подписания Договора через 3 календарных дня после поступления оплаты"
            in text
        )
        assert "после события: подписание предварительного договора после приёмки Услуг (раздел 5)" in text
        assert "не позднее 01.03.2027" in text
        assert "Принятие события" not in text

    def test_says_when_each_rule_hands_the_money_over(self, samples: SimpleNamespace) -> None:
        steps = [
            samples.step(1, 50_000_00, release_rule="immediate"),
            samples.step(2, 100_000_00, release_rule="date", due_on="2027-03-01"),
            samples.step(3, 150_000_00, release_rule="milestone", event="выход на сделку"),
        ]

        text = text_of(render(SELL, samples.contract(steps=steps, hold_days=0)))

        assert "1 50 000,00 ₽ после подписания Договора после поступления оплаты" in text
        assert "01.03.2027, но не ранее поступления оплаты" in text
        assert "после принятого Заказчиком события: выход на сделку (раздел 5)" in text
        assert "Принятие события не означает приёмки Услуг в целом" in text

    def test_carries_what_a_person_looks_for(self, agency_pdf: bytes) -> None:
        text = text_of(agency_pdf)

        for phrase in (
            "Договор № H-2026-000123",
            "24 ноября 2026 г.",
            "паспорт гражданина Российской Федерации 45 10 № 123456",
            "12 500 000 (двенадцать миллионов пятьсот тысяч) рублей 00 копеек",
            "По 28 февраля 2027 г. включительно Заказчик не заключает",
            "статья 32 Закона Российской Федерации от 07.02.1992 № 2300-1",
            "в течение 5 календарных дней со дня получения уведомления",
            "Федерального закона от 06.04.2011 № 63-ФЗ",
            "кассовый чек",
            "Подписывается простой электронной подписью",
        ):
            assert phrase in text

    def test_numbers_every_page(self, agency_pdf: bytes) -> None:
        pages = pypdf.PdfReader(io.BytesIO(agency_pdf)).pages

        for number, page in enumerate(pages, start=1):
            footer = " ".join(page.extract_text().split())
            assert f"Стр. {number} из {len(pages)}" in footer
            assert "Договор № H-2026-000123 от 24.11.2026" in footer

    def test_says_why_there_is_no_vat_under_the_simplified_regime(self, samples: SimpleNamespace) -> None:
        data = samples.contract(
            executor=samples.agency(tax_regime="usn"),
            commission={"total_kopecks": 300_000_00, "bps": 240},
        )

        assert "НДС не облагается: Исполнитель применяет упрощённую систему" in text_of(render(SELL, data))

    def test_builds_a_phrase_without_declension_for_an_unusual_signer(self, samples: SimpleNamespace) -> None:
        signer = {
            "name": "Ли Вэй",
            "position": "Ведущий специалист",
            "basis": "Доверенность, удостоверенная нотариусом",
        }

        text = text_of(render(SELL, samples.contract(executor=samples.agency(signer=signer))))

        assert "от имени которого действует Ли Вэй (должность: Ведущий специалист; основание" in text


class TestContractWithASelfEmployedAgent:
    def test_has_no_words_of_contracts_closed_to_him(self, agent_pdf: bytes) -> None:
        assert FORBIDDEN_TO_SELF_EMPLOYED.findall(text_of(agent_pdf)) == []

    def test_states_his_tax_regime_and_receipt(self, agent_pdf: bytes) -> None:
        text = text_of(agent_pdf)

        assert "применяющая специальный налоговый режим «Налог на профессиональный доход»" in text
        assert "НДС не облагается: Исполнитель применяет налог на профессиональный доход (НПД)" in text
        assert "чек, сформированный по правилам Федерального закона от 27.11.2018 № 422-ФЗ" in text
        assert "кассовый" not in text

    def test_leaves_out_what_was_not_agreed(self, agent_pdf: bytes) -> None:
        text = text_of(agent_pdf)

        assert "включительно" not in text
        assert "не ранее чем через" not in text

    def test_does_without_a_passport(self, samples: SimpleNamespace) -> None:
        client = {"name": "Петров Сергей Николаевич", "phone": "+79031234567"}

        text = text_of(render(SELL, samples.agents_contract(client=client)))

        assert "и Петров Сергей Николаевич (далее — Заказчик)" in text
        assert "аспорт" not in text.replace("данные паспорта", "")


class TestSubcontract:
    def test_shows_how_the_agents_price_comes_about(self, samples: SimpleNamespace) -> None:
        text = text_of(render(SUBCONTRACT, samples.subcontract()))

        assert "составляет 70 % расчётной базы" in text
        assert "1 300 000,00 ₽ 54 098,36 ₽ 6 000,00 ₽ 239 901,64 ₽ 167 931,15 ₽" in text
        assert "Покупателем услуг в чеке указывается Заказчик: ООО «Северный дом», ИНН 7707083893" in text
        assert "не состоял в них в течение двух лет" in text
        assert FORBIDDEN_TO_SELF_EMPLOYED.findall(text) == []

    def test_can_be_a_frame_for_many_contracts(self, samples: SimpleNamespace) -> None:
        data = samples.subcontract(steps=[], main_contract=None)

        text = text_of(render(SUBCONTRACT, data))

        assert "действует бессрочно" in text
        assert "Расчёт цены Услуг по этапам" not in text


class TestHostileAndLongData:
    def test_shows_markup_as_it_was_typed(self, samples: SimpleNamespace) -> None:
        name = 'Иван <b>"Жирный"</b> <img src="https://tracker.example/x.png"> & Ко'

        text = text_of(render(SELL, samples.contract(client=samples.client(name=name))))

        typed = '<b>"Жирный"</b><imgsrc="https://tracker.example/x.png">&Ко,датарождения'
        assert typed in text.replace(" ", "")

    def test_lays_out_a_plan_of_forty_steps_over_pages(self, samples: SimpleNamespace) -> None:
        steps = [
            samples.step(no, 10_000_01, trigger="milestone", event=f"событие номер {no}")
            for no in range(1, 41)
        ]
        commission = {
            "total_kopecks": 40 * 10_000_01,
            "fixed_kopecks": 40 * 10_000_01,
            "vat": {"bps": 2200, "kopecks": 72_131_22},
        }

        text = text_of(render(SELL, samples.contract(steps=steps, commission=commission)))

        assert all(f"после события: событие номер {no} через" in text for no in range(1, 41))
        assert text.count("Когда оплачивается") >= 2

    def test_keeps_very_long_words_on_the_page(self, samples: SimpleNamespace) -> None:
        data = samples.contract(client=samples.client(name="Ы" * 400, address="Щ" * 1500))

        pages = pypdf.PdfReader(io.BytesIO(render(SELL, data))).pages
        lines = [line for page in pages for line in page.extract_text().splitlines()]

        # Both stand in the preamble, in the requisites, and the name at the place to sign too.
        assert sum(line.count("Щ") for line in lines) == 2 * 1500
        assert sum(line.count("Ы") for line in lines) >= 3 * 400
        assert max(line.count("Щ") + line.count("Ы") for line in lines) <= 60


class TestRefusals:
    @pytest.mark.parametrize(("template", "version"), [("lease", 1), (SELL, 2), ("../email", 1)])
    def test_an_unknown_template(self, samples: SimpleNamespace, template: str, version: int) -> None:
        with pytest.raises(UnknownTemplate):
            pdf_renderer().render(template, version, samples.contract(), document_id=DOCUMENT_ID, dated=DATED)

    def test_a_missing_field_is_named_by_its_path(self, samples: SimpleNamespace) -> None:
        executor = samples.agency()
        del executor["signer"]["basis"]

        with pytest.raises(BadDocumentData, match=r"^executor\.signer\.basis: is missing$"):
            render(SELL, samples.contract(executor=executor))

    def test_a_fault_never_shows_the_value(self, samples: SimpleNamespace) -> None:
        with pytest.raises(BadDocumentData) as refusal:
            render(SELL, samples.contract(client=samples.client(phone="8 903 secret")))

        assert str(refusal.value) == "client: phone must be E.164"

    @pytest.mark.parametrize(
        "address", ["https://tracker.example/x.png", "file:///etc/hostname", "fonts:../secret"]
    )
    def test_a_page_that_reaches_out_is_not_made(self, address: str) -> None:
        page = HTML(string=f'<img src="{address}">', url_fetcher=OwnFilesOnly(config.load().fonts))

        with pytest.raises(ForbiddenAddress):
            page.write_pdf()


class TestQr:
    def test_is_a_picture_of_the_address(self) -> None:
        assert qr_image("https://lk.housler.ru/verify/1") == qr_image("https://lk.housler.ru/verify/1")
        assert qr_image("https://lk.housler.ru/verify/1") != qr_image("https://lk.housler.ru/verify/2")


class TestSettings:
    @pytest.fixture(autouse=True)
    def fresh_settings(self) -> Any:
        config.load.cache_clear()
        yield
        config.load.cache_clear()

    def test_name_the_variable_when_the_fonts_are_missing(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("HOUSLER_FONTS_DIR", str(tmp_path))

        with pytest.raises(SettingsError, match="HOUSLER_FONTS_DIR"):
            config.load()

    def test_name_the_variable_when_the_templates_are_missing(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setenv("HOUSLER_TEMPLATES_DIR", str(tmp_path))

        with pytest.raises(SettingsError, match="HOUSLER_TEMPLATES_DIR"):
            config.load()
