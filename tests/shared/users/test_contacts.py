import pytest

from shared.kernel.contacts import masked_phone, normal_email, normal_phone, valid_inn


class TestAPhone:
    @pytest.mark.parametrize(
        "text", ["+79161234567", "8 (916) 123-45-67", "79161234567", "9161234567", " +7 916 123 45 67 "]
    )
    def test_has_one_form(self, text: str) -> None:
        assert normal_phone(text) == "+79161234567"

    @pytest.mark.parametrize(
        "text",
        ["", "abc", "+7916123456", "+74951234567", "88001234567", "+77011234567", "+79161234567 доб. 12"],
    )
    def test_is_a_russian_mobile_number(self, text: str) -> None:
        with pytest.raises(ValueError, match="мобильный"):
            normal_phone(text)

    def test_can_be_shown_without_being_told(self) -> None:
        assert masked_phone("+79161234567") == "+7 916 ***-**-67"


class TestAnAddress:
    @pytest.mark.parametrize(
        ("text", "normal"),
        [
            ("Ivan@Example.RU", "ivan@example.ru"),
            (" a.b+c@d-e.co ", "a.b+c@d-e.co"),
            ("ivan@почта.рф", "ivan@xn--80a1acny.xn--p1ai"),
        ],
    )
    def test_has_one_form(self, text: str, normal: str) -> None:
        assert normal_email(text) == normal

    @pytest.mark.parametrize(
        "text",
        [
            "",
            "ivan",
            "ivan@example",
            "ivan@@example.ru",
            "@example.ru",
            "иван@example.ru",
            "a..b@example.ru",
            "a\n@example.ru",
            "a@b..ru",
            "a" * 65 + "@example.ru",
            "a@" + "b" * 64 + ".ru",
        ],
    )
    def test_is_one_mailbox_at_a_domain(self, text: str) -> None:
        with pytest.raises(ValueError, match="почты"):
            normal_email(text)


class TestAnInn:
    def test_of_a_company_has_ten_digits_and_of_a_person_twelve(self) -> None:
        assert valid_inn("7707083893", length=10) == "7707083893"
        assert valid_inn("5001 0073 2259", length=12) == "500100732259"

    @pytest.mark.parametrize("text", ["7707083894", "0000000000", "500100732259", "77-07083893", ""])
    def test_of_a_company_is_checked(self, text: str) -> None:
        with pytest.raises(ValueError, match="организации"):
            valid_inn(text, length=10)

    @pytest.mark.parametrize("text", ["500100732258", "000000000000", "7707083893"])
    def test_of_a_person_is_checked(self, text: str) -> None:
        with pytest.raises(ValueError, match="физического лица"):
            valid_inn(text, length=12)
