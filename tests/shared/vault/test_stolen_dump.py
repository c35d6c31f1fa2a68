"""A dump of the database tells nobody's phone, e-mail address or INN; the same attack on plain hashes finds all."""

import base64
import hashlib
import hmac
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, text
from stdnum.ru import inn

from shared.kernel.clock import utc_now
from shared.security.pii import BlindIndex
from tests.builders.town import Town, a_town
from tests.shared.vault.attacker import dump, recovered

_AROUND = 2_000


@pytest.fixture
def town(database: object) -> Town:
    return a_town(utc_now(), size=6)


def phones_of_a_range(town: Town) -> set[str]:
    """Every number that can exist between the town's first and last, and some around."""
    numbers = sorted(int(phone) for phone in town.phones)
    return {f"+{number}" for number in range(numbers[0] - _AROUND, numbers[-1] + _AROUND)}


def emails_of_a_range(town: Town) -> set[str]:
    numbers = sorted(int(email.partition("@")[0].removeprefix("person-")) for email in town.emails)
    return {
        f"person-{number}@example.ru" for number in range(max(1, numbers[0] - _AROUND), numbers[-1] + _AROUND)
    }


def inns_of_a_range(town: Town) -> set[str]:
    """Every INN with right control digits whose serial number lies in the town's range, of people and companies."""
    people = sorted(int(each[:10]) for each in town.inns if len(each) == 12)
    companies = sorted(int(each[:9]) for each in town.inns if len(each) == 10)
    whole_people = (str(start) for start in range(people[0] - _AROUND, people[-1] + _AROUND))
    whole_companies = (str(start) for start in range(companies[0] - _AROUND, companies[-1] + _AROUND))
    return {start + inn.calc_personal_check_digits(start) for start in whole_people} | {
        start + inn.calc_company_check_digit(start) for start in whole_companies
    }


Kind = Callable[[Town], set[str]]
KINDS: dict[str, tuple[Kind, Kind]] = {
    "phones": (lambda town: set(town.phones), phones_of_a_range),
    "emails": (lambda town: set(town.emails), emails_of_a_range),
    "inns": (lambda town: set(town.inns), inns_of_a_range),
}
#: how a careless service would keep the same values
CARELESS: dict[str, Callable[[str], str]] = {
    "sha256": lambda value: "\\x" + hashlib.sha256(value.encode()).hexdigest(),
    "sha256 in base64": lambda value: base64.b64encode(hashlib.sha256(value.encode()).digest()).decode(),
    "sha1": lambda value: hashlib.sha1(value.encode(), usedforsecurity=False).hexdigest(),
    "half of an md5": lambda value: hashlib.md5(value.encode(), usedforsecurity=False).hexdigest()[:16],
    "hmac with a word": lambda value: hmac.digest(b"secret", value.encode(), "sha256").hex(),
    "our own index with zeros": lambda value: (
        BlindIndex(bytes(32)).of("email" if "@" in value else "phone" if "+" in value else "inn", value).hex()
    ),
    "in the open": lambda value: value,
    "bytes": lambda value: "\\x" + value.encode().hex(),
    "base64": lambda value: base64.b64encode(value.encode()).decode(),
    "bytes of base64": lambda value: "\\x" + base64.b64encode(value.encode()).hex(),
    "utf-16": lambda value: "\\x" + value.encode("utf-16-le").hex(),
}


class TestADump:
    def test_holds_everybody(self, town: Town, owner: Connection) -> None:
        """Or the attack would fail for want of victims."""
        stolen = dump(owner)

        for table, least in (("users", len(town.people)), ("organizations", len(town.agencies))):
            rows = stolen.split(f"-- {table}\n")[1].split("\n-- ")[0].splitlines()
            assert len(rows) >= least
        assert len(town.phones) >= 15
        assert len(town.emails) >= 12
        assert len(town.inns) >= 9

    @pytest.mark.parametrize("kind", KINDS)
    def test_betrays_nothing(self, town: Town, owner: Connection, kind: str) -> None:
        victims, candidates = (of(town) for of in KINDS[kind])
        assert victims <= candidates
        assert len(candidates) > 1_000

        assert recovered(dump(owner), candidates) == set()

    @pytest.mark.parametrize("kind", KINDS)
    def test_would_betray_everything_to_the_same_attack_if_values_were_hashed(
        self, town: Town, owner: Connection, kind: str
    ) -> None:
        victims, candidates = (of(town) for of in KINDS[kind])
        keep(owner, [CARELESS["sha256"](value) for value in victims])

        assert recovered(dump(owner), candidates) == victims

    @pytest.mark.parametrize("careless", CARELESS.values(), ids=CARELESS.keys())
    def test_would_betray_any_value_that_is_kept_carelessly(
        self, careless: Callable[[str], str], database: object, owner: Connection
    ) -> None:
        victims = {"+79161234567", "anna.sokolova@example.ru", "500100732259", "7707083893"}
        keep(owner, [careless(value) for value in victims])

        assert recovered(dump(owner), victims | {"+79161234568", "ivan@example.ru"}) == victims


def keep(owner: Connection, values: list[str]) -> None:
    """A table beside the product's own."""
    owner.execute(text("CREATE TABLE careless (kept text)"))
    owner.execute(text("INSERT INTO careless VALUES (:kept)"), [{"kept": value} for value in values])
