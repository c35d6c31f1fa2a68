"""The act of completion as PDF."""

from types import SimpleNamespace

import pytest

from shared.ports.pdf import BadDocumentData
from tests.adapters.pdf.test_render import FORBIDDEN_TO_SELF_EMPLOYED, render, text_of


class TestAct:
    def test_names_the_contract_the_price_and_what_is_paid(self, samples: SimpleNamespace) -> None:
        text = text_of(render("act_of_completion", samples.act()))

        assert "об оказании услуг по договору № Д-2026-000123 от 24.11.2026" in text
        assert "Цена оказанных Услуг — 300 000 (триста тысяч) рублей 00 копеек. В том числе НДС 22 %" in text
        assert "2 100 000,00 ₽ оплачен 01.02.2027" in text
        assert "3 150 000,00 ₽ к оплате по разделу 4 Договора" in text
        assert "остаётся оплатить 150 000 (сто пятьдесят тысяч) рублей 00 копеек" in text
        assert "Оплату этапа № 2, которая по Договору передаётся после приёмки Услуг" in text
        assert "Услуги считаются принятыми в день окончания срока" in text

    def test_of_a_self_employed_person_has_no_word_of_an_agency_contract(
        self, samples: SimpleNamespace
    ) -> None:
        executor = samples.agents_contract()["executor"]
        text = text_of(render("act_of_completion", samples.act(executor=executor, vat=None)))

        assert FORBIDDEN_TO_SELF_EMPLOYED.search(text) is None
        assert "НДС не облагается: Исполнитель применяет налог на профессиональный доход" in text

    def test_of_a_self_employed_person_has_no_vat(self, samples: SimpleNamespace) -> None:
        executor = samples.agents_contract()["executor"]

        with pytest.raises(BadDocumentData):
            render("act_of_completion", samples.act(executor=executor))
