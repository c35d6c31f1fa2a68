from datetime import UTC, datetime, timedelta

import pytest
import requests

from shared.adapters.fns import tax_receipts
from shared.adapters.fns.operations import InvalidOperation
from shared.adapters.fns.smz import Smz
from shared.config import fns as config
from shared.config.environment import SettingsError
from shared.kernel.money import Money
from shared.ports.tax import (
    BindStarted,
    BindStatus,
    IncomeType,
    MessageLost,
    Processing,
    ReceiptRegistered,
    TaxRefusal,
    TaxUnavailable,
)
from tests.adapters.fns.conftest import ALL_FOUR, MASTER_TOKEN, USER_TOKEN, settings
from tests.adapters.fns.incomes import PAID_AT, a_taxpayer, an_income, an_inn
from tests.adapters.outside_standin import Running, answering, silent_port


class TestIncome:
    def test_becomes_a_receipt(self, fns: Running, smz: Smz) -> None:
        inn = a_taxpayer(fns)

        answer = smz.poll(smz.send_income(an_income(inn)))

        (receipt,) = fns.get("receipts", inn=inn)
        assert answer == ReceiptRegistered(receipt["id"], f"{fns.url}/receipt/{inn}/{receipt['id']}/print")
        assert receipt["total_kopecks"] == 150_000_00
        assert receipt["income_type"] == "FROM_INDIVIDUAL"
        assert (receipt["customer_inn"], receipt["customer_name"]) == (None, None)

    def test_names_the_legal_entity_that_paid(self, fns: Running, smz: Smz) -> None:
        inn = a_taxpayer(fns)
        income = an_income(
            inn,
            income_type=IncomeType.FROM_LEGAL_ENTITY,
            customer_inn="7707083893",
            customer_name="ООО «Дом & Сад»",
        )

        smz.poll(smz.send_income(income))

        (receipt,) = fns.get("receipts", inn=inn)
        assert (receipt["customer_inn"], receipt["customer_name"]) == ("7707083893", "ООО «Дом & Сад»")

    def test_is_dated_in_moscow_to_the_second(self, fns: Running, smz: Smz) -> None:
        inn = a_taxpayer(fns)
        new_year = datetime(2026, 12, 31, 21, 30, tzinfo=UTC)

        smz.poll(smz.send_income(an_income(inn, operation_time=new_year)))

        (receipt,) = fns.get("receipts", inn=inn)
        assert receipt["operation_time"] == "2027-01-01T00:30:00+03:00"
        assert receipt["request_time"] == "2026-11-24T12:30:15+03:00"
        assert receipt["tax_year"] == 2027

    @pytest.mark.parametrize("kopecks", [1, 99, 100, 12_345_67, 2_400_000_00])
    def test_keeps_every_kopeck(self, fns: Running, smz: Smz, kopecks: int) -> None:
        inn = a_taxpayer(fns)

        smz.poll(smz.send_income(an_income(inn, amount=Money(kopecks))))

        assert fns.get("receipts", inn=inn)[0]["total_kopecks"] == kopecks

    def test_sent_twice_is_the_first_receipt(self, fns: Running, smz: Smz) -> None:
        income = an_income(a_taxpayer(fns))

        answers = [smz.poll(smz.send_income(income)) for _ in range(2)]

        assert isinstance(answers[0], ReceiptRegistered)
        assert answers[0] == answers[1]
        assert len(fns.get("receipts", inn=income.inn)) == 1

    def test_is_processed_for_a_while(self, fns: Running, smz: Smz) -> None:
        fns.post("processing", times=2)

        message_id = smz.send_income(an_income(a_taxpayer(fns)))

        answers = [type(smz.poll(message_id)) for _ in range(4)]
        assert answers == [Processing, Processing, ReceiptRegistered, ReceiptRegistered]


class TestRefusedIncome:
    def refusal(self, smz: Smz, inn: str, **changes: object) -> TaxRefusal:
        answer = smz.poll(smz.send_income(an_income(inn, **changes)))
        assert isinstance(answer, TaxRefusal)
        return answer

    def test_of_somebody_unknown(self, smz: Smz) -> None:
        assert self.refusal(smz, an_inn()).code == "TAXPAYER_UNREGISTERED"

    def test_of_somebody_who_left_the_regime(self, fns: Running, smz: Smz) -> None:
        inn = a_taxpayer(fns)
        fns.post(f"taxpayers/{inn}/unregister")

        assert self.refusal(smz, inn).code == "TAXPAYER_UNREGISTERED"

    def test_of_somebody_who_took_his_consent_back(self, fns: Running, smz: Smz) -> None:
        inn = a_taxpayer(fns)
        fns.post(f"taxpayers/{inn}/unbind")

        assert self.refusal(smz, inn).code == "TAXPAYER_UNBOUND"

    def test_names_no_person(self, fns: Running, smz: Smz) -> None:
        inn = a_taxpayer(fns, permissions=None)

        refusal = self.refusal(smz, inn)

        assert refusal == TaxRefusal("TAXPAYER_UNBOUND", "Налогоплательщик с ИНН *** не привязан к партнеру")

    def test_without_the_right_to_register(self, fns: Running, smz: Smz) -> None:
        inn = a_taxpayer(fns, permissions=("INCOME_LIST",))

        assert self.refusal(smz, inn).code == "PERMISSION_NOT_GRANTED"

    def test_beyond_the_limit_of_the_year(self, fns: Running, smz: Smz) -> None:
        inn = a_taxpayer(fns)
        smz.poll(smz.send_income(an_income(inn, amount=Money(2_399_999_99))))

        refusal = self.refusal(smz, inn, amount=Money(2))

        assert refusal == TaxRefusal("REQUEST_VALIDATION_ERROR", "Доход за 2026 год превышает 2.4 млн руб.")

    def test_the_limit_counts_each_year_apart(self, fns: Running, smz: Smz) -> None:
        inn = a_taxpayer(fns)
        smz.poll(smz.send_income(an_income(inn, amount=Money(2_400_000_00))))

        answer = smz.poll(smz.send_income(an_income(inn, operation_time=PAID_AT + timedelta(days=60))))

        assert isinstance(answer, ReceiptRegistered)

    @pytest.mark.parametrize("code", ["INTERNAL_ERROR", "PARTNER_DENY", "SOMETHING_NEW", "FAILED"])
    def test_carries_the_services_code(self, fns: Running, smz: Smz, code: str) -> None:
        inn = a_taxpayer(fns)
        fns.post("codes", code=code)

        assert self.refusal(smz, inn).code == code
        assert fns.get("receipts", inn=inn) == []


class TestIncomeThatNeverLeaves:
    @pytest.mark.parametrize(
        ("changes", "named"),
        [
            ({"inn": "7707083893"}, "Inn"),
            ({"inn": "77000000000x"}, "Inn"),
            ({"amount": Money(0)}, "Amount"),
            ({"amount": Money(-100)}, "Amount"),
            ({"service_name": " "}, "Name"),
            ({"service_name": "\x00"}, "Name"),
            ({"operation_id": ""}, "OperationUniqueId"),
            ({"operation_time": PAID_AT.replace(tzinfo=None)}, "zone"),
            ({"income_type": IncomeType.FROM_LEGAL_ENTITY}, "INN and name"),
            (
                {
                    "income_type": IncomeType.FROM_LEGAL_ENTITY,
                    "customer_inn": "770708389",
                    "customer_name": "ООО «Дом»",
                },
                "CustomerInn",
            ),
        ],
    )
    def test_breaks_the_schema(self, fns: Running, smz: Smz, changes: dict[str, object], named: str) -> None:
        before = fns.get("messages")[:1]

        with pytest.raises(InvalidOperation, match=named):
            smz.send_income(an_income("770000000000", **changes))

        assert fns.get("messages")[:1] == before

    def test_tells_no_values(self, smz: Smz) -> None:
        with pytest.raises(InvalidOperation) as caught:
            smz.send_income(an_income("12345678901"))

        assert "12345678901" not in str(caught.value)


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


SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
ASYNC = "urn://x-artefacts-gnivc-ru/inplat/servin/OpenApiAsyncMessageConsumerService/types/1.0"
SMZ = "urn://x-artefacts-gnivc-ru/ais3/SMZ/SmzPartnersIntegrationService/types/1.0"


def an_answer(status: str, message: str, before: str = "") -> bytes:
    return (
        f'{before}<s:Envelope xmlns:s="{SOAP}"><s:Body><GetMessageResponse xmlns="{ASYNC}">'
        f"<ProcessingStatus>{status}</ProcessingStatus>{message}</GetMessageResponse></s:Body></s:Envelope>"
    ).encode()


RECEIPT = f'<Message><PostIncomeResponseV2 xmlns="{SMZ}"><ReceiptId>1</ReceiptId><Link>{{}}</Link></PostIncomeResponseV2></Message>'
HALF_A_DUPLICATE = (
    f'<Message><SmzPlatformError xmlns="{SMZ}"><Code>DUPLICATE</Code><Message/></SmzPlatformError></Message>'
)


class TestAnswersNobodyShouldTrust:
    @pytest.mark.parametrize(
        "answer",
        [
            b"",
            b"<html>",
            b"not XML",
            b"<a/>",
            f'<s:Envelope xmlns:s="{SOAP}"><s:Body/></s:Envelope>'.encode(),
            f'<s:Envelope xmlns:s="{SOAP}"><s:Body><a/></s:Body></s:Envelope>'.encode(),
            an_answer("COMPLETED", ""),
            an_answer("COMPLETED", "<Message><Another/></Message>"),
            an_answer("COMPLETED", RECEIPT.format("")),
            an_answer("COMPLETED", HALF_A_DUPLICATE),
            an_answer("ANOTHER", RECEIPT.format("link")),
            an_answer("COMPLETED", RECEIPT.format("&e;"), '<!DOCTYPE a [<!ENTITY e "link">]>'),
            an_answer(
                "COMPLETED", RECEIPT.format("&e;"), '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]>'
            ),
            an_answer("COMPLETED", RECEIPT.format("x" * 1_100_000)),
        ],
    )
    def test_are_no_answers(self, fns: Running, answer: bytes) -> None:
        with answering(200, answer) as url, pytest.raises(TaxUnavailable):
            Smz(settings(fns, smz_url=url)).poll("1")

    def test_a_good_one_of_the_same_make_is_read(self, fns: Running) -> None:
        with answering(200, an_answer("COMPLETED", RECEIPT.format("link"))) as url:
            assert Smz(settings(fns, smz_url=url)).poll("1") == ReceiptRegistered("1", "link")

    @pytest.mark.parametrize("status", [401, 403])
    def test_a_token_refused_by_http_status_is_stale(self, fns: Running, status: int) -> None:
        with answering(status, b"") as url, pytest.raises(TaxUnavailable, match="no token of ours"):
            Smz(settings(fns, smz_url=url)).poll("1")

    @pytest.mark.parametrize("expires", ["soon", "2026-11-24T12:00:00", ""])
    def test_a_token_of_unknown_age_is_refused(self, fns: Running, expires: str) -> None:
        auth = "urn://x-artefacts-gnivc-ru/ais3/kkt/AuthService/types/1.0"
        body = f'<s:Envelope xmlns:s="{SOAP}"><s:Body><r><AuthResponse xmlns="{auth}"><Result><Token>t</Token><ExpireTime>{expires}</ExpireTime></Result></AuthResponse></r></s:Body></s:Envelope>'
        with answering(200, body.encode()) as url, pytest.raises(TaxUnavailable):
            Smz(settings(fns, auth_url=url)).poll("1")


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


class TestReceiptLink:
    def test_opens_for_a_person(self, fns: Running, smz: Smz) -> None:
        inn = a_taxpayer(fns)
        income = an_income(
            inn,
            amount=Money(12_345_67),
            income_type=IncomeType.FROM_LEGAL_ENTITY,
            customer_inn="7707083893",
            customer_name="ООО «Дом»",
        )
        answer = smz.poll(smz.send_income(income))
        assert isinstance(answer, ReceiptRegistered)

        page = requests.get(answer.link, timeout=10).content.decode()

        for shown in (
            *(answer.receipt_id, "Смирнова Анна Павловна", inn, income.service_name, "12 345,67 ₽"),
            *("24.11.2026 12:30", "ООО «Дом»", "7707083893", "НПД"),
        ):
            assert shown in page

    def test_of_nothing_is_not_found(self, fns: Running) -> None:
        assert requests.get(f"{fns.url}/receipt/770000000000/20abc/print", timeout=10).status_code == 404
