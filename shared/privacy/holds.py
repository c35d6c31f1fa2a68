"""What the law holds though a person's data are destroyed: what, by which article, and until when.

It stays under keys of its own: of the deal's party, of the signature, of the document, of the receipt. A term that runs
from a year's end ends with a year; the others are rounded up to one.
"""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Final, NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from shared.deals.models import Deal, DealParty
from shared.kernel.clock import moscow_date
from shared.payments.models import Payment
from shared.payouts.models import Payout
from shared.privacy.obstacles import in_deal
from shared.receipts.models import Receipt
from shared.signatures.models import Signature
from shared.users.consent_models import UserConsent

#: of limitation (Гражданский кодекс, art. 196)
_THREE: Final = 3
#: of accounting, tax and 115-ФЗ
_FIVE: Final = 5


class Hold(NamedTuple):
    """``code`` is a stable word; the rest is for people. Kept up to and with the day ``until``."""

    code: str
    what: str
    law: str
    until: date


def of(session: Session, user_id: UUID, *, now: datetime) -> list[Hold]:
    """As of an erasure at ``now``."""
    return list(_found(session, user_id, now))


def _found(session: Session, user_id: UUID, now: datetime) -> Iterator[Hold]:
    signed = select(func.max(Deal.updated_at)).where(Deal.signed_at.is_not(None), in_deal(user_id))
    if (last := session.scalar(signed)) is not None:
        yield Hold(
            "contracts",
            "Подписанные договоры с вашим участием и сведения о сторонах в них",
            "402-ФЗ, ст. 29, ч. 1 (5 лет после отчётного года); Гражданский кодекс, ст. 196",
            _end_of_year(last, _FIVE),
        )
    signatures = select(func.max(Signature.signed_at)).where(Signature.user_id == user_id)
    if (last := session.scalar(signatures)) is not None:
        yield Hold(
            "signatures",
            "Ваши электронные подписи: имя, телефон, время, IP-адрес и соглашение об электронном взаимодействии",
            "63-ФЗ, ст. 6 и 9; Гражданский кодекс, ст. 160 и 196; 402-ФЗ, ст. 29",
            _end_of_year(last, _FIVE),
        )
    if _had_money(session, user_id):
        yield Hold(
            "payments",
            "Платежи, выплаты и проводки по вашим сделкам",
            "402-ФЗ, ст. 29; Налоговый кодекс, ст. 23; 115-ФЗ, ст. 7, п. 4 (5 лет после прекращения отношений)",
            _end_of_year(now, _FIVE),
        )
    party = select(DealParty.id).where(DealParty.user_id == user_id)
    receipts = select(func.max(Receipt.registered_at)).where(
        or_(Receipt.taxpayer_id == user_id, Receipt.payer_party_id.in_(party))
    )
    if (last := session.scalar(receipts)) is not None:
        yield Hold(
            "receipts",
            "Чеки, которые оформлены вами или для вас",
            "422-ФЗ, ст. 14; Налоговый кодекс, ст. 23; 402-ФЗ, ст. 29",
            _end_of_year(last, _FIVE),
        )
    if session.scalar(select(func.count()).where(UserConsent.user_id == user_id)):
        yield Hold(
            "consents",
            "Какие согласия вы дали и отозвали: редакция, время, IP-адрес и устройство",
            "152-ФЗ, ст. 9, ч. 3; Гражданский кодекс, ст. 196",
            _end_of_year(now, _THREE),
        )
    yield Hold(
        "audit",
        "Журнал действий с данными, без самих данных, с IP-адресами и устройствами; в нём и запись об уничтожении",
        "152-ФЗ, ст. 19, ч. 2, п. 8; приказ Роскомнадзора от 28.10.2022 № 179",
        _end_of_year(now, _THREE),
    )


def _had_money(session: Session, user_id: UUID) -> bool:
    paid = select(Payment.id).join(Deal, Deal.id == Payment.deal_id).where(in_deal(user_id)).limit(1)
    got = select(Payout.id).where(Payout.owner_user_id == user_id).limit(1)
    return session.scalar(paid) is not None or session.scalar(got) is not None


def _end_of_year(moment: datetime, years: int) -> date:
    """31 December of the year that is so many years after the moment's (Moscow's calendar)."""
    return date(moscow_date(moment).year + years, 12, 31)
