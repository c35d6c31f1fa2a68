"""The registries that can be asked for; other terminals' are brought as files."""

from shared.adapters.sbp.yookassa_registry import YooKassaRegistry
from shared.config import terminals
from shared.config.terminals import Provider
from shared.config.yookassa import load_shop
from shared.ports.registry import PaymentRegistry


def payment_registries() -> dict[str, PaymentRegistry]:
    """By the terminal's name."""
    return {
        terminal.name: YooKassaRegistry(terminal.name, load_shop())
        for terminal in terminals.load().by_name.values()
        if terminal.provider is Provider.YOOKASSA
    }
