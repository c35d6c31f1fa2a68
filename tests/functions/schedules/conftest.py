from tests.functions.money import bank, bank_process, fns, fns_process
from tests.functions.second_bank import running_tbank, tbank

__all__ = ["bank", "bank_process", "fns", "fns_process", "running_tbank", "tbank"]
