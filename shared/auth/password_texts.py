"""What people read when somebody asks to reset a password."""

from shared.ports.email import Letter


def reset(recipient: str, code: str, *, minutes: int) -> Letter:
    return Letter(
        recipient=recipient,
        subject="Код для смены пароля в Housler",
        text=(
            "Здравствуйте!\n\n"
            f"Код для смены пароля в Housler: {code}\n\n"
            f"Код действует {minutes} мин. и только один раз. Никому его не сообщайте: "
            "сотрудники Housler коды не спрашивают.\n\n"
            "Если вы не меняете пароль, ничего делать не нужно: без кода он останется прежним.\n"
        ),
    )


def nothing_to_reset(recipient: str, _code: str) -> Letter:
    """To an address without a password: it takes as long as the other letter."""
    return Letter(
        recipient=recipient,
        subject="Смена пароля в Housler",
        text=(
            "Здравствуйте!\n\n"
            "Кто-то хотел сменить пароль для этого адреса в Housler, но входа по паролю с ним нет. "
            "Если это были вы, войдите по коду из письма или SMS либо укажите другой адрес.\n\n"
            "Если это были не вы, ничего делать не нужно.\n"
        ),
    )
