from shared.adapters.sms.smsru import SmsRu
from shared.adapters.sms.sparing import SparingSender
from shared.config import environment, sms
from shared.ports.sms import SmsSender


def sms_sender() -> SmsSender:
    sender = SmsRu(sms.load())
    return SparingSender(sender) if environment.sms_test_mode() else sender
