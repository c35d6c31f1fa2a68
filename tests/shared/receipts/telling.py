"""A cash register that nobody can ask and that tells by itself; and what tests do with what it told."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from uuid import UUID

import pytest
from sqlalchemy import select

from shared.audit.service import SYSTEM
from shared.db.session import Transactions
from shared.kernel.clock import utc_now
from shared.kernel.money import Money
from shared.payments.recording import Claim
from shared.payouts import release
from shared.ports.fiscal import FiscalDocument, PaymentMode, ReceiptSense, RegisterCapabilities
from shared.ports.payments import BankEvent
from shared.receipts import kkt_matching, kkt_retrying
from shared.receipts.document_models import KeptDocument
from shared.receipts.kkt_models import KktKind
from shared.receipts.kkt_retrying import Registered
from shared.receipts.models import ReceiptStatus
from tests.shared.payments.fakes import FakeCollector
from tests.shared.payments.steps import pay_step
from tests.shared.payments.world import Cast, a_cast
from tests.shared.receipts.cash_register import (
    DAY,
    FakeRegister,
    receipts_of,
)
from tests.shared.refunds.asking import WHOLE

PREPAID, SERVED = PaymentMode.FULL_PREPAYMENT, PaymentMode.FULL_PAYMENT
PART = Money(100_000_00)
MISSING, UNMATCHED = "kkt_receipt_missing", "kkt_document_unmatched"
SENDING, REGISTERED, FAILED = ReceiptStatus.SENDING, ReceiptStatus.REGISTERED, ReceiptStatus.FAILED
STORAGE = "9289000100115785"
SOON = timedelta(minutes=5)


@dataclass
class Teller:
    """Messages about one payment, each of the next document."""

    payment_id: str
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def tells(
        self,
        mode: PaymentMode | None = None,
        amount: Money = WHOLE,
        *,
        sense: ReceiptSense = ReceiptSense.INCOME,
        number: int | None = None,
    ) -> None:
        number = next(self.numbers) if number is None else number
        document = FiscalDocument(
            self.payment_id, sense, mode, amount, str(number), STORAGE, f"35{number}", utc_now()
        )
        self._say(f"{self.payment_id}:{number}", "receipt.registered", document)

    def refuses(self, mode: PaymentMode, amount: Money = WHOLE) -> None:
        document = FiscalDocument(self.payment_id, ReceiptSense.INCOME, mode, amount, None, None, None, None)
        self._say(f"{self.payment_id}:refused:{next(self.numbers)}", "receipt.refused", document)

    def _say(self, key: str, kind: str, document: FiscalDocument) -> None:
        event = BankEvent(key, kind, self.payment_id, document=document)
        kkt_matching.apply(Transactions(), event, Claim("yookassa", "{}"), now=utc_now())


@pytest.fixture
def register(database: object) -> FakeRegister:
    return FakeRegister(
        can_be_asked=False, capabilities=RegisterCapabilities(key_life=None, offsets_parts=True)
    )


@pytest.fixture
def cast(register: FakeRegister) -> Cast:
    return a_cast(hold_days=3)


@pytest.fixture
def teller(cast: Cast) -> Teller:
    """A client has paid an agency."""
    return Teller(pay_step(FakeCollector(), cast).provider_payment_id or "")


@pytest.fixture
def released(cast: Cast, teller: Teller) -> Cast:
    """His prepayment is registered, and the step is released."""
    teller.tells(PREPAID)
    release.release_due(Transactions(), now=utc_now() + 4 * DAY)
    return cast


def status_of(cast: Cast, kind: KktKind) -> ReceiptStatus:
    ((receipt, _),) = receipts_of(cast.deal_id, kind)
    return receipt.status


def id_of(cast: Cast, kind: KktKind) -> UUID:
    ((receipt, _),) = receipts_of(cast.deal_id, kind)
    return receipt.id


def retry(cast: Cast, kind: KktKind) -> None:
    with Transactions()() as session:
        kkt_retrying.retry(session, id_of(cast, kind), actor=SYSTEM, now=utc_now())


def enter(cast: Cast, kind: KktKind, number: int) -> None:
    registered = Registered(str(number), STORAGE, f"35{number}")
    with Transactions()() as session:
        kkt_retrying.enter(session, id_of(cast, kind), registered, actor=SYSTEM, now=utc_now())


def matched() -> list[UUID | None]:
    with Transactions()() as session:
        return list(session.scalars(select(KeptDocument.receipt_id).order_by(KeptDocument.id)))
