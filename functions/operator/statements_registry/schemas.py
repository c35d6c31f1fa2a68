from datetime import date

from pydantic import ConfigDict

from shared.http.file_field import FileField
from shared.http.inputs import RequestModel, ViewModel
from shared.reconciliation.registry_models import RegistryDay


class TakeRegistryRequest(RequestModel):
    """CSV with the columns ``terminal;operation;payment_id;order_id;kind;amount_kopecks;charge_kopecks;occurred_at``, or
    T-Bank's own, which begins with ``terminal_key``.
    """

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"content_base64": "dGVybWluYWw7b3BlcmF0aW9uCg=="}]}
    )

    content_base64: FileField


class RegistryDayView(ViewModel):
    terminal: str
    day: date
    lines: int
    paid_kopecks: int
    refunded_kopecks: int
    charge_kopecks: int
    #: what the provider owes for the day: all but what lies in deals at the bank
    net_kopecks: int

    @classmethod
    def of(cls, day: RegistryDay) -> "RegistryDayView":
        return cls(
            terminal=day.terminal,
            day=day.day,
            lines=day.lines,
            paid_kopecks=day.paid_kopecks.kopecks,
            refunded_kopecks=day.refunded_kopecks.kopecks,
            charge_kopecks=day.charge_kopecks.kopecks,
            net_kopecks=day.net.kopecks,
        )


class TakenRegistryView(ViewModel):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "days": [
                        {
                            "terminal": "tbank",
                            "day": "2026-11-23",
                            "lines": 2,
                            "paid_kopecks": 30_000_000,
                            "refunded_kopecks": 1_000_000,
                            "charge_kopecks": 210_000,
                            "net_kopecks": 28_790_000,
                        }
                    ]
                }
            ]
        }
    )

    days: list[RegistryDayView]
