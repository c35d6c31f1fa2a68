import pytest

from shared.adapters.fns import tax_receipts
from shared.adapters.fns.operations import InvalidOperation
from shared.adapters.fns.smz import Smz
from shared.config import fns as config
from shared.config.environment import SettingsError
from shared.ports.tax import (
    BindStarted,
    BindStatus,
    MessageLost,
    ReceiptRegistered,
    TaxRefusal,
    TaxUnavailable,
)
from tests.adapters.fns.conftest import ALL_FOUR, MASTER_TOKEN, USER_TOKEN, settings
from tests.adapters.fns.incomes import a_taxpayer, an_income, an_inn
from tests.adapters.outside_standin import Running, silent_port


class TestBinding:
    def start(self, smz: Smz, inn: str) -> str:
        answer = smz.poll(smz.send_bind(inn=inn, permissions=ALL_FOUR))
        assert isinstance(answer, BindStarted)
        return answer.binding_id

    def status(self, smz: Smz, binding_id: str) -> object:
        return smz.poll(smz.send_bind_status(binding_id=binding_id))

    def test_waits_for_the_taxpayer(self, fns: Running, smz: Smz) -> None:
        binding_id = self.start(smz, a_taxpayer(fns, permissions=None))

        assert self.status(smz, binding_id) == BindStatus("IN_PROGRESS", ())

    def test_gives_the_rights_once_he_agrees(self, fns: Running, smz: Smz) -> None:
        inn = a_taxpayer(fns, permissions=None)
        binding_id = self.start(smz, inn)

        fns.post(f"bindings/{binding_id}/confirm")

        assert self.status(smz, binding_id) == BindStatus("COMPLETED", ALL_FOUR)
        assert isinstance(smz.poll(smz.send_income(an_income(inn))), ReceiptRegistered)

    def test_fails_once_he_refuses(self, fns: Running, smz: Smz) -> None:
        binding_id = self.start(smz, a_taxpayer(fns, permissions=None))

        fns.post(f"bindings/{binding_id}/reject")

        assert self.status(smz, binding_id) == BindStatus("FAILED", ())

    def test_of_somebody_bound_says_so(self, fns: Running, smz: Smz) -> None:
        answer = smz.poll(smz.send_bind(inn=a_taxpayer(fns), permissions=ALL_FOUR))

        assert isinstance(answer, TaxRefusal)
        assert answer.code == "TAXPAYER_ALREADY_BOUND"

    def test_of_somebody_unknown_is_refused(self, smz: Smz) -> None:
        answer = smz.poll(smz.send_bind(inn=an_inn(), permissions=ALL_FOUR))

        assert isinstance(answer, TaxRefusal)
        assert answer.code == "TAXPAYER_UNREGISTERED"

    def test_that_nobody_began_is_refused(self, smz: Smz) -> None:
        answer = self.status(smz, "another")

        assert isinstance(answer, TaxRefusal)
        assert answer.code == "REQUEST_VALIDATION_ERROR"

    @pytest.mark.parametrize("permissions", [(), ("TAX_PAYMENT",)])
    def test_never_asks_for_other_rights(self, smz: Smz, permissions: tuple[str, ...]) -> None:
        with pytest.raises(InvalidOperation):
            smz.send_bind(inn="770000000000", permissions=permissions)


class TestToken:
    def test_serves_many_calls(self, fns: Running, smz: Smz) -> None:
        fns.post("faults", kind="error_before", operation="auth", times=1)
        with pytest.raises(TaxUnavailable):
            smz.send_bind_status(binding_id="1")
        smz.send_bind_status(binding_id="2")
        fns.post("faults", kind="error_before", operation="auth", times=1)

        assert smz.send_bind_status(binding_id="3")

    def test_is_renewed_when_it_goes_stale(self, fns: Running, smz: Smz) -> None:
        inn = a_taxpayer(fns)
        message_id = smz.send_income(an_income(inn))
        assert fns.post("tokens/revoke")["revoked"] >= 1

        assert isinstance(smz.poll(message_id), ReceiptRegistered)
        assert fns.post("tokens/revoke") == {"revoked": 1}

    def test_is_renewed_before_it_expires(self, fns: Running, smz: Smz) -> None:
        fns.post("tokens/revoke")
        fns.post("tokens", lifetime_seconds=30)

        for number in range(3):
            smz.send_bind_status(binding_id=str(number))

        assert fns.post("tokens/revoke") == {"revoked": 3}

    def test_that_expired_by_the_services_clock_is_renewed(self, fns: Running, smz: Smz) -> None:
        smz.send_bind_status(binding_id="1")
        fns.post("clock", seconds=7200)

        assert smz.send_bind_status(binding_id="2")

    def test_is_renewed_once_a_call(self, fns: Running, smz: Smz) -> None:
        fns.post("tokens/revoke")
        fns.post("tokens", lifetime_seconds=0)

        with pytest.raises(TaxUnavailable, match="no token of ours"):
            smz.send_bind_status(binding_id="1")

        assert fns.post("tokens/revoke") == {"revoked": 2}

    @pytest.mark.parametrize("wrong", ["master_token", "user_token"])
    def test_needs_the_keys(self, fns: Running, wrong: str) -> None:
        with pytest.raises(TaxUnavailable):
            Smz(settings(fns, **{wrong: "another"})).send_bind_status(binding_id="1")


class TestSilence:
    @pytest.mark.parametrize("kind", ["error_after", "hang_after", "drop_after", "bad_gateway"])
    def test_after_accepting_is_healed_by_the_same_operation_id(
        self, fns: Running, smz: Smz, kind: str
    ) -> None:
        income = an_income(a_taxpayer(fns))
        fns.post("faults", kind=kind, operation="send", seconds=2)

        with pytest.raises(TaxUnavailable):
            smz.send_income(income)
        answer = smz.poll(smz.send_income(income))

        (receipt,) = fns.get("receipts", inn=income.inn)
        assert answer == ReceiptRegistered(receipt["id"], receipt["link"])

    @pytest.mark.parametrize("kind", ["error_before", "hang_before", "drop_before"])
    @pytest.mark.parametrize("operation", ["auth", "send"])
    def test_before_accepting_leaves_nothing(self, fns: Running, smz: Smz, operation: str, kind: str) -> None:
        income = an_income(a_taxpayer(fns))
        fns.post("faults", kind=kind, operation=operation, seconds=2)

        with pytest.raises(TaxUnavailable):
            smz.send_income(income)

        assert fns.get("receipts", inn=income.inn) == []

    def test_of_a_poll_is_no_answer(self, fns: Running, smz: Smz) -> None:
        message_id = smz.send_income(an_income(a_taxpayer(fns)))
        fns.post("faults", kind="drop_after", operation="poll")

        with pytest.raises(TaxUnavailable):
            smz.poll(message_id)

        assert isinstance(smz.poll(message_id), ReceiptRegistered)

    def test_of_everything_is_no_answer(self, fns: Running) -> None:
        smz = Smz(settings(fns, auth_url=f"http://127.0.0.1:{silent_port()}/"))

        with pytest.raises(TaxUnavailable):
            smz.poll("1")

    def test_a_lost_message_is_told(self, fns: Running, smz: Smz) -> None:
        income = an_income(a_taxpayer(fns))
        message_id = smz.send_income(income)
        fns.post("messages/lose", message_id=message_id)

        assert smz.poll(message_id) == MessageLost()
        assert isinstance(smz.poll(smz.send_income(income)), ReceiptRegistered)


class TestSettings:
    @pytest.fixture(autouse=True)
    def environment(self, fns: Running, monkeypatch: pytest.MonkeyPatch) -> None:
        config.load.cache_clear()
        monkeypatch.setenv("HOUSLER_STAGE", "local")
        monkeypatch.setenv("FNS_AUTH_URL", f"{fns.url}/open-api/AuthService")
        monkeypatch.setenv("FNS_SMZ_URL", f"{fns.url}/ais3/smz/SmzIntegrationService")
        monkeypatch.setenv("FNS_MASTER_TOKEN", MASTER_TOKEN)
        monkeypatch.setenv("FNS_USER_TOKEN", USER_TOKEN)

    def test_make_one_client_that_keeps_its_token(self, fns: Running) -> None:
        fns.post("tokens/revoke")

        for _ in range(3):
            tax_receipts().send_bind_status(binding_id="1")

        assert fns.post("tokens/revoke") == {"revoked": 1}

    @pytest.mark.parametrize("name", ["FNS_AUTH_URL", "FNS_SMZ_URL"])
    def test_demand_https_in_production(self, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
        monkeypatch.setenv("FNS_AUTH_URL", "https://fns.example/auth")
        monkeypatch.setenv("FNS_SMZ_URL", "https://fns.example/smz")
        monkeypatch.setenv("HOUSLER_STAGE", "production")
        monkeypatch.setenv(name, "http://fns.example/")

        with pytest.raises(SettingsError, match=name):
            config.load()

    def test_keep_the_tokens_out_of_their_text(self, fns: Running) -> None:
        assert MASTER_TOKEN not in repr(settings(fns))
        assert USER_TOKEN not in repr(settings(fns))
