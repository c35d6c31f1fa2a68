from collections.abc import Callable

import pytest

from shared.auth import texts


class TestATextMessage:
    @pytest.mark.parametrize("text_of", [texts.agent_sign_in, texts.phone_verification])
    def test_is_one_segment_that_holds_the_code(self, text_of: Callable[[str], str]) -> None:
        text = text_of("123456")

        assert "123456" in text
        assert len(text) <= 70
