import pytest

from shared.auth import password_rules
from shared.auth.password_errors import WeakPassword
from shared.kernel.roles import Role

OWN = (
    "kuznetsov@agency.example",
    "Кузнецов Пётр Андреевич",
    "ООО «Дом и ключи»",
    "7701123451",
    "+79161112233",
)


def refused(password: str, role: Role = Role.AGENCY_ADMIN) -> bool:
    try:
        password_rules.check(password, role=role, own=OWN)
    except WeakPassword:
        return True
    return False


class TestAPassword:
    @pytest.mark.parametrize(
        "password",
        [
            "правильная лошадь батарея",
            "correct horse battery",
            "vK8!tq2Zr#",
            "семь слонов едят вишню 41",
            "x" * 3 + "Зонт-жираф-облако",
        ],
    )
    def test_of_unrelated_words_or_of_chance_is_taken(self, password: str) -> None:
        assert not refused(password)
        assert not refused(password + " ещё слово", Role.OPERATOR)

    @pytest.mark.parametrize(
        "password",
        [
            "password1",
            "qwerty123456",
            "1234567890",
            "aaaaaaaaaaaa",
            "abcdefghijkl",
            "01.01.1990",
            "йцукен123456",
            "пароль2026",
            "gfhjkm2026",  # «пароль» in the other layout
            "yfnfif1990",  # «наташа»
            "недвижимость1",
            "ytldb;bvjcnm1",
            "Москва2026!",
            "ZAQ!2wsx",
        ],
    )
    def test_that_everybody_tries_first_is_refused(self, password: str) -> None:
        assert refused(password)

    @pytest.mark.parametrize(
        "password",
        [
            "kuznetsov1",
            "Кузнецов2026",
            "Kuznetsov!2026",
            "repytwjd2026",  # «кузнецов» in the other layout
            "Андреевич77",
            "7701123451aa",
            "79161112233!",
            "agency.example",
            "vostenzuk1",
        ],
    )
    def test_made_of_the_accounts_own_data_is_refused(self, password: str) -> None:
        assert refused(password)

    def test_needs_8_characters_for_an_agency_and_12_for_staff(self) -> None:
        assert refused("vK8!tq2")
        assert not refused("vK8!tq2Z")
        assert refused("vK8!tq2Zr#5", Role.OPERATOR)
        assert not refused("vK8!tq2Zr#5n", Role.ADMIN)

    def test_may_be_long(self) -> None:
        assert not refused("длинная фраза о синем море и чайках " * 27)

    def test_is_refused_in_the_field_that_carries_it(self) -> None:
        with pytest.raises(WeakPassword) as refusal:
            password_rules.check("12345678", role=Role.AGENCY_ADMIN, own=(), field="new_password")

        assert set(refusal.value.errors) == {"new_password"}
        assert "12345678" not in refusal.value.detail
