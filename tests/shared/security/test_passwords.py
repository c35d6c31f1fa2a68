import bcrypt
import pytest

from shared.security.passwords import hash_password, password_matches

COST = 4
LONG = "п" * 100


class TestAPassword:
    def test_matches_itself_only(self) -> None:
        hashed = hash_password("правильная лошадь", cost=COST)

        assert password_matches("правильная лошадь", hashed, cost=COST)
        assert not password_matches("правильная лошадь ", hashed, cost=COST)
        assert not password_matches("", hashed, cost=COST)

    def test_is_read_beyond_the_72_bytes_that_bcrypt_sees(self) -> None:
        hashed = hash_password(LONG + "1", cost=COST)

        assert password_matches(LONG + "1", hashed, cost=COST)
        assert not password_matches(LONG + "2", hashed, cost=COST)

    def test_may_hold_a_zero_byte(self) -> None:
        hashed = hash_password("a\0b", cost=COST)

        assert not password_matches("a\0c", hashed, cost=COST)

    def test_is_salted(self) -> None:
        assert hash_password("x", cost=COST) != hash_password("x", cost=COST)

    def test_is_hashed_at_the_cost_that_is_set(self) -> None:
        assert hash_password("x", cost=5).split("$")[2] == "05"


class TestAnUnknownAccount:
    @pytest.fixture
    def checked(self, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
        """The hashes that bcrypt was really asked to compare with."""
        seen: list[bytes] = []
        real = bcrypt.checkpw

        def compare(password: bytes, hashed: bytes) -> bool:
            seen.append(hashed)
            return real(password, hashed)

        monkeypatch.setattr(bcrypt, "checkpw", compare)
        return seen

    @pytest.mark.parametrize("hashed", [None, hash_password("x", cost=COST)], ids=["unknown", "known"])
    def test_costs_the_same_comparison_as_a_known_one(self, checked: list[bytes], hashed: str | None) -> None:
        assert not password_matches("guess", hashed, cost=COST)

        assert [each.split(b"$")[2] for each in checked] == [b"04"]

    @pytest.mark.parametrize("password", ["nobody", "", "None"])
    def test_matches_nothing(self, password: str) -> None:
        assert not password_matches(password, None, cost=COST)
