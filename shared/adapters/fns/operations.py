"""The operations of the tax service's platform that Housler sends, checked against ``smz.xsd`` before they leave,
and the answers it reads.
"""

import re
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from pathlib import Path

from lxml import etree

from shared.kernel.clock import MOSCOW
from shared.ports.tax import (
    BindStarted,
    BindStatus,
    Income,
    IncomeType,
    Processing,
    ReceiptRegistered,
    TaxAnswer,
    TaxRefusal,
)

SMZ = "urn://x-artefacts-gnivc-ru/ais3/SMZ/SmzPartnersIntegrationService/types/1.0"

_LONG_NUMBER = re.compile(r"\d{10,}")
#: Args that say nothing about a person and belong in the sentence for an operator.
_PLAIN_ARGS = frozenset({"YEAR", "THRESHOLD"})


class InvalidOperation(ValueError):
    """The operation breaks the service's schema: ours to mend, so it never leaves. Holds names, no values."""


class UnreadableAnswer(Exception):
    """The platform's answer lacks what its kind must have."""


def bind(inn: str, permissions: Iterable[str]) -> etree._Element:
    fields = [("Inn", inn), *(("Permissions", permission) for permission in permissions)]
    return _checked(_operation("PostBindPartnerWithInnRequest", fields))


def bind_status(binding_id: str) -> etree._Element:
    return _checked(_operation("GetBindPartnerStatusRequest", [("Id", binding_id)]))


def income(event: Income) -> etree._Element:
    """One service of the whole amount, in roubles with two digits; times in Moscow's zone, to the second."""
    fields = [
        ("Inn", event.inn),
        ("RequestTime", _moscow_time(event.request_time)),
        ("OperationTime", _moscow_time(event.operation_time)),
        ("IncomeType", event.income_type.value),
    ]
    if event.income_type is IncomeType.FROM_LEGAL_ENTITY:
        if not event.customer_inn or not event.customer_name:
            raise InvalidOperation("income from a legal entity names its INN and name")
        fields += [("CustomerInn", event.customer_inn), ("CustomerOrganization", event.customer_name)]
    operation = _operation("PostIncomeRequestV2", fields)
    amount = event.amount.to_rubles()
    services = etree.SubElement(operation, etree.QName(SMZ, "Services"))
    _fill(services, [("Amount", amount), ("Name", event.service_name), ("Quantity", "1")])
    _fill(operation, [("TotalAmount", amount), ("OperationUniqueId", event.operation_id)])
    return _checked(operation)


def read_answer(status: str, answer: etree._Element | None) -> TaxAnswer:
    """Turn the answer of a poll into the port's words.

    A ``FAILED`` without an error of its own becomes a refusal with the code ``FAILED``.

    :param answer: the element in ``Message``, where there is one
    :raises UnreadableAnswer: an unknown status, element, or a missing field
    """
    if status == "PROCESSING":
        return Processing()
    if answer is not None and status in {"COMPLETED", "FAILED"}:
        match etree.QName(answer).localname:
            case "SmzPlatformError":
                return _platform_error(answer)
            case "PostIncomeResponseV2":
                return ReceiptRegistered(_field(answer, "ReceiptId"), _field(answer, "Link"))
            case "PostBindPartnerWithInnResponse":
                return BindStarted(_field(answer, "Id"))
            case "GetBindPartnerStatusResponse":
                return BindStatus(_field(answer, "Result"), _texts(answer, "Permissions"))
    if status == "FAILED":
        return TaxRefusal("FAILED", "")
    raise UnreadableAnswer


def _platform_error(error: etree._Element) -> TaxAnswer:
    code = _field(error, "Code")
    args = {_field(arg, "Key"): _field(arg, "Value") for arg in error.findall(f"{{{SMZ}}}Args")}
    if code == "DUPLICATE":
        try:
            return ReceiptRegistered(args["RECEIPT_ID"], args["RECEIPT_URL"])
        except KeyError:
            raise UnreadableAnswer from None
    message = error.findtext(f"{{{SMZ}}}Message") or ""
    for key, value in args.items():
        message = message.replace(f"{{{key}}}", value if key in _PLAIN_ARGS else "***")
    return TaxRefusal(code, _LONG_NUMBER.sub("***", message))


def _operation(name: str, fields: Iterable[tuple[str, str]]) -> etree._Element:
    operation = etree.Element(etree.QName(SMZ, name), nsmap={"smz": SMZ})
    _fill(operation, fields)
    return operation


def _fill(parent: etree._Element, fields: Iterable[tuple[str, str]]) -> None:
    for name, value in fields:
        child = etree.SubElement(parent, etree.QName(SMZ, name))
        try:
            child.text = value
        except ValueError:
            raise InvalidOperation(f"{name} holds a character that XML has no place for") from None


def _moscow_time(moment: datetime) -> str:
    if moment.tzinfo is None:
        raise InvalidOperation("times have a zone")
    # A receiver that drops the offset would still read the right calendar day of a Russian receipt.
    return moment.astimezone(MOSCOW).isoformat(timespec="seconds")


def _checked(operation: etree._Element) -> etree._Element:
    schema = _schema()
    if schema.validate(operation):
        return operation
    broken = {f"{error.path.rpartition(':')[2]} {error.type_name}" for error in schema.error_log}  # type: ignore[attr-defined] # lxml-stubs lack it
    raise InvalidOperation(f"the operation breaks the schema: {', '.join(sorted(broken))}")


@cache
def _schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(Path(__file__).with_name("smz.xsd")))


def _field(parent: etree._Element, name: str) -> str:
    value = parent.findtext(f"{{{SMZ}}}{name}")
    if not value:
        raise UnreadableAnswer
    return value


def _texts(parent: etree._Element, name: str) -> tuple[str, ...]:
    return tuple(child.text or "" for child in parent.findall(f"{{{SMZ}}}{name}"))
