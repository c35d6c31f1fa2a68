from tests.functions.money import bank, bank_process

__all__ = ["bank", "bank_process"]
