import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.users.me_consents_give.handler import app as give
from functions.users.me_consents_list.handler import app
from functions.users.me_consents_withdraw.handler import app as withdraw
from functions.users.me_payout_accounts_list.handler import app as payout_accounts
from shared.db.session import transaction
from shared.kernel.clock import utc_now
from shared.kernel.roles import Role
from shared.users import legal_texts
from tests.builders import people
from tests.functions.conftest import Call, Signed


@pytest.fixture
def agent(database: object) -> Signed:
    now = utc_now()
    with transaction() as session:
        return people.sign_in(session, people.an_agent(session, now), Role.AGENT, now)


@pytest.fixture
def newer_terms(agent: Signed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A second version of the terms comes into force after the agent accepted the first."""
    shutil.copytree(Path(legal_texts.__file__).parents[2] / "templates", tmp_path, dirs_exist_ok=True)
    (tmp_path / "agreements/consents/terms/v2.txt").write_text("УСЛОВИЯ\n\nРедакция 2\n", "utf-8")
    monkeypatch.setenv("HOUSLER_TEMPLATES_DIR", str(tmp_path))
    legal_texts.newest.cache_clear()
    yield
    legal_texts.newest.cache_clear()


class TestOnesConsents:
    def test_say_what_is_given_and_what_the_door_requires(self, call: Call, agent: Signed) -> None:
        states = {each["kind"]: each for each in call(app, as_=agent).json["consents"]}

        assert {kind for kind, each in states.items() if each["required"]} == {
            "personal_data",
            "terms",
            "realtor_offer",
        }
        assert {kind for kind, each in states.items() if each["given"]} == {
            "personal_data",
            "terms",
            "realtor_offer",
        }
        newest = legal_texts.newest("consents/marketing")
        assert states["marketing"] == {
            "kind": "marketing",
            "required": False,
            "given": False,
            "version": None,
            "outdated": False,
            "newest_version": newest.version,
            "newest_sha256": newest.sha256.hex(),
        }

    def test_are_told_to_one_whose_account_is_incomplete(self, call: Call, agent: Signed) -> None:
        call(withdraw, as_=agent, kind="terms")

        assert call(app, as_=agent).status == 200

    @pytest.mark.usefixtures("newer_terms")
    def test_in_an_older_text_count_and_say_that_a_newer_one_exists(self, call: Call, agent: Signed) -> None:
        before = call(app, as_=agent).json
        open_all_the_same = call(payout_accounts, as_=agent)
        call(give, as_=agent, body={"consents": {"terms": True}})
        after = call(app, as_=agent).json

        terms = {each["kind"]: each for each in before["consents"]}["terms"]
        assert (terms["given"], terms["outdated"], terms["version"], terms["newest_version"]) == (
            True,
            True,
            "1",
            "2",
        )
        assert open_all_the_same.status == 200
        versions = [
            (e["version"], e["withdrawn_at"] is None) for e in after["history"] if e["kind"] == "terms"
        ]
        assert versions == [("2", True), ("1", False)]
