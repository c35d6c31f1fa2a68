"""Why a payment in suspense can't be placed."""

from shared.kernel.errors import Conflict
from shared.kernel.money import Money


class NotInSuspense(Conflict):
    """It was placed, or goes back."""

    code = "payment_not_in_suspense"

    def __init__(self) -> None:
        super().__init__("Этот платёж уже зачислен или возвращается плательщику.")


class PlacedSumDiffers(Conflict):
    """A step is paid whole, by one payment."""

    code = "placed_sum_differs"

    def __init__(self, paid: Money, planned: Money) -> None:
        super().__init__(
            f"Платёж — {paid}, а шаг — {planned}: зачислить можно только равную сумму. "
            "Верните платёж или измените план."
        )


class OfAnotherTerminal(Conflict):
    """Its money lies where this deal's money never does, so that it could not be paid out of there."""

    code = "payment_of_another_terminal"

    def __init__(self) -> None:
        super().__init__(
            "Деньги приняты терминалом, через который по этой сделке не платят: верните их плательщику."
        )
