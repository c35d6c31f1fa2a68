"""What invitations refuse.

The tree::

    InvitationNotFound     NotFound   also for somebody else than whom it was sent to
    InvitationClosed       Conflict   accepted, declined, revoked or expired
    InvitationExists       Conflict   one is on its way to that address for that role
    TooManyInvitations     TooMany    of one organization in a day
    TooManyPending         Conflict   of one organization at a time
    TermsNeeded            Invalid    a signer has a position and a basis
    InviteeUnreachable     Conflict   the person has proved no contact
"""

from shared.db.errors import on_constraint
from shared.kernel.errors import Conflict, Invalid, NotFound, TooMany


class InvitationNotFound(NotFound):
    code = "invitation_not_found"

    def __init__(self) -> None:
        super().__init__(
            "Приглашение не найдено. Если вы получили ссылку, войдите с тем номером или адресом, на который она пришла."
        )


class InvitationClosed(Conflict):
    code = "invitation_closed"

    def __init__(self) -> None:
        super().__init__("Приглашение уже не действует. Попросите прислать новое.")


class InvitationExists(Conflict):
    code = "invitation_exists"

    def __init__(self) -> None:
        super().__init__("Приглашение на этот адрес уже отправлено. Отправьте его ещё раз или отзовите.")


class TooManyInvitations(TooMany):
    code = "too_many_invitations"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__("За сутки отправлено слишком много приглашений. Продолжите завтра.")
        self.retry_after_seconds = retry_after_seconds


class TooManyPending(Conflict):
    code = "too_many_pending_invitations"

    def __init__(self) -> None:
        super().__init__("Слишком много приглашений ждут ответа. Отзовите лишние.")


class TermsNeeded(Invalid):
    code = "signer_terms_needed"

    def __init__(self) -> None:
        super().__init__("Для подписанта укажите должность и основание: устав или доверенность.")


class InviteeUnreachable(Conflict):
    code = "invitee_unreachable"

    def __init__(self) -> None:
        super().__init__(
            "Человек ещё не подтвердил ни телефон, ни почту. Пригласите его по номеру или адресу."
        )


on_constraint("uq_invitations_pending", InvitationExists)
