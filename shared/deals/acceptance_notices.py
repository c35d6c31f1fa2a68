"""Telling the client that something is done, until when he may object, and what his silence means: a letter, else a text.

The contract wants that warning in the notice; his days begin when his provider has taken it. Where nobody knows
whether it did, they don't begin, and an operator is told.
"""

from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy.orm import Session

from shared.config import web
from shared.db.session import Transactions
from shared.deals import service as deals
from shared.deals.acceptance_models import Acceptance, AcceptanceStatus
from shared.deals.models import Deal, PaymentStep
from shared.deals.releasing import silence_ends
from shared.kernel.clock import moscow_date
from shared.outbox import sending
from shared.outbox import service as outbox
from shared.outbox.models import OutboxMessage, Topic
from shared.ports.email import EmailOutcome, EmailSender, Letter
from shared.ports.sms import SmsOutcome, SmsSender
from shared.tasks import service as tasks

#: kind of the outbox message; payload {"acceptance_id"}
ASKED: Final = "acceptance.asked"

_ACT: Final = (
    "Сделка № {number}: исполнитель подписал акт об оказании услуг. Подпишите его или направьте возражения по {until} "
    "включительно: {link} Если до конца этого дня вы не сделаете ни того ни другого, услуги будут считаться принятыми."
)
_MILESTONE: Final = (
    "Сделка № {number}: исполнитель сообщил о событии «{event}». Подтвердите его или возразите по {until} включительно: "
    "{link} Если до конца этого дня вы не возразите, событие будет считаться наступившим, а оплата шага № {step_no} — "
    "переданной исполнителю."
)
_SUBJECTS: Final = {
    _ACT: "Сделка № {number}: акт об оказании услуг",
    _MILESTONE: "Сделка № {number}: событие, с которым передаётся оплата",
}
_TAKEN: Final = frozenset({EmailOutcome.ACCEPTED.value, SmsOutcome.ACCEPTED.value})


class _Notice(NamedTuple):
    email: str | None
    phone: str | None
    subject: str
    text: str


def ask(session: Session, acceptance: Acceptance, *, now: datetime) -> None:
    """Ask for the notice, once."""
    payload = {"acceptance_id": str(acceptance.id)}
    outbox.ask(session, Topic.JOBS, ASKED, payload, dedupe_key=f"{ASKED} {acceptance.id}", now=now)


def tell(
    transactions: Transactions, message_id: UUID, *, emails: EmailSender, texts: SmsSender, now: datetime
) -> None:
    """Send the notice; a busy provider is tried again later, an unknown outcome is not repeated."""
    sending.deliver(
        transactions,
        message_id,
        prepare=lambda session, message: _notice(session, message, now),
        send=lambda notice: _sent(notice, emails, texts),
        on_done=lambda session, message, outcome: _begin_silence(session, message, outcome, now),
        now=now,
    )


def _sent(notice: _Notice, emails: EmailSender, texts: SmsSender) -> str:
    if notice.email is not None:
        return emails.send(Letter(notice.email, notice.subject, notice.text)).outcome
    if notice.phone is not None:
        return texts.send(phone=notice.phone, text=notice.text, user_ip=None).outcome
    return EmailOutcome.REFUSED_RECIPIENT


def _begin_silence(session: Session, message: OutboxMessage, outcome: str, now: datetime) -> None:
    acceptance = session.get_one(
        Acceptance, UUID(message.payload["acceptance_id"]), with_for_update=True, populate_existing=True
    )
    if outcome not in _TAKEN:
        tasks.open_task(
            session, "client_not_told", entity=("acceptance", acceptance.id), reason=outcome, now=now
        )
        return
    ends = _silence_ends(session, acceptance.deal_id, now)
    acceptance.noticed_at, acceptance.silence_at = now, ends


def _notice(session: Session, message: OutboxMessage, now: datetime) -> _Notice | None:
    """None where it was settled before the notice went out."""
    acceptance = session.get_one(Acceptance, UUID(message.payload["acceptance_id"]))
    if acceptance.status is not AcceptanceStatus.ASKED:
        return None
    deal = session.get_one(Deal, acceptance.deal_id)
    client = deals.party_contacts(session, deals.client_party(session, deal.id))
    last_day = moscow_date(_silence_ends(session, deal.id, now)) - timedelta(days=1)
    facts = {
        "number": deal.number,
        "until": f"{last_day:%d.%m.%Y}",
        "link": f"{web.load().public_url}/deals/{deal.id}",
    }
    text = _ACT
    if acceptance.schedule_id is not None:
        step = session.get_one(PaymentStep, acceptance.schedule_id)
        text = _MILESTONE
        facts |= {"event": step.milestone or "", "step_no": str(step.step_no)}
    return _Notice(client.email, client.phone, _SUBJECTS[text].format(**facts), text.format(**facts))


def _silence_ends(session: Session, deal_id: UUID, now: datetime) -> datetime:
    return silence_ends(now, deals.frozen_terms(session, deal_id).silence_days)
