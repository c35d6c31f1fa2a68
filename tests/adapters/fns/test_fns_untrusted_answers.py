import pytest

from shared.adapters.fns.smz import Smz
from shared.ports.tax import (
    ReceiptRegistered,
    TaxUnavailable,
)
from tests.adapters.fns.conftest import settings
from tests.adapters.outside_standin import Running, answering

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
