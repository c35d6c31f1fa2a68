"""«Мультирасчёты»: money of payments lies in a deal until it is paid out of it."""

from localstack.standins.tbank.bank import FIRST_DEAL, Bank, Document, stamp
from localstack.standins.tbank.problems import Problem

KINDS = {"NN", "N1", "1N", "11"}


def create(bank: Bank, terminal_key: str, body: Document) -> Document:
    return {"Success": True, "ErrorCode": "0", "SpAccumulationId": opened(bank, terminal_key, kind_of(body, "SpDealType"))}  # fmt: skip


def close(bank: Bank, terminal_key: str, body: Document) -> Document:
    """What is left becomes the platform's."""
    deal = required(bank, terminal_key, body.get("SpAccumulationId"))
    bank.store.run("UPDATE deals SET state = 'closed' WHERE id = ?", (deal,))
    return {"Success": True, "ErrorCode": "0", "SpAccumulationId": str(deal)}


def kind_of(body: Document, name: str) -> str:
    kind = body.get(name)
    if kind not in KINDS:
        raise Problem("1", f"{name} is one of {', '.join(sorted(KINDS))}")
    return str(kind)


def opened(bank: Bank, terminal_key: str, kind: str) -> str:
    with bank.store.transaction() as connection:
        newest = connection.execute("SELECT max(id) AS id FROM deals").fetchone()["id"]
        number = (newest or FIRST_DEAL) + 1
        connection.execute(
            "INSERT INTO deals (id, terminal_key, kind, state, opened_at) VALUES (?, ?, ?, 'open', ?)",
            (number, terminal_key, kind, stamp(bank.clock.now())),
        )
    return str(number)


def required(bank: Bank, terminal_key: str, deal: object) -> int:
    """An open deal of this terminal; its number is taken as text and as a number."""
    written = str(deal)
    rows = bank.store.rows(
        "SELECT id FROM deals WHERE id = ? AND terminal_key = ? AND state = 'open'",
        (int(written) if written.isdecimal() else 0, terminal_key),
    )
    if not rows:
        raise Problem("1", "No such open deal")
    return int(rows[0]["id"])


def is_open(bank: Bank, deal: str) -> bool:
    return bool(bank.store.rows("SELECT 1 FROM deals WHERE id = ? AND state = 'open'", (int(deal),)))


def listing(bank: Bank) -> list[Document]:
    """Every deal with its balance in kopecks, newest first."""
    balances: dict[str, int] = {}
    for payment in bank.payments():
        deal = payment.get("deal")
        if deal and payment.get("confirmed_at"):
            balances[deal] = balances.get(deal, 0) + payment["Amount"] - payment["refunded"]
    return [
        {**dict(row), "balance": balances.get(str(row["id"]), 0)}
        for row in bank.store.rows("SELECT * FROM deals ORDER BY id DESC")
    ]
