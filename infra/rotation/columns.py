"""Every column of blind indexes, and how the value that a row's index was made of is read again.

A test compares this with the tables: a new ``…_index`` column is named here, with its value or with a reason.
"""

import json
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from sqlalchemy import Column, Table
from sqlalchemy.orm import DeclarativeBase

from shared.auth.contact_models import ContactChange
from shared.auth.models import OtpSession
from shared.deals.models import DealParty
from shared.organizations.invitation_models import Invitation
from shared.organizations.models import Organization
from shared.receipts.npd_models import NpdBinding
from shared.users.models import User, UserProfile


class Indexed(NamedTuple):
    """What an index was made of: ``vault.index_of(field, value)``."""

    field: str
    value: str


class IndexColumn(NamedTuple):
    """``column`` holds indexes of what ``sealed`` of the same row holds."""

    table: Table
    column: str
    sealed: str
    #: from the opened text
    indexed: Callable[[str], Indexed]
    #: whose key sealed it; the row's own id unless another column says it
    owned_by: str | None = None

    @property
    def name(self) -> str:
        return f"{self.table.name}.{self.column}"

    @property
    def key(self) -> Column[Any]:
        """The primary key: a UUID, that also bound the sealed value to its row."""
        (column,) = self.table.primary_key.columns
        return column

    @property
    def owner(self) -> Column[Any]:
        return self.key if self.owned_by is None else self.table.c[self.owned_by]


def _of(field: str) -> Callable[[str], Indexed]:
    return lambda text: Indexed(field, text)


def _passport(text: str) -> Indexed:
    fields = json.loads(text)
    return Indexed("passport", fields["series"] + fields["number"])


def _address(text: str) -> Indexed:
    return Indexed("email" if "@" in text else "phone", text)


def _table(model: type[DeclarativeBase]) -> Table:
    return model.metadata.tables[model.__tablename__]


COLUMNS: Final = (
    IndexColumn(_table(User), "phone_index", "phone", _of("phone")),
    IndexColumn(_table(User), "email_index", "email", _of("email")),
    IndexColumn(_table(UserProfile), "inn_index", "inn", _of("inn")),
    IndexColumn(_table(UserProfile), "passport_index", "passport", _passport),
    IndexColumn(_table(Organization), "inn_index", "inn", _of("inn")),
    IndexColumn(_table(Invitation), "address_index", "address", _address),
    IndexColumn(_table(DealParty), "phone_index", "phone", _of("phone")),
    IndexColumn(_table(NpdBinding), "inn_index", "inn", _of("inn")),
    # Of the INN that the tax service last took from him; where he has asked for another since, it is left as it is.
    IndexColumn(_table(NpdBinding), "held_inn_index", "inn", _of("inn")),
    IndexColumn(_table(OtpSession), "address_index", "address", _address),
    IndexColumn(_table(ContactChange), "new_address_index", "new_address", _address, owned_by="user_id"),
)

#: Their values are kept nowhere: an index key must outlive what it made here.
WITHOUT_VALUES: Final[Mapping[str, str]] = {
    "blacklist.value_index": "for ever: a barred value is kept as its index only",
    "registrations.phone_index": "until they expire",
    "rate_limits.subject": "until their windows end; a counter that starts anew does no harm",
}
