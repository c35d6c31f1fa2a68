from uuid import UUID

from shared.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from shared.kernel.money import Money


class PayoutNotFound(NotFound):
    code = "payout_not_found"

    def __init__(self) -> None:
        super().__init__("Выплата не найдена.")


class PayoutNotFailed(Conflict):
    """Only what is known not to have happened may be paid again."""

    code = "payout_not_failed"

    def __init__(self, payout_id: UUID, status: str) -> None:
        super().__init__(f"Повторить можно только неудавшуюся выплату, а эта в состоянии {status}.")
        self.payout_id = payout_id


class PayoutContradicted(Conflict):
    """The provider says that the money left."""

    code = "payout_contradicted"

    def __init__(self, payout_id: UUID) -> None:
        super().__init__(
            "По этой выплате есть незакрытая задача: банк говорит о ней не то, что записано у нас. Сначала разберите её."
        )
        self.payout_id = payout_id


class NothingHeld(Conflict):
    code = "nothing_held"

    def __init__(self, step_no: int) -> None:
        super().__init__(
            f"По шагу № {step_no} нет денег, которые можно передать: он не оплачен или уже передан."
        )


class ReleaseFrozen(Conflict):
    """A dispute, a cancellation or a refund is decided first."""

    code = "release_frozen"

    def __init__(self, label: str) -> None:
        super().__init__(f"Сейчас передать деньги нельзя: сделка «{label}».")


class ReleaseTooLarge(Invalid):
    code = "release_too_large"

    def __init__(self, amount: Money, held: Money) -> None:
        super().__init__(f"Передать {amount} нельзя: по шагу удерживается {held}.")


class ReleaseAboveLimit(Forbidden):
    """One person doesn't decide about so much: the parties accept the milestone or the act."""

    code = "release_above_limit"

    def __init__(self, limit: Money) -> None:
        super().__init__(f"Решением одного сотрудника можно передать не больше {limit} за раз.")
