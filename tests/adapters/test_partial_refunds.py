from shared.adapters.sbp import tbank, yookassa
from shared.adapters.sbp.partial_refunds import BY_PROVIDER, pays_back_parts
from shared.config.terminals import Provider


class TestPartialRefunds:
    def test_are_told_as_the_adapters_tell_them(self) -> None:
        assert {
            Provider.YOOKASSA: yookassa.CAPABILITIES.partial_refunds,
            Provider.TBANK: tbank.CAPABILITIES.partial_refunds,
        } == BY_PROVIDER

    def test_are_a_matter_of_the_terminals_provider(self) -> None:
        assert pays_back_parts("yookassa")
