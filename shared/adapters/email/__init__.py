from shared.adapters.email.smtp import SmtpMailer
from shared.config import email
from shared.ports.email import EmailSender


def email_sender() -> EmailSender:
    return SmtpMailer(email.load())
