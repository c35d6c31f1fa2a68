"""The link that a payer's bank opens, and its picture."""

import hashlib

import segno

from localstack.standins.tbank.bank import Document

BANK = "100000000004"


def link(payment: Document) -> str:
    """``type=02``: for one payment. The four last digits are a check that nobody outside of НСПК computes."""
    seed = hashlib.sha256(f"{payment['TerminalKey']}:{payment['PaymentId']}".encode()).hexdigest().upper()
    return f"https://qr.nspk.ru/AD{seed[:30]}?type=02&bank={BANK}&sum={payment['Amount']}&cur=RUB&crc={seed[-4:]}"


def image(payment: Document) -> str:
    return str(segno.make(link(payment)).svg_inline(scale=4))
