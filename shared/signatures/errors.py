from shared.kernel.errors import Conflict, Forbidden


class NotYourSignature(Forbidden):
    """The person sees the document but is none of its signers."""

    code = "not_a_signer"

    def __init__(self) -> None:
        super().__init__("Ваша подпись под этим документом не нужна.")


class AlreadySigned(Conflict):
    code = "already_signed"

    def __init__(self) -> None:
        super().__init__("Вы уже подписали этот документ.")


class NotYourTurn(Conflict):
    code = "not_your_turn"

    def __init__(self, side: str) -> None:
        super().__init__(f"Сначала документ подписывает другая сторона: {side}.")


class AgreementNeeded(Conflict):
    code = "signature_agreement_needed"

    def __init__(self) -> None:
        super().__init__(
            "Сначала примите соглашение об электронном взаимодействии: без него простая подпись не действует."
        )


class PhoneNeeded(Conflict):
    code = "verified_phone_needed"

    def __init__(self) -> None:
        super().__init__("Сначала подтвердите телефон: код подписи приходит только на него.")


class DocumentNotRead(Conflict):
    code = "document_not_read"

    def __init__(self) -> None:
        super().__init__("Сначала откройте и прочитайте документ.")


class SignatureNotRequested(Conflict):
    code = "signature_not_requested"

    def __init__(self) -> None:
        super().__init__("Сначала запросите код подписи для этого документа.")


class NameNeeded(Conflict):
    code = "full_name_needed"

    def __init__(self) -> None:
        super().__init__("Сначала укажите в профиле имя, фамилию и отчество: они стоят под подписью.")
