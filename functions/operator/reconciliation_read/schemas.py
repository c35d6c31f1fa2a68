from typing import Final

from pydantic import ConfigDict

from shared.http.inputs import ViewModel
from shared.http.reconciliation_view import (
    DIFFERENCE_EXAMPLE,
    RUN_EXAMPLE,
    DifferenceView,
    RunView,
    kopecks,
)
from shared.reconciliation.models import RunTotal
from shared.reconciliation.views import AgeBucket, RunFacts

#: the CSV has all of them
_MOST_SHOWN: Final = 200


class TerminalTotalView(ViewModel):
    """The day's net (payments less refunds and charges) as the ledger and the registry have it; what the bank's lines
    of the day settled; what is on clearing now, and what the registries say is not settled.
    """

    terminal: str
    ledger_net_kopecks: int
    #: null: the registry wasn't read
    registry_net_kopecks: int | None
    settled_kopecks: int
    clearing_kopecks: int
    unsettled_kopecks: int

    @classmethod
    def of(cls, total: RunTotal) -> "TerminalTotalView":
        return cls(
            terminal=total.terminal,
            ledger_net_kopecks=total.ledger_net_kopecks.kopecks,
            registry_net_kopecks=kopecks(total.registry_net_kopecks),
            settled_kopecks=total.settled_kopecks.kopecks,
            clearing_kopecks=total.clearing_kopecks.kopecks,
            unsettled_kopecks=total.unsettled_kopecks.kopecks,
        )


class AgeView(ViewModel):
    #: days: 0-1, 2-3, 4-7, 8+
    age: str
    count: int
    #: how far the sides are apart, summed without signs
    apart_kopecks: int

    @classmethod
    def of(cls, bucket: AgeBucket) -> "AgeView":
        return cls(age=bucket.age, count=bucket.differences, apart_kopecks=bucket.apart.kopecks)


class RunReportView(RunView):
    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    **RUN_EXAMPLE,
                    "totals": [
                        {
                            "terminal": "yookassa",
                            "ledger_net_kopecks": 29_790_000,
                            "registry_net_kopecks": 29_790_000,
                            "settled_kopecks": 29_580_000,
                            "clearing_kopecks": 210_000,
                            "unsettled_kopecks": 0,
                        }
                    ],
                    "ages": [{"age": "0-1", "count": 1, "apart_kopecks": 210_000}],
                    "differences": [DIFFERENCE_EXAMPLE],
                }
            ]
        }
    )

    totals: list[TerminalTotalView]
    ages: list[AgeView]
    #: the oldest first, at most 200
    differences: list[DifferenceView]

    @classmethod
    def of_facts(cls, facts: RunFacts) -> "RunReportView":
        return cls(
            **RunView.of(facts.run).model_dump(),
            totals=[TerminalTotalView.of(each) for each in facts.totals],
            ages=[AgeView.of(each) for each in facts.ages],
            differences=[DifferenceView.of(each) for each in facts.differences[:_MOST_SHOWN]],
        )
