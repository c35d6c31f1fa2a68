from shared.adapters.sms.smsru import SmsRu
from shared.config import sms
from shared.ports.sms import SmsSender


def sms_sender() -> SmsSender:
    return SmsRu(sms.load())
