"""What people's accounts refuse.

The tree::

    UserNotFound          NotFound
    PhoneTaken            Conflict
    EmailTaken            Conflict
    NothingToChange       Invalid
    AgreementOutdated     Conflict   the text was shown in another version
    PhoneNeeded           Conflict   no verified phone: the key of the signature is missing
"""

from shared.db.errors import on_constraint
from shared.kernel.errors import Conflict, Invalid, NotFound


class UserNotFound(NotFound):
    code = "user_not_found"

    def __init__(self) -> None:
        super().__init__("Пользователь не найден.")


class PhoneTaken(Conflict):
    code = "phone_taken"

    def __init__(self) -> None:
        super().__init__("Этот номер уже подтверждён в другом аккаунте. Войдите по нему или укажите другой.")


class EmailTaken(Conflict):
    code = "email_taken"

    def __init__(self) -> None:
        super().__init__("Этот адрес уже подтверждён в другом аккаунте. Войдите по нему или укажите другой.")


class NothingToChange(Invalid):
    code = "nothing_to_change"

    def __init__(self) -> None:
        super().__init__("Не указано ни одного поля, которое нужно изменить.")


class AgreementOutdated(Conflict):
    code = "agreement_outdated"

    def __init__(self) -> None:
        super().__init__("Текст соглашения изменился. Прочитайте новую редакцию и примите её.")


class PhoneNeeded(Conflict):
    """A code to the phone is the key of the simple signature (63-ФЗ art. 5), so the phone comes first."""

    code = "verified_phone_needed"

    def __init__(self) -> None:
        super().__init__("Сначала подтвердите номер телефона: на него приходят коды для подписи.")


on_constraint("uq_users_phone_index", PhoneTaken)
on_constraint("uq_users_email_index", EmailTaken)
