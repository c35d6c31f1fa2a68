"""Files of banks and providers, as tests write them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from shared.kernel.money import Money

CLIENTS = "40702810900000000001"
OURS = "40702810200000000002"
OUR_INN = "7700000009"
YOOKASSA_INN = "7750005725"
YOOKASSA_ACCOUNT = "40702810700000000077"
STRANGERS = "40817810500000000099"
DAY = date(2026, 11, 23)
NOTHING = Money.zero()


@dataclass
class Document:
    number: str
    amount: Money
    incoming: bool = True
    other_account: str = YOOKASSA_ACCOUNT
    other_inn: str = YOOKASSA_INN
    other_name: str = "НКО «ЮМани» (ООО)"
    purpose: str = "Перевод по договору. НДС не облагается"
    booked_on: date = DAY
    extra: Sequence[str] = field(default_factory=tuple)


def rubles(amount: Money) -> str:
    return amount.to_rubles()


def written(day: date) -> str:
    return f"{day:%d.%m.%Y}"


def exchange(
    *documents: Document,
    account: str = CLIENTS,
    opening: Money = NOTHING,
    closing: Money | None = None,
    since: date = DAY,
    until: date | None = None,
    declared: str = "Windows",
) -> str:
    """A statement as banks export it; even unless ``closing`` says otherwise."""
    end = until or since
    turnover = sum(each.amount.kopecks * (1 if each.incoming else -1) for each in documents)
    last = closing if closing is not None else opening + Money(turnover)
    lines = [
        "1CClientBankExchange",
        "ВерсияФормата=1.03",
        f"Кодировка={declared}",
        "Отправитель=Банк",
        "Получатель=",
        f"ДатаНачала={written(since)}",
        f"ДатаКонца={written(end)}",
        f"РасчСчет={account}",
        "Документ=Платежное поручение",
        "СекцияРасчСчет",
        f"ДатаНачала={written(since)}",
        f"ДатаКонца={written(end)}",
        f"РасчСчет={account}",
        f"НачальныйОстаток={rubles(opening)}",
        f"КонечныйОстаток={rubles(last)}",
        "КонецРасчСчет",
    ]
    for each in documents:
        lines += _document(each, account)
    return "\r\n".join([*lines, "КонецФайла", ""])


def _document(document: Document, account: str) -> list[str]:
    payer, payee = ("Плательщик", "Получатель") if document.incoming else ("Получатель", "Плательщик")
    return [
        "СекцияДокумент=Платежное поручение",
        f"Номер={document.number}",
        f"Дата={written(document.booked_on)}",
        f"Сумма={rubles(document.amount)}",
        f"{payer}Счет={document.other_account}",
        f"{payer}ИНН={document.other_inn}",
        f"{payer}1={document.other_name}",
        f"{payee}Счет={account}",
        f"{payee}ИНН={OUR_INN}",
        f"{'ДатаПоступило' if document.incoming else 'ДатаСписано'}={written(document.booked_on)}",
        f"НазначениеПлатежа={document.purpose}",
        *document.extra,
        "КонецДокумента",
    ]


def windows(text: str) -> bytes:
    return text.encode("cp1251")
