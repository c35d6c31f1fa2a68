"""What consents and their texts refuse.

The tree::

    LegalTextNotFound     NotFound   no such text or version
    ConsentUnknown        NotFound   there is no such kind
    ConsentNotGiven       Conflict   nothing to withdraw
"""

from shared.kernel.errors import Conflict, NotFound


class LegalTextNotFound(NotFound):
    code = "legal_text_not_found"

    def __init__(self) -> None:
        super().__init__("Такого документа или такой редакции нет.")


class ConsentUnknown(NotFound):
    code = "consent_unknown"

    def __init__(self) -> None:
        super().__init__("Такого согласия нет.")


class ConsentNotGiven(Conflict):
    code = "consent_not_given"

    def __init__(self) -> None:
        super().__init__("Это согласие не дано или уже отозвано.")
