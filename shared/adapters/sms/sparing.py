"""In test mode: the phones of demonstrations are spared, all others are sent to as always."""

from shared.kernel.demo_phones import is_demo_phone
from shared.ports.sms import SmsOutcome, SmsResult, SmsSender

NOT_SENT = "test_mode"


class SparingSender:
    def __init__(self, sender: SmsSender) -> None:
        self._sender = sender

    def send(self, *, phone: str, text: str, user_ip: str | None) -> SmsResult:
        """Like the port's; for a spared phone ``provider_code`` is ``test_mode``, and there is no id."""
        if is_demo_phone(phone):
            return SmsResult(SmsOutcome.ACCEPTED, provider_code=NOT_SENT)
        return self._sender.send(phone=phone, text=text, user_ip=user_ip)
