import pytest

from shared.kernel.demo_phones import is_demo_phone, known_code


class TestDemoPhone:
    @pytest.mark.parametrize("phone", ["+79999000000", "+79999999999", "+79999123456"])
    def test_begins_with_7_999_9(self, phone: str) -> None:
        assert is_demo_phone(phone)

    @pytest.mark.parametrize(
        "phone",
        [
            *("+79998999999", "+79991234567", "+79161234567", "79999123456", "+7999912345", "+799991234567"),
            *("+7999912345\n", "+79999123456\n", "+7999912345６", "ivan@example.ru", ""),
        ],
    )
    def test_is_no_other(self, phone: str) -> None:
        assert not is_demo_phone(phone)

    @pytest.mark.parametrize(
        ("last", "code"),
        [
            *(("0", "111111"), ("1", "222222"), ("2", "333333"), ("3", "444444"), ("4", "555555")),
            *(("5", "666666"), ("6", "111111"), ("7", "222222"), ("8", "333333"), ("9", "444444")),
        ],
    )
    def test_tells_its_code_by_its_last_digit(self, last: str, code: str) -> None:
        assert known_code(f"+7999912345{last}") == code
