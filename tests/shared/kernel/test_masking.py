import pytest

from shared.kernel.masking import masked_name


class TestAMaskedName:
    @pytest.mark.parametrize(
        ("name", "masked"),
        [
            ("Иванова Мария Петровна", "Мария Петровна И."),
            ("Ли Бо", "Бо Л."),
            ("Мадонна", "М."),
            (None, None),
        ],
    )
    def test_keeps_the_family_name_to_itself(self, name: str | None, masked: str | None) -> None:
        assert masked_name(name) == masked
