from collections.abc import Callable

import pytest

from shared.auth import contact_texts, texts


class TestATextMessage:
    @pytest.mark.parametrize(
        "text_of", [texts.agent_sign_in, contact_texts.phone_verification, contact_texts.phone_change]
    )
    def test_is_one_segment_that_holds_the_code(self, text_of: Callable[[str], str]) -> None:
        text = text_of("123456")

        assert "123456" in text
        assert len(text) <= 70
