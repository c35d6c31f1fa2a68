import pytest

from shared.kernel.contacts import masked_email
from shared.kernel.legal_entities import valid_kpp, valid_ogrn


class TestKpp:
    @pytest.mark.parametrize(("text", "kept"), [("770701001", "770701001"), ("7707 ab 001", "7707AB001")])
    def test_is_kept_without_spaces(self, text: str, kept: str) -> None:
        assert valid_kpp(text) == kept

    @pytest.mark.parametrize("text", ["", "77070100", "7707010011", "000000000", "77O701001", "7707аб001"])
    def test_has_nine_signs(self, text: str) -> None:
        with pytest.raises(ValueError, match="КПП"):
            valid_kpp(text)


class TestOgrn:
    def test_of_a_company_is_kept(self) -> None:
        assert valid_ogrn("1027 7001 32195") == "1027700132195"

    @pytest.mark.parametrize(
        "text", ["", "1027700132196", "304500116000157", "0000000000000", "102770013219a"]
    )
    def test_of_nothing_else_is(self, text: str) -> None:
        with pytest.raises(ValueError, match="ОГРН"):
            valid_ogrn(text)


@pytest.mark.parametrize(
    ("email", "shown"),
    [("konstantin@example.ru", "ko***@example.ru"), ("ivan@example.ru", "***@example.ru")],
)
def test_an_address_is_shown_by_its_first_letters_if_it_is_long(email: str, shown: str) -> None:
    assert masked_email(email) == shown
