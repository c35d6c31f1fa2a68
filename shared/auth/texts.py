"""What people read when a code is sent. A text message is one segment: 70 characters of Cyrillic at most."""

from collections.abc import Mapping
from typing import Final

from shared.auth.step_up_models import StepUpAction
from shared.ports.email import Letter

#: each leaves room for the code and four digits within one segment
_ACTIONS: Final[Mapping[StepUpAction, str]] = {
    StepUpAction.PAYOUT_ACCOUNT_ADD: "счёт выплат",
    StepUpAction.PAYOUT_ACCOUNT_CHOOSE: "выбор счёта выплат",
    StepUpAction.ORGANIZATION_PAYOUT_ACCOUNT_ADD: "счёт агентства",
    StepUpAction.ORGANIZATION_PAYOUT_ACCOUNT_CHOOSE: "выбор счёта",
    StepUpAction.ORGANIZATION_PAYOUT_ACCOUNT_CONFIRM: "счёт агентства",
    StepUpAction.REFUND_CREATE: "возврат клиенту",
    StepUpAction.REFUND_APPROVE: "согласие на возврат",
    StepUpAction.REFUND_RESEND: "повтор возврата",
    StepUpAction.STEP_RELEASE: "передача денег",
    StepUpAction.DISPUTE_DECIDE: "решение спора",
    StepUpAction.SUSPENSE_PLACE: "зачесть платёж",
    StepUpAction.SUSPENSE_RETURN: "вернуть платёж",
}


def agent_sign_in(code: str) -> str:
    return f"Housler: код {code} для входа. Никому не сообщайте."


def step_up(code: str, action: StepUpAction, last_digits: str | None) -> str:
    what = _ACTIONS[action]
    return f"Housler: код {code} — {what}{f' *{last_digits}' if last_digits else ''}. Никому не сообщайте."


def client_sign_in(recipient: str, code: str, *, minutes: int) -> Letter:
    return Letter(
        recipient=recipient,
        subject="Код для входа в Housler",
        text=(
            "Здравствуйте!\n\n"
            f"Ваш код для входа в Housler: {code}\n\n"
            f"Код действует {minutes} мин. и только один раз. Никому его не сообщайте: "
            "сотрудники Housler коды не спрашивают.\n\n"
            "Если вы не входили в Housler, ничего делать не нужно: без кода войти нельзя.\n"
        ),
    )
