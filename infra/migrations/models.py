"""Every module that declares tables: what the migrations must produce. A new ``models.py`` is named here."""

import shared.ledger.tables  # noqa: F401 -- imported for its tables
from shared.db.base import Base

metadata = Base.metadata
