"""What is refused where contacts are proved and changed.

The tree::

    PhoneAlreadyVerified    Conflict
    EmailAlreadyVerified    Conflict
    CurrentCodeNeeded       Invalid    a proved contact changes by two codes
    ContactChangeNeedsHelp  Conflict   nothing can be sent to the old contact: an operator recovers the account
    StaffContact            Conflict   staff's contacts are changed by ``python -m infra.staff``
"""

from shared.kernel.errors import Conflict, Invalid


class PhoneAlreadyVerified(Conflict):
    code = "phone_already_verified"

    def __init__(self) -> None:
        super().__init__("Этот номер у вас уже подтверждён.")


class EmailAlreadyVerified(Conflict):
    code = "email_already_verified"

    def __init__(self) -> None:
        super().__init__("Этот адрес у вас уже подтверждён.")


class CurrentCodeNeeded(Invalid):
    code = "current_code_needed"

    def __init__(self) -> None:
        super().__init__("Чтобы сменить подтверждённый контакт, введите и код, отправленный на прежний.")
        self.errors = {"current_code": "Введите код, отправленный на прежний контакт."}


class ContactChangeNeedsHelp(Conflict):
    code = "contact_change_needs_help"
    keeps_work = True

    def __init__(self) -> None:
        super().__init__("На прежний контакт код не доставить. Чтобы сменить его, обратитесь в поддержку.")


class StaffContact(Conflict):
    code = "staff_contact"

    def __init__(self) -> None:
        super().__init__("Контакты сотрудников платформы так не меняются: обратитесь к администратору.")
