"""What goes into an act of completion, as ``contract_data`` does for contracts: kopecks, dates, nominatives."""

from dataclasses import dataclass
from datetime import date

from shared.deals.words import PropertyType, ReleaseRule
from shared.documents.contract_data import MainContract, Vat
from shared.documents.data_checks import check_days, check_positive, check_url
from shared.documents.party_data import Client, Executor, Platform
from shared.kernel.tax import TaxRegime


@dataclass(frozen=True, slots=True, kw_only=True)
class ActStep:
    """A step of the plan that the services are paid by; ``paid_on`` is None while it isn't."""

    no: int
    amount_kopecks: int
    release_rule: ReleaseRule
    paid_on: date | None = None

    def __post_init__(self) -> None:
        check_positive(self.amount_kopecks, "amount_kopecks")


@dataclass(frozen=True, slots=True, kw_only=True)
class ActOfCompletion:
    """Data of ``act_of_completion`` v1: the services of ``contract`` were rendered, at the price of ``steps``."""

    number: str
    dated: date
    city: str
    contract: MainContract
    property_type: PropertyType
    executor: Executor
    client: Client
    steps: tuple[ActStep, ...]
    silence_days: int
    platform: Platform
    verification_url: str
    vat: Vat | None = None

    def __post_init__(self) -> None:
        if not self.steps or sorted({step.no for step in self.steps}) != [step.no for step in self.steps]:
            raise ValueError("steps must come in the order of their numbers")
        if self.vat is not None and self.vat.kopecks >= self.total_kopecks:
            raise ValueError("vat must be less than the total")
        if self.executor.tax_regime is TaxRegime.NPD and self.vat is not None:
            raise ValueError("vat must fit executor.tax_regime")
        check_days(0, self.silence_days)
        check_url(self.verification_url)

    @property
    def total_kopecks(self) -> int:
        return sum(step.amount_kopecks for step in self.steps)

    @property
    def paid_kopecks(self) -> int:
        return sum(step.amount_kopecks for step in self.steps if step.paid_on is not None)

    @property
    def handed_over(self) -> tuple[int, ...]:
        """Numbers of the paid steps whose money waits for the acceptance."""
        return tuple(
            step.no
            for step in self.steps
            if step.paid_on is not None and step.release_rule is ReleaseRule.ACT
        )
