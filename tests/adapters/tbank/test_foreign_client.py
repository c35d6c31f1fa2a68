"""Somebody else's client (PyPI ``tbank``), unmodified, works against the stand-in: a judge that nobody here wrote."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
from tbank.acquiring.enums import PaymentMethod, PaymentObject, PaymentStatus, QrDataType, Tax, Taxation
from tbank.acquiring.models import InitRequest, Receipt, ReceiptItem
from tbank.acquiring.signing import build_token
from tbank.acquiring.sync import AcquiringClient
from tbank.acquiring.webhooks import parse_notification, verify_notification
from tbank.core.errors import TBankAPIError

from shared.adapters.sbp.tbank import TBankPayments
from shared.adapters.sbp.tbank_token import token_of
from shared.kernel.clock import MOSCOW, utc_now
from tests.adapters.tbank.bankside import KEY, PASSWORD, BankSide
from tests.adapters.tbank.test_token import VECTORS


@pytest.fixture
def client(bank: BankSide) -> Iterator[AcquiringClient]:
    made = AcquiringClient(KEY, PASSWORD, base_url=f"{bank.url}/v2")
    yield made
    made.close()


def a_payment(**fields: object) -> InitRequest:
    return InitRequest.model_validate(
        {"amount": 150_000_00, "order_id": str(uuid4()), "description": "Комиссия по сделке 42", **fields}
    )


def a_receipt(kopecks: int) -> Receipt:
    line = ReceiptItem(
        name="Услуга",
        price=kopecks,
        quantity=1,
        amount=kopecks,
        tax=Tax.NONE,
        payment_method=PaymentMethod.FULL_PREPAYMENT,
        payment_object=PaymentObject.SERVICE,
    )
    return Receipt(taxation=Taxation.OSN, items=[line], email="client@example.test")


class TestPayments:
    def test_are_made_paid_and_read(self, client: AcquiringClient, bank: BankSide) -> None:
        until = (utc_now() + timedelta(hours=1)).astimezone(MOSCOW).isoformat(timespec="seconds")
        made = client.init(a_payment(redirect_due_date=until, receipt=a_receipt(150_000_00), pay_type="O"))
        bank.pay(str(made.payment_id))

        paid = client.get_state(str(made.payment_id))

        assert (made.status, made.amount) == (PaymentStatus.NEW, 150_000_00)
        assert made.payment_url == f"{bank.url}/new/{made.payment_id}"
        assert (paid.status, paid.order_id) == (PaymentStatus.CONFIRMED, made.order_id)

    def test_have_a_code_in_both_forms(self, client: AcquiringClient) -> None:
        made = client.init(a_payment())

        link = client.get_qr(str(made.payment_id), data_type=QrDataType.PAYLOAD)
        picture = client.get_qr(str(made.payment_id), data_type=QrDataType.IMAGE)

        assert str(link.data).startswith("https://qr.nspk.ru/")
        assert str(picture.data).startswith("<svg")

    def test_are_all_listed_by_their_order(self, client: AcquiringClient, bank: BankSide) -> None:
        bank.ask("switches", listed_codes="strings")  # the client takes no numbers, which the papers show
        order_id = str(uuid4())
        made = [client.init(a_payment(order_id=order_id)).payment_id for _ in range(2)]

        listed = client.check_order(order_id)

        assert [one.payment_id for one in listed.payments] == made
        assert {one.success for one in listed.payments} == {True}

    def test_are_paid_back_in_parts(self, client: AcquiringClient, bank: BankSide) -> None:
        made = client.init(a_payment())
        bank.pay(str(made.payment_id))

        part = client.cancel(str(made.payment_id), amount=50_000_00)
        rest = client.cancel(str(made.payment_id), amount=100_000_00)

        assert (part.status, part.original_amount, part.new_amount) == (
            PaymentStatus.PARTIAL_REFUNDED,
            150_000_00,
            100_000_00,
        )
        assert (rest.status, rest.new_amount) == (PaymentStatus.REFUNDED, 0)
        assert client.get_qr_state(str(made.payment_id)).status == "REFUNDED"

    def test_that_are_open_are_taken_back(self, client: AcquiringClient) -> None:
        made = client.init(a_payment())

        assert client.cancel(str(made.payment_id)).status is PaymentStatus.CANCELED

    def test_are_refused_with_the_banks_code(self, client: AcquiringClient) -> None:
        with pytest.raises(TBankAPIError) as refusal:
            client.init(a_payment(amount=9_99))

        assert refusal.value.code == "251"

    def test_are_closed_to_a_wrong_password(self, bank: BankSide) -> None:
        stranger = AcquiringClient(KEY, "wrong", base_url=f"{bank.url}/v2")

        with pytest.raises(TBankAPIError) as refusal:
            stranger.init(a_payment())
        stranger.close()

        assert refusal.value.code == "204"


class TestMessages:
    def test_are_read_and_verified_by_it(self, client: AcquiringClient, bank: BankSide) -> None:
        made = client.init(a_payment())
        bank.pay(str(made.payment_id))

        told = [message.json for message in bank.ear.wait_for(str(made.payment_id), 2)]

        assert [parse_notification(one).status for one in told] == [
            PaymentStatus.AUTHORIZED,
            PaymentStatus.CONFIRMED,
        ]
        assert all(verify_notification(one, PASSWORD) for one in told)
        assert not verify_notification({**told[0], "Amount": 1}, PASSWORD)

    def test_are_asked_for_again(self, client: AcquiringClient) -> None:
        assert client.resend().success


class TestToken:
    @pytest.mark.parametrize(("fields", "password", "token"), VECTORS)
    def test_is_the_same_as_ours(self, fields: dict[str, object], password: str, token: str) -> None:
        assert build_token(dict(fields), password) == token == token_of(fields, password)


class TestOurs:
    def test_finds_what_the_other_client_made(
        self, client: AcquiringClient, payments: TBankPayments, bank: BankSide
    ) -> None:
        made = client.init(a_payment())

        found = payments.find(str(made.order_id), created_after=utc_now())

        assert found is not None
        assert found.provider_id == made.payment_id
