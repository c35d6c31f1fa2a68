"""A receipt's link reaches its payer once, whatever the post does."""

from dataclasses import dataclass, field
from uuid import UUID

import pytest
from sqlalchemy import select

from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.payouts.sending import Sender
from shared.ports.email import EmailOutcome, EmailResult, Letter
from shared.ports.sms import SmsOutcome, SmsResult
from shared.receipts import income
from shared.receipts.delivery import deliver
from shared.receipts.errors import DeliveryPostponed
from shared.receipts.models import Receipt, ReceiptKind, ReceiptStatus
from shared.receipts.views import seal_link
from shared.tasks.models import OperatorTask
from tests.shared.payments.fakes import FakeCollector, FakePayer, succeeded
from tests.shared.payments.steps import fund_payouts, pay_and_release, pay_step
from tests.shared.payments.world import CLIENT_PHONE, a_cast, count_of

LINK = "https://nalog.example.test/receipt/770000000001/200abc/print"


@dataclass
class Post:
    outcome: EmailOutcome = EmailOutcome.ACCEPTED
    letters: list[Letter] = field(default_factory=list)

    def send(self, letter: Letter) -> EmailResult:
        self.letters.append(letter)
        return EmailResult(self.outcome)


@dataclass
class Phone:
    outcome: SmsOutcome = SmsOutcome.ACCEPTED
    texts: list[tuple[str, str]] = field(default_factory=list)

    def send(self, *, phone: str, text: str, user_ip: str | None) -> SmsResult:
        self.texts.append((phone, text))
        return SmsResult(self.outcome)


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def phone() -> Phone:
    return Phone()


def a_clients_receipt(email: str | None = "anna@example.com") -> UUID:
    pay_step(FakeCollector(), a_cast(agency=False, client_email=email))
    return _registered()


def an_agencys_receipt() -> UUID:
    pay_and_release(a_cast())
    fund_payouts(Money(167_931_15))
    Sender(Transactions(), FakePayer(plan=succeeded), (), income.of_payout, utc_now()).send_due()
    return _registered()


def _registered() -> UUID:
    with Transactions()() as session:
        receipt = session.scalars(select(Receipt).where(Receipt.kind == ReceiptKind.NPD)).one()
        link = seal_link(session, receipt, LINK, now=utc_now())
        receipt.status = ReceiptStatus.REGISTERED
        receipt.external_id, receipt.link = "200abc", link
        return receipt.id


def run(receipt_id: UUID, post: Post, phone: Phone) -> Receipt:
    deliver(Transactions(), receipt_id, email_sender=post, sms_sender=phone, now=utc_now())
    with Transactions()() as session:
        return session.get_one(Receipt, receipt_id)


@pytest.mark.usefixtures("database")
class TestDelivery:
    def test_a_client_gets_a_letter(self, post: Post, phone: Phone) -> None:
        receipt = run(a_clients_receipt(), post, phone)

        (letter,) = post.letters
        assert letter.recipient == "anna@example.com"
        assert LINK in letter.text
        assert phone.texts == []
        assert receipt.status is ReceiptStatus.DELIVERED
        assert receipt.delivered_at is not None

    def test_a_client_without_an_address_gets_a_text(self, post: Post, phone: Phone) -> None:
        run(a_clients_receipt(email=None), post, phone)

        ((number, text),) = phone.texts
        assert number == CLIENT_PHONE
        assert LINK in text

    def test_an_agency_gets_a_letter(self, post: Post, phone: Phone) -> None:
        run(an_agencys_receipt(), post, phone)

        assert post.letters[0].recipient.startswith("agency")

    def test_a_refused_address_falls_back_to_the_phone(self, post: Post, phone: Phone) -> None:
        post.outcome = EmailOutcome.REFUSED_RECIPIENT

        assert run(a_clients_receipt(), post, phone).status is ReceiptStatus.DELIVERED
        assert len(phone.texts) == 1

    def test_once_delivered_it_is_not_sent_again(self, post: Post, phone: Phone) -> None:
        receipt_id = a_clients_receipt()
        for _ in range(2):
            run(receipt_id, post, phone)

        assert len(post.letters) == 1

    @pytest.mark.parametrize(
        ("by_mail", "by_text", "word"),
        [
            (EmailOutcome.UNKNOWN, SmsOutcome.ACCEPTED, "delivery_unknown"),
            (EmailOutcome.REFUSED, SmsOutcome.UNKNOWN, "delivery_unknown"),
            (EmailOutcome.REFUSED, SmsOutcome.REFUSED_RECIPIENT, "delivery_refused"),
        ],
    )
    def test_what_may_have_been_sent_or_cannot_be_is_left_to_a_person(
        self, post: Post, phone: Phone, by_mail: EmailOutcome, by_text: SmsOutcome, word: str
    ) -> None:
        post.outcome, phone.outcome = by_mail, by_text
        receipt_id = a_clients_receipt()

        receipt = run(receipt_id, post, phone)
        run(receipt_id, post, phone)

        assert (receipt.status, receipt.hold_reason) == (ReceiptStatus.REGISTERED, word)
        assert len(post.letters) == 1
        assert count_of(OperatorTask, OperatorTask.reason == word) == 1

    @pytest.mark.parametrize(
        ("by_mail", "by_text"),
        [
            (EmailOutcome.TRY_LATER, SmsOutcome.ACCEPTED),
            (EmailOutcome.REFUSED, SmsOutcome.COOL_DOWN),
            (EmailOutcome.REFUSED, SmsOutcome.TRY_LATER),
        ],
    )
    def test_what_was_not_sent_is_tried_again(
        self, post: Post, phone: Phone, by_mail: EmailOutcome, by_text: SmsOutcome
    ) -> None:
        post.outcome, phone.outcome = by_mail, by_text
        receipt_id = a_clients_receipt()

        with pytest.raises(DeliveryPostponed):
            run(receipt_id, post, phone)
        post.outcome = EmailOutcome.ACCEPTED

        assert run(receipt_id, post, phone).status is ReceiptStatus.DELIVERED

    def test_a_process_that_died_while_sending_is_not_repeated(self, post: Post, phone: Phone) -> None:
        receipt_id = a_clients_receipt()

        class Dies(Post):
            def send(self, letter: Letter) -> EmailResult:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            run(receipt_id, Dies(), phone)
        receipt = run(receipt_id, post, phone)

        assert receipt.hold_reason == "delivery_unknown"
        assert post.letters == []
