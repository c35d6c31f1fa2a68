"""A mail sender that keeps what it was given."""

from shared.ports.email import EmailOutcome, EmailResult, Letter


class KeptLetters:
    def __init__(self, outcome: EmailOutcome = EmailOutcome.ACCEPTED) -> None:
        self.outcome = outcome
        self.sent: list[Letter] = []

    def send(self, letter: Letter) -> EmailResult:
        self.sent.append(letter)
        return EmailResult(self.outcome)
