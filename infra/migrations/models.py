"""Every module that declares tables: what the migrations must produce. A new ``models.py`` is named here."""

import shared.antifraud.models
import shared.audit.chain_models
import shared.audit.models
import shared.auth.contact_models
import shared.auth.models
import shared.auth.registration_models
import shared.auth.session_models
import shared.auth.staff_models
import shared.auth.step_up_models
import shared.deals.acceptance_models
import shared.deals.models
import shared.desk.failure_tables
import shared.desk.note_models
import shared.disputes.models
import shared.documents.models
import shared.idempotency.models
import shared.inbox.models
import shared.ledger.tables
import shared.limits.models
import shared.organizations.bank_models
import shared.organizations.invitation_models
import shared.organizations.models
import shared.organizations.payout_account_models
import shared.outbox.models
import shared.payments.fiscal_models
import shared.payments.models
import shared.payouts.models
import shared.payouts.release_models
import shared.payouts.set_off_models
import shared.receipts.document_models
import shared.receipts.kkt_models
import shared.receipts.models
import shared.receipts.npd_models
import shared.reconciliation.models
import shared.reconciliation.registry_models
import shared.reconciliation.statement_models
import shared.refunds.models
import shared.signatures.models
import shared.tasks.models
import shared.users.consent_models
import shared.users.models
import shared.vault.models  # noqa: F401 -- imported for their tables
from shared.db.base import Base

metadata = Base.metadata
