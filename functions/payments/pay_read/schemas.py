from datetime import datetime
from typing import Self

from pydantic import ConfigDict

from shared.adapters.qr import svg_of
from shared.http.inputs import ViewModel
from shared.payments.paying import NEXT, PayPage, PayState


class PayView(ViewModel):
    """``url`` and the code are there only while one can pay by them; ``next`` says to people what happens now."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "amount_kopecks": 30_000_000,
                    "state": "waiting",
                    "next": "Отсканируйте код или откройте ссылку в приложении банка и подтвердите перевод.",
                    "url": "https://pay.example.ru/checkout?orderId=2f1e",
                    "qr_payload": None,
                    "qr_svg": '<svg xmlns="http://www.w3.org/2000/svg"/>',
                    "expires_at": "2026-11-24T11:00:00Z",
                    "seconds_left": 3_540,
                }
            ]
        }
    )

    amount_kopecks: int
    state: PayState
    next: str
    url: str | None
    qr_payload: str | None
    qr_svg: str | None
    expires_at: datetime | None
    seconds_left: int | None

    @classmethod
    def of(cls, page: PayPage) -> Self:
        return cls(
            amount_kopecks=page.amount.kopecks,
            state=page.state,
            next=NEXT[page.state],
            url=page.url,
            qr_payload=page.qr_payload,
            qr_svg=None if page.code is None else svg_of(page.code, error="m", border=4),
            expires_at=page.expires_at,
            seconds_left=page.seconds_left,
        )
