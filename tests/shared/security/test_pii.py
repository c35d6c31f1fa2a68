from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.identifiers import new_id
from shared.security.pii import BlindIndex, DataKey, KeyRing, Place, SealBroken, Sealed, WrappedKey

OWNER, ROW = new_id(), new_id()
PLACE = Place("users", "phone", ROW)
PHONE = "+79161234567"


def a_ring(*names: str) -> KeyRing:
    return KeyRing(names[0], {name: name.encode() * 32 for name in names})


def a_key(owner: UUID = OWNER) -> DataKey:
    return a_ring("a").new_key(owner)[0]


class TestASealedValue:
    @given(st.text())
    def test_opens_at_its_place(self, text: str) -> None:
        key = a_key()

        assert key.open(PLACE, key.seal(PLACE, text)) == text

    @pytest.mark.parametrize(
        "elsewhere",
        [PLACE._replace(table="deals"), PLACE._replace(column="email"), PLACE._replace(row=new_id())],
    )
    def test_does_not_open_elsewhere(self, elsewhere: Place) -> None:
        key = a_key()
        sealed = key.seal(PLACE, PHONE)

        with pytest.raises(SealBroken):
            key.open(elsewhere, sealed)

    def test_does_not_open_with_another_owners_key(self) -> None:
        with pytest.raises(SealBroken):
            a_key().open(PLACE, a_key().seal(PLACE, PHONE))

    def test_does_not_open_once_any_byte_is_altered(self) -> None:
        key = a_key()
        raw = key.seal(PLACE, PHONE).raw

        for position in range(len(raw)):
            altered = bytearray(raw)
            altered[position] ^= 1
            with pytest.raises(SealBroken):
                key.open(PLACE, Sealed(bytes(altered)))

    def test_does_not_open_when_it_is_cut(self) -> None:
        key = a_key()
        raw = key.seal(PLACE, "").raw

        for length in range(len(raw)):
            with pytest.raises(SealBroken):
                key.open(PLACE, Sealed(raw[:length]))

    def test_is_never_the_same_twice(self) -> None:
        key = a_key()

        assert key.seal(PLACE, PHONE) != key.seal(PLACE, PHONE)

    def test_shows_nothing(self) -> None:
        key = a_key()
        sealed = key.seal(PLACE, PHONE)

        assert PHONE.encode() not in sealed.raw
        assert repr(sealed) == "Sealed(…)"
        assert "key" not in repr(key).replace("DataKey", "")

    def test_is_equal_to_its_copy(self) -> None:
        sealed = a_key().seal(PLACE, PHONE)

        assert sealed == Sealed(sealed.raw)
        assert hash(sealed) == hash(Sealed(sealed.raw))
        assert sealed != sealed.raw


class TestTheRing:
    def test_opens_what_an_older_key_wrapped(self) -> None:
        key, wrapped = a_ring("a").new_key(OWNER)
        sealed = key.seal(PLACE, PHONE)

        assert a_ring("b", "a").unwrap(OWNER, wrapped).open(PLACE, sealed) == PHONE

    def test_wraps_with_the_active_key(self) -> None:
        assert a_ring("b", "a").new_key(OWNER)[1].ring_key_id == "b"

    def test_gives_every_owner_a_key_of_his_own(self) -> None:
        ring = a_ring("a")
        sealed = ring.new_key(OWNER)[0].seal(PLACE, PHONE)

        with pytest.raises(SealBroken):
            ring.new_key(OWNER)[0].open(PLACE, sealed)

    def test_does_not_unwrap_for_another_owner(self) -> None:
        ring = a_ring("a")

        with pytest.raises(SealBroken):
            ring.unwrap(new_id(), ring.new_key(OWNER)[1])

    def test_says_when_it_lost_the_key(self) -> None:
        with pytest.raises(SealBroken, match="no key a"):
            a_ring("b").unwrap(OWNER, a_ring("a").new_key(OWNER)[1])

    def test_does_not_take_another_key_of_that_name(self) -> None:
        wrapped = a_ring("a").new_key(OWNER)[1]

        with pytest.raises(SealBroken):
            a_ring("b").unwrap(OWNER, WrappedKey("b", wrapped.wrapped))


class TestTheBlindIndex:
    def test_finds_the_same_value_again(self) -> None:
        assert BlindIndex(b"k" * 32).of("phone", PHONE) == BlindIndex(b"k" * 32).of("phone", PHONE)

    def test_differs_by_field_value_and_key(self) -> None:
        index = BlindIndex(b"k" * 32)
        made = {
            index.of("phone", PHONE),
            index.of("inn", PHONE),
            index.of("phone", "+79161234568"),
            BlindIndex(b"l" * 32).of("phone", PHONE),
        }

        assert len(made) == 4
        assert {len(each) for each in made} == {32}
