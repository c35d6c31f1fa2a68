from shared.kernel.identifiers import new_id
from shared.security.codes import code_hash, new_code, new_token, same, token_hash

KEY, REQUEST = b"k" * 32, new_id()


def hashed(
    key: bytes = KEY, request_id: object = REQUEST, bound_to: str = "deal", code: str = "012345"
) -> bytes:
    return code_hash(key, request_id=request_id, bound_to=bound_to, code=code)  # type: ignore[arg-type]


class TestACode:
    def test_has_six_digits(self) -> None:
        codes = [new_code() for _ in range(2_000)]

        assert all(len(code) == 6 and code.isascii() and code.isdigit() for code in codes)
        assert len(set(codes)) > 1_900
        assert any(code.startswith("0") for code in codes)

    def test_is_stored_by_key_request_thing_and_digits(self) -> None:
        others = [
            hashed(key=b"l" * 32),
            hashed(request_id=new_id()),
            hashed(bound_to="other deal"),
            hashed(code="012346"),
        ]

        assert same(hashed(), hashed())
        assert not any(same(hashed(), other) for other in others)

    def test_does_not_show_in_what_is_stored(self) -> None:
        assert b"012345" not in hashed()
        assert len(hashed()) == 32


class TestAToken:
    def test_holds_256_bits_and_fits_a_link(self) -> None:
        tokens = {new_token() for _ in range(1_000)}

        assert len(tokens) == 1_000
        assert all(len(token) == 43 and token.replace("-", "").replace("_", "").isalnum() for token in tokens)

    def test_is_stored_under_a_key(self) -> None:
        token = new_token()

        assert token_hash(KEY, token) == token_hash(KEY, token)
        assert token_hash(KEY, token) != token_hash(b"l" * 32, token)
        assert token.encode() not in token_hash(KEY, token)
