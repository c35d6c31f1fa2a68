"""What people read with codes that prove or change a contact. A text message is one segment: 70 characters at most."""

from shared.ports.email import Letter


def phone_verification(code: str) -> str:
    return f"Housler: код {code} подтверждает ваш номер. Никому не сообщайте."


def phone_change(code: str) -> str:
    return f"Housler: код {code} для смены вашего номера. Никому не сообщайте."


def email_verification(recipient: str, code: str, *, minutes: int) -> Letter:
    return Letter(
        recipient=recipient,
        subject="Код для подтверждения адреса",
        text=(
            "Здравствуйте!\n\n"
            f"Код, который подтверждает этот адрес в Housler: {code}\n\n"
            f"Код действует {minutes} мин. и только один раз. Никому его не сообщайте: "
            "сотрудники Housler коды не спрашивают.\n\n"
            "Если вы не указывали этот адрес в Housler, ничего делать не нужно.\n"
        ),
    )


def email_change(recipient: str, code: str, *, minutes: int) -> Letter:
    return Letter(
        recipient=recipient,
        subject="Код для смены адреса",
        text=(
            "Здравствуйте!\n\n"
            f"Код, который разрешает заменить этот адрес в вашем аккаунте Housler другим: {code}\n\n"
            f"Код действует {minutes} мин. и только один раз. Никому его не сообщайте: "
            "сотрудники Housler коды не спрашивают.\n\n"
            "Если вы не меняете адрес, никому не называйте код и напишите в поддержку: кто-то вошёл в ваш аккаунт.\n"
        ),
    )
