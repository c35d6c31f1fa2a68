from datetime import UTC, datetime

import pytest
from sqlalchemy import select, update

from shared.config import fiscal as settings
from shared.db.session import Transactions
from shared.deals.acceptance_models import Acceptance, AcceptanceStatus, AcceptedBy
from shared.deals.models import DealParty, DealTerms, PartyRole
from shared.kernel.clock import utc_now
from shared.kernel.identifiers import new_id
from shared.kernel.tax import TaxRegime
from shared.organizations import service as organizations
from shared.payments import intents
from shared.payments.errors import ReceiptContactNeeded
from shared.payments.fiscal_models import IntentReceipt
from shared.payments.models import PaymentIntent
from shared.ports.fiscal import FiscalReceipt, PaymentMode, Supplier
from shared.ports.payments import OutcomeUnknown
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import ask_for_link
from tests.shared.payments.world import COMMISSION, Cast, a_cast, count_of, step_of


def carried(bank: FakeCollector) -> FiscalReceipt:
    receipt = bank.orders[-1].receipt
    assert receipt is not None
    return receipt


def set_terms(cast: Cast, regime: TaxRegime, vat_bps: int | None) -> None:
    with Transactions()() as session:
        session.execute(
            update(DealTerms)
            .where(DealTerms.deal_id == cast.deal_id)
            .values(tax_regime=regime, vat_bps=vat_bps)
        )


def forget_contacts(cast: Cast) -> None:
    with Transactions()() as session:
        session.execute(
            update(DealParty)
            .where(DealParty.deal_id == cast.deal_id, DealParty.role == PartyRole.CLIENT)
            .values(email=None, phone=None, phone_index=None)
        )


class TestReceipt:
    def test_of_an_agencys_step_is_one_line_of_its_prepayment(self, bank: FakeCollector) -> None:
        cast = a_cast()

        ask_for_link(bank, cast)

        receipt = carried(bank)
        (line,) = receipt.lines
        assert (line.amount, line.mode) == (COMMISSION, PaymentMode.FULL_PREPAYMENT)
        assert line.description.startswith("Услуги по договору № ")
        assert line.description.endswith(", шаг 1")
        assert (receipt.customer_email, receipt.customer_phone) == ("anna@example.com", "+79161234567")

    def test_names_nobody(self, bank: FakeCollector) -> None:
        ask_for_link(bank, a_cast())

        assert "Соколова" not in carried(bank).lines[0].description

    def test_names_the_agency_as_supplier_where_the_platform_is_the_merchant(
        self, bank: FakeCollector
    ) -> None:
        cast = a_cast()
        assert cast.organization_id is not None

        ask_for_link(bank, cast)

        with Transactions()() as session:
            agency = organizations.requisites(session, cast.organization_id)
        assert carried(bank).supplier == Supplier(agency.inn, agency.name, "+74950000000")

    def test_has_the_platforms_tax_system_then(
        self, bank: FakeCollector, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HOUSLER_MERCHANT_TAX_REGIME", "usn")
        settings.load.cache_clear()

        ask_for_link(bank, a_cast())

        assert carried(bank).tax_regime is TaxRegime.USN

    def test_is_the_agencys_own_where_it_is_the_merchant(
        self, bank: FakeCollector, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HOUSLER_MERCHANT_IS_PLATFORM", "0")
        settings.load.cache_clear()
        cast = a_cast()
        set_terms(cast, TaxRegime.USN_5, 500)

        ask_for_link(bank, cast)

        receipt = carried(bank)
        assert (receipt.supplier, receipt.tax_regime, receipt.lines[0].vat_bps) == (
            None,
            TaxRegime.USN_5,
            500,
        )

    @pytest.mark.parametrize(
        ("signed_at", "vat_bps"),
        [(datetime(2025, 12, 30, tzinfo=UTC), 2_000), (datetime(2026, 1, 2, tzinfo=UTC), 2_200)],
    )
    def test_has_the_rate_of_the_signed_terms_across_the_year(
        self, bank: FakeCollector, signed_at: datetime, vat_bps: int
    ) -> None:
        ask_for_link(bank, a_cast(now=signed_at))

        assert carried(bank).lines[0].vat_bps == vat_bps

    def test_of_a_self_employed_executor_is_another_kind(self, bank: FakeCollector) -> None:
        ask_for_link(bank, a_cast(agency=False))

        assert bank.orders[-1].receipt is None
        assert count_of(IntentReceipt) == 0

    def test_goes_to_the_phone_where_there_is_no_mail(self, bank: FakeCollector) -> None:
        ask_for_link(bank, a_cast(client_email=None))

        assert (carried(bank).customer_email, carried(bank).customer_phone) == (None, "+79161234567")

    def test_without_any_contact_there_is_no_link(self, bank: FakeCollector) -> None:
        cast = a_cast()
        forget_contacts(cast)

        with pytest.raises(ReceiptContactNeeded):
            ask_for_link(bank, cast)

        assert count_of(PaymentIntent) == 0
        assert bank.creates == 0

    def test_of_services_that_are_accepted_already_is_a_full_payment(self, bank: FakeCollector) -> None:
        cast = a_cast()
        now = utc_now()
        with Transactions()() as session:
            session.add(
                Acceptance(
                    id=new_id(),
                    deal_id=cast.deal_id,
                    schedule_id=step_of(cast.deal_id).id,
                    status=AcceptanceStatus.ACCEPTED,
                    asked_at=now,
                    accepted_by=AcceptedBy.CLIENT,
                    settled_at=now,
                )
            )

        ask_for_link(bank, cast)

        assert carried(bank).lines[0].mode is PaymentMode.FULL_PAYMENT


class TestFrozen:
    def test_is_the_same_for_every_try_whatever_changes(self, bank: FakeCollector) -> None:
        cast = a_cast()
        bank.before = OutcomeUnknown("silence")
        made = ask_for_link(bank, cast)
        first = carried(bank)

        forget_contacts(cast)
        set_terms(cast, TaxRegime.USN, None)
        with Transactions()() as session:
            intent = session.get_one(PaymentIntent, made.id)
            again = intents.order_of(session, intent).receipt

        assert again == first

    def test_is_sealed(self, bank: FakeCollector) -> None:
        ask_for_link(bank, a_cast())

        with Transactions()() as session:
            kept = session.scalars(select(IntentReceipt)).one()
            assert b"anna@example.com" not in kept.contents.raw
