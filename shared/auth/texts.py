"""What people read when a code is sent. A text message is one segment: 70 characters of Cyrillic at most."""

from shared.ports.email import Letter


def agent_sign_in(code: str) -> str:
    return f"Housler: код {code} для входа. Никому не сообщайте."


def phone_verification(code: str) -> str:
    return f"Housler: код {code} подтверждает ваш номер. Никому не сообщайте."


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
