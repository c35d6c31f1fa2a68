"""Who may do what, and with what of whose: the one table that functions (``access=``) and queries obey.

A row is an operation, a column the role of the session, a cell how far that role reaches:

====== =====================================================================================================
NONE   the operation is closed: 403
SELF   it is about the caller himself: no id is named
OWN    what he opened, or what is owed to him: his deals as their agent, his payouts, his receipts
PARTY  deals in which he is a party, and what belongs to them
AGENCY what is of the organization that he acts for (``X-Organization-Id``, or his only one)
ANY    everything
====== =====================================================================================================

Beyond a caller's reach an object doesn't exist: 404, as for an id that nobody has. A test calls every operation with
every role and every relation to the object, and compares the answers with this table.
"""

from enum import StrEnum
from typing import Final, NamedTuple

from shared.kernel.roles import Role


class Reach(StrEnum):
    NONE = "none"
    SELF = "self"
    OWN = "own"
    PARTY = "party"
    AGENCY = "agency"
    ANY = "any"


class Right(NamedTuple):
    client: Reach
    agent: Reach
    agency_admin: Reach
    operator: Reach
    admin: Reach

    def reach(self, role: Role) -> Reach:
        return Reach(getattr(self, role.value))

    def roles(self) -> frozenset[Role]:
        return frozenset(role for role in Role if self.reach(role) is not Reach.NONE)


_, SELF, OWN, PARTY, AGENCY, ANY = Reach

# fmt: off
#                                    client  agent   agency_admin  operator  admin
# Oneself
OWN_SESSIONS: Final           = Right(SELF,   SELF,   SELF,         SELF,     SELF)
OWN_ACCOUNT: Final            = Right(SELF,   SELF,   SELF,         SELF,     SELF)
OWN_ERASURE: Final            = Right(SELF,   SELF,   SELF,         _,        _)
OWN_PASSWORD: Final           = Right(_,      _,      SELF,         SELF,     SELF)
OWN_SIGNATURE: Final          = Right(SELF,   SELF,   SELF,         SELF,     SELF)
OWN_PAYOUT_ACCOUNTS: Final    = Right(_,      SELF,   _,            _,        _)
OWN_TAX_STATUS: Final         = Right(_,      SELF,   _,            _,        _)
INVITATION_DECIDE: Final      = Right(SELF,   SELF,   SELF,         _,        _)

# People and organizations
USERS_SEARCH: Final           = Right(_,      _,      AGENCY,       ANY,      ANY)
USERS_READ: Final             = Right(_,      AGENCY, AGENCY,       ANY,      ANY)
LOOKUP: Final                 = Right(SELF,   SELF,   SELF,         SELF,     SELF)
ORGANIZATIONS_LIST: Final     = Right(_,      AGENCY, AGENCY,       ANY,      ANY)
ORGANIZATIONS_CREATE: Final   = Right(_,      SELF,   SELF,         _,        _)
ORGANIZATIONS_READ: Final     = Right(_,      AGENCY, AGENCY,       ANY,      ANY)
ORGANIZATIONS_CHANGE: Final   = Right(_,      _,      AGENCY,       _,        _)
MEMBERS_READ: Final           = Right(_,      _,      AGENCY,       ANY,      ANY)
MEMBERS_CHANGE: Final         = Right(_,      _,      AGENCY,       _,        _)
AGENCY_ACCOUNTS_READ: Final   = Right(_,      _,      AGENCY,       ANY,      ANY)
AGENCY_ACCOUNTS_CHANGE: Final = Right(_,      _,      AGENCY,       _,        _)
SUBCONTRACTS_CREATE: Final    = Right(_,      _,      AGENCY,       _,        _)
SUBCONTRACTS_END: Final       = Right(_,      _,      AGENCY,       _,        _)

# Deals and their papers
DEALS_READ: Final             = Right(PARTY,  OWN,    AGENCY,       ANY,      ANY)
DEALS_TIMELINE: Final         = Right(PARTY,  OWN,    AGENCY,       ANY,      ANY)
DEALS_CREATE: Final           = Right(_,      SELF,   _,            _,        _)
DEALS_SUBMIT: Final           = Right(_,      OWN,    _,            _,        _)
MILESTONES_REPORT: Final      = Right(_,      OWN,    AGENCY,       _,        _)
ACCEPTANCES_ANSWER: Final     = Right(PARTY,  _,      _,            _,        _)
DEALS_COMPLETE: Final         = Right(_,      OWN,    _,            _,        _)
DISPUTES_OPEN: Final          = Right(PARTY,  OWN,    AGENCY,       _,        _)
DISPUTES_READ: Final          = Right(PARTY,  OWN,    AGENCY,       ANY,      ANY)
DOCUMENTS_READ: Final         = Right(PARTY,  OWN,    AGENCY,       ANY,      ANY)
DOCUMENTS_GENERATE: Final     = Right(_,      OWN,    AGENCY,       _,        _)
DOCUMENTS_SIGN: Final         = Right(PARTY,  OWN,    AGENCY,       _,        _)

# Money
INTENTS_CREATE: Final         = Right(_,      OWN,    AGENCY,       _,        _)
INTENTS_CANCEL: Final         = Right(_,      OWN,    AGENCY,       _,        _)
STEPS_DIVIDE: Final           = Right(_,      OWN,    AGENCY,       _,        _)
PAYMENTS_READ: Final          = Right(PARTY,  OWN,    AGENCY,       ANY,      ANY)
REFUNDS_CREATE: Final         = Right(_,      OWN,    AGENCY,       ANY,      ANY)
REFUNDS_READ: Final           = Right(PARTY,  OWN,    AGENCY,       ANY,      ANY)
REFUNDS_EXPLAIN: Final        = Right(_,      OWN,    AGENCY,       ANY,      ANY)
PAYOUTS_READ: Final           = Right(_,      OWN,    AGENCY,       ANY,      ANY)
STATEMENT_READ: Final         = Right(_,      OWN,    AGENCY,       _,        _)
RECEIPTS_READ: Final          = Right(PARTY,  OWN,    AGENCY,       ANY,      ANY)

# The operator desk
AUDIT_READ: Final             = Right(_,      _,      _,            ANY,      ANY)
LEDGER_READ: Final            = Right(_,      _,      _,            ANY,      ANY)
ORGANIZATIONS_JUDGE: Final    = Right(_,      _,      _,            ANY,      ANY)
TERMINALS_ASSIGN: Final       = Right(_,      _,      _,            ANY,      ANY)
STATEMENTS_TAKE: Final        = Right(_,      _,      _,            ANY,      ANY)
RECONCILE: Final              = Right(_,      _,      _,            ANY,      ANY)
REFUNDS_JUDGE: Final          = Right(_,      _,      _,            ANY,      ANY)
SUSPENSE_RESOLVE: Final       = Right(_,      _,      _,            ANY,      ANY)
TASKS_SETTLE: Final           = Right(_,      _,      _,            ANY,      ANY)
RECEIPTS_JUDGE: Final         = Right(_,      _,      _,            ANY,      ANY)
DEAD_LETTERS: Final           = Right(_,      _,      _,            ANY,      ANY)
DISPUTES_JUDGE: Final         = Right(_,      _,      _,            ANY,      ANY)
STEPS_RELEASE: Final          = Right(_,      _,      _,            ANY,      ANY)
USERS_BLOCK: Final            = Right(_,      _,      _,            ANY,      ANY)
CONTACTS_RECOVER: Final       = Right(_,      _,      _,            ANY,      ANY)
STAFF_MANAGE: Final           = Right(_,      _,      _,            _,        ANY)
# fmt: on
