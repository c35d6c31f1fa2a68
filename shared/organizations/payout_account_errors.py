"""What accounts for payouts refuse.

The tree::

    PayoutAccountNotFound    NotFound   also another owner's
    PayoutPhoneNeeded        Conflict
    PayoutAccountExists      Conflict
    TooManyPayoutAccounts    Conflict
    AccountOfSomebodyElse    Invalid    a person's account for an organization, or the reverse
    BankUnknown              Invalid
    PayoutAccountConfirmed   Conflict
    PayoutAccountUnconfirmed Conflict
    PayoutAccountIsDefault   Conflict
    PayoutAccountInUse       Conflict   money is on its way there
    CheckedSignerNeeded      Forbidden
"""

from shared.kernel.errors import Conflict, Forbidden, Invalid, NotFound


class PayoutAccountNotFound(NotFound):
    code = "payout_account_not_found"

    def __init__(self) -> None:
        super().__init__("Счёт для выплат не найден.")


class PayoutPhoneNeeded(Conflict):
    code = "verified_phone_needed"

    def __init__(self) -> None:
        super().__init__("Сначала подтвердите номер телефона: выплаты по СБП идут на него.")


class PayoutAccountExists(Conflict):
    code = "payout_account_exists"

    def __init__(self) -> None:
        super().__init__("Этот счёт для выплат уже добавлен.")


class TooManyPayoutAccounts(Conflict):
    code = "too_many_payout_accounts"

    def __init__(self) -> None:
        super().__init__("Счетов для выплат слишком много. Удалите лишние.")


class AccountOfSomebodyElse(Invalid):
    code = "payout_account_kind_refused"

    def __init__(self) -> None:
        super().__init__(
            "Организации платят на её расчётный счёт, человеку — на его личный счёт, карту или телефон. "
            "Проверьте номер счёта."
        )


class BankUnknown(Invalid):
    code = "bank_unknown"

    def __init__(self) -> None:
        super().__init__("Банка с таким БИК нет в справочнике Банка России. Проверьте БИК.")


class PayoutAccountConfirmed(Conflict):
    code = "payout_account_confirmed"

    def __init__(self) -> None:
        super().__init__("Этот счёт уже подтверждён.")


class PayoutAccountUnconfirmed(Conflict):
    code = "payout_account_unconfirmed"

    def __init__(self) -> None:
        super().__init__("Счёт ещё не подтверждён подписантом организации.")


class PayoutAccountIsDefault(Conflict):
    code = "payout_account_is_default"

    def __init__(self) -> None:
        super().__init__("Выплаты и так идут на этот счёт.")


class PayoutAccountInUse(Conflict):
    code = "payout_account_in_use"

    def __init__(self) -> None:
        super().__init__("На этот счёт сейчас идёт выплата. Удалите его, когда она завершится.")


class CheckedSignerNeeded(Forbidden):
    code = "checked_signer_needed"

    def __init__(self) -> None:
        super().__init__("Подтвердить счёт может только подписант организации, чьи полномочия проверены.")
