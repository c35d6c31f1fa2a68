from uuid import UUID

from shared.kernel.errors import Conflict, NotFound


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
