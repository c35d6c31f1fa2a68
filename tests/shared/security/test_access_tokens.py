import base64
import hashlib
import hmac
import json
import os
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from shared.config.keys import NamedKeys
from shared.kernel.identifiers import new_id
from shared.security import codes
from shared.security.access_tokens import AccessClaims, TokenRefused, issue, read

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
KEYS = NamedKeys("k1", {"k1": os.urandom(32)})
CLAIMS = AccessClaims(new_id(), new_id(), "agent")
MINUTES = timedelta(minutes=15)
RIGHT: dict[str, Any] = {
    "sub": str(CLAIMS.user_id),
    "sid": str(CLAIMS.session_id),
    "role": "agent",
    "typ": "access",
    "iss": "housler",
    "aud": "housler-api",
    "iat": NOW,
    "exp": NOW + MINUTES,
}


def a_token(keys: NamedKeys = KEYS) -> str:
    return issue(CLAIMS, keys=keys, issuer="housler", lifetime=MINUTES, now=NOW)


def opened(token: str, *, keys: NamedKeys = KEYS, now: datetime = NOW) -> AccessClaims:
    return read(token, keys=keys, issuer="housler", now=now)


def forged(*, kid: object = "k1", alg: str = "HS256", key: Any = KEYS.keys["k1"], **claims: Any) -> str:
    payload = {name: value for name, value in {**RIGHT, **claims}.items() if value is not None}
    return jwt.encode(payload, key, algorithm=alg, headers={"kid": kid})


def by_hand(header: object, payload: object, key: bytes | None) -> str:
    """A token that no library would make."""
    head, body = (
        base64.urlsafe_b64encode(json.dumps(part, default=str).encode()).rstrip(b"=")
        for part in (header, payload)
    )
    signature = b"" if key is None else hmac.digest(key, head + b"." + body, hashlib.sha256)
    return b".".join([head, body, base64.urlsafe_b64encode(signature).rstrip(b"=")]).decode()


class TestATokenOfOurs:
    def test_says_who_and_through_which_session(self) -> None:
        assert opened(a_token()) == CLAIMS

    def test_is_one_that_an_outsider_of_our_code_can_build_for_these_tests(self) -> None:
        assert opened(forged()) == CLAIMS

    def test_lives_until_its_end_by_the_clock_that_is_passed_in(self) -> None:
        assert opened(a_token(), now=NOW + MINUTES - timedelta(seconds=1)) == CLAIMS
        with pytest.raises(TokenRefused):
            opened(a_token(), now=NOW + MINUTES)

    def test_outlives_the_rotation_of_keys(self) -> None:
        rotated = NamedKeys("k2", {"k2": os.urandom(32), **KEYS.keys})

        assert opened(a_token(), keys=rotated) == CLAIMS
        assert jwt.get_unverified_header(a_token(rotated))["kid"] == "k2"

    def test_differs_from_every_other(self) -> None:
        assert a_token() != a_token()


class TestAForgedToken:
    @pytest.mark.parametrize(
        "claims",
        [
            {"aud": "other"},
            {"aud": None},
            {"iss": "other"},
            {"iss": None},
            {"typ": "refresh"},
            {"typ": None},
            {"exp": None},
            {"sid": None},
            {"sub": "nobody"},
            {"role": None},
            {"exp": NOW - timedelta(seconds=1)},
        ],
    )
    def test_is_refused_for_what_it_claims(self, claims: dict[str, Any]) -> None:
        with pytest.raises(TokenRefused):
            opened(forged(**claims))

    def test_is_refused_when_a_key_of_that_name_is_unknown(self) -> None:
        with pytest.raises(TokenRefused):
            opened(forged(kid="k9"))

    def test_is_refused_when_another_key_signed_it(self) -> None:
        with pytest.raises(TokenRefused):
            opened(forged(key=os.urandom(32)))

    @pytest.mark.parametrize("alg", ["HS384", "HS512"])
    @pytest.mark.filterwarnings("ignore::jwt.InsecureKeyLengthWarning")
    def test_is_refused_for_another_algorithm_under_our_key(self, alg: str) -> None:
        with pytest.raises(TokenRefused):
            opened(forged(alg=alg))

    @pytest.mark.parametrize("alg", ["none", "None", "NONE", "hs256", ""])
    def test_is_refused_without_a_signature(self, alg: str) -> None:
        ends = {"iat": NOW.timestamp(), "exp": (NOW + MINUTES).timestamp()}

        with pytest.raises(TokenRefused):
            opened(by_hand({"alg": alg, "typ": "JWT", "kid": "k1"}, {**RIGHT, **ends}, None))

    def test_is_refused_when_an_rsa_key_signed_it(self) -> None:
        private = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)

        with pytest.raises(TokenRefused):
            opened(forged(alg="RS256", key=private))

    def test_is_refused_when_a_public_key_served_as_the_secret(self) -> None:
        public = rsa.generate_private_key(public_exponent=65_537, key_size=2_048).public_key()
        secret = public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )

        with pytest.raises(TokenRefused):
            opened(by_hand({"alg": "HS256", "kid": "k1"}, RIGHT, secret))

    @pytest.mark.parametrize(
        "header", [{"alg": "HS256"}, {"alg": "HS256", "kid": ["k1"]}, ["HS256"], "x", {}]
    )
    def test_is_refused_for_a_strange_header(self, header: object) -> None:
        with pytest.raises(TokenRefused):
            opened(by_hand(header, RIGHT, KEYS.keys["k1"]))

    @pytest.mark.parametrize("ends", ["tomorrow", [], {}, True])
    def test_is_refused_for_a_strange_end(self, ends: object) -> None:
        with pytest.raises(TokenRefused):
            opened(by_hand({"alg": "HS256", "kid": "k1"}, {**RIGHT, "iat": 0, "exp": ends}, KEYS.keys["k1"]))

    @pytest.mark.parametrize("text", ["", ".", "..", "a.b.c", "токен", "\udcff", "x" * 10_000, "a.b"])
    def test_is_refused_for_being_none(self, text: str) -> None:
        with pytest.raises(TokenRefused):
            opened(text)

    def test_is_refused_for_a_header_too_deep_to_read(self) -> None:
        head = base64.urlsafe_b64encode(b"[" * 6_000).decode()

        with pytest.raises(TokenRefused):
            opened(f"{head}.e30.c2ln")


class TestARefreshToken:
    def test_is_never_an_access_token(self) -> None:
        with pytest.raises(TokenRefused):
            opened(codes.new_token())
