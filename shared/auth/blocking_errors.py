"""What blocking refuses.

The tree::

    AlreadyBlocked        Conflict
    NotBlocked            Conflict
    NotOneself            Conflict
    StaffNotBlocked       Conflict   staff is let go by an admin, elsewhere
"""

from shared.kernel.errors import Conflict


class AlreadyBlocked(Conflict):
    code = "already_blocked"

    def __init__(self) -> None:
        super().__init__("Этот пользователь уже заблокирован.")


class NotBlocked(Conflict):
    code = "not_blocked"

    def __init__(self) -> None:
        super().__init__("Этот пользователь не заблокирован.")


class NotOneself(Conflict):
    code = "not_oneself"

    def __init__(self) -> None:
        super().__init__("Себя заблокировать нельзя. Попросите другого сотрудника.")


class StaffNotBlocked(Conflict):
    code = "staff_not_blocked"

    def __init__(self) -> None:
        super().__init__("Это сотрудник платформы: его доступ закрывает администратор в разделе сотрудников.")
