"""Take messages for both ports, and remember them."""

from shared.ports.email import EmailOutcome, EmailResult, Letter
from shared.ports.sms import SmsOutcome, SmsResult


def code_in(text: str) -> str:
    return next(word for word in text.split() if word.strip(".").isdigit() and len(word.strip(".")) == 6)


class SmsPostman:
    def __init__(self) -> None:
        self.texts: dict[str, list[str]] = {}
        #: what becomes of messages to these phones
        self.outcomes: dict[str, SmsOutcome] = {}

    def send(self, *, phone: str, text: str, user_ip: str | None) -> SmsResult:
        self.texts.setdefault(phone, []).append(text)
        return SmsResult(self.outcomes.get(phone, SmsOutcome.ACCEPTED))

    def code(self, phone: str) -> str:
        """The newest."""
        return code_in(self.texts[phone][-1])


class MailPostman:
    def __init__(self) -> None:
        self.letters: dict[str, list[Letter]] = {}
        self.outcomes: dict[str, EmailOutcome] = {}

    def send(self, letter: Letter) -> EmailResult:
        self.letters.setdefault(letter.recipient, []).append(letter)
        return EmailResult(self.outcomes.get(letter.recipient, EmailOutcome.ACCEPTED))

    def code(self, email: str) -> str:
        return code_in(self.letters[email][-1].text)
