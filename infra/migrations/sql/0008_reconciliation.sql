-- Bank statements, provider registries, and what differs between them and the ledger.

CREATE TABLE bank_statements (
    id UUID NOT NULL,
    account TEXT NOT NULL,
    format VARCHAR(64) NOT NULL,
    sha256 BYTEA NOT NULL,
    since DATE NOT NULL,
    until DATE NOT NULL,
    opening_kopecks BIGINT NOT NULL,
    closing_kopecks BIGINT NOT NULL,
    incoming_kopecks BIGINT NOT NULL,
    outgoing_kopecks BIGINT NOT NULL,
    lines_new INTEGER NOT NULL,
    lines_known INTEGER NOT NULL,
    uploaded_by UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_bank_statements PRIMARY KEY (id),
    CONSTRAINT uq_bank_statements_account_sha256 UNIQUE (account, sha256),
    CONSTRAINT ck_bank_statements_even CHECK (opening_kopecks + incoming_kopecks - outgoing_kopecks = closing_kopecks),
    CONSTRAINT ck_bank_statements_period CHECK (since <= until),
    CONSTRAINT fk_bank_statements_uploaded_by FOREIGN KEY(uploaded_by) REFERENCES users (id),
    CONSTRAINT ck_bank_statements_format CHECK (format IN ('exchange_1c', 'csv'))
);
CREATE INDEX ix_bank_statements_account_until ON bank_statements (account, until);
CREATE INDEX ix_bank_statements_uploaded_by ON bank_statements (uploaded_by);

CREATE TABLE bank_lines (
    id UUID NOT NULL,
    statement_id UUID NOT NULL,
    account TEXT NOT NULL,
    booked_on DATE NOT NULL,
    incoming BOOLEAN NOT NULL,
    number TEXT NOT NULL,
    amount_kopecks BIGINT NOT NULL,
    ordinal INTEGER NOT NULL,
    counterparty BYTEA NOT NULL,
    purpose BYTEA NOT NULL,
    meaning VARCHAR(64) NOT NULL,
    terminal TEXT,
    ledger_transaction_id UUID,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    matched_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_bank_lines PRIMARY KEY (id),
    CONSTRAINT uq_bank_lines_reference UNIQUE (account, booked_on, incoming, number, amount_kopecks, ordinal),
    CONSTRAINT uq_bank_lines_ledger_transaction_id UNIQUE (ledger_transaction_id),
    CONSTRAINT ck_bank_lines_amount CHECK (amount_kopecks > 0),
    CONSTRAINT fk_bank_lines_statement_id FOREIGN KEY(statement_id) REFERENCES bank_statements (id),
    CONSTRAINT fk_bank_lines_ledger_transaction_id FOREIGN KEY(ledger_transaction_id) REFERENCES ledger_transactions (id),
    CONSTRAINT ck_bank_lines_meaning CHECK (meaning IN ('provider_settled', 'payouts_funded', 'refund_funded', 'fee_swept', 'set_off', 'own_funds_in', 'own_transfer', 'debt_repaid', 'payout', 'own_expense', 'returned_payout', 'unknown'))
);
CREATE INDEX ix_bank_lines_meaning_booked_on ON bank_lines (meaning, booked_on);
CREATE INDEX ix_bank_lines_statement_id ON bank_lines (statement_id);

CREATE TABLE registry_days (
    id UUID NOT NULL,
    terminal TEXT NOT NULL,
    day DATE NOT NULL,
    source VARCHAR(64) NOT NULL,
    paid_kopecks BIGINT NOT NULL,
    refunded_kopecks BIGINT NOT NULL,
    charge_kopecks BIGINT NOT NULL,
    in_deals_kopecks BIGINT NOT NULL,
    lines INTEGER NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE NOT NULL,
    settled_by UUID,
    CONSTRAINT pk_registry_days PRIMARY KEY (id),
    CONSTRAINT uq_registry_days_terminal_day UNIQUE (terminal, day),
    CONSTRAINT fk_registry_days_settled_by FOREIGN KEY(settled_by) REFERENCES bank_lines (id),
    CONSTRAINT ck_registry_days_source CHECK (source IN ('api', 'upload'))
);
CREATE INDEX ix_registry_days_settled_by ON registry_days (settled_by);

CREATE TABLE registry_lines (
    id UUID NOT NULL,
    terminal TEXT NOT NULL,
    day DATE NOT NULL,
    kind VARCHAR(64) NOT NULL,
    operation_id TEXT NOT NULL,
    payment_id TEXT,
    order_id TEXT,
    amount_kopecks BIGINT NOT NULL,
    charge_kopecks BIGINT NOT NULL,
    occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    bank_deal TEXT,
    CONSTRAINT pk_registry_lines PRIMARY KEY (id),
    CONSTRAINT uq_registry_lines_terminal_kind_operation_id UNIQUE (terminal, kind, operation_id),
    CONSTRAINT ck_registry_lines_sums CHECK (amount_kopecks >= 0 AND charge_kopecks >= 0),
    CONSTRAINT ck_registry_lines_kind CHECK (kind IN ('payment', 'refund', 'charge'))
);
CREATE INDEX ix_registry_lines_terminal_day ON registry_lines (terminal, day);

CREATE TABLE reconciliation_runs (
    id UUID NOT NULL,
    day DATE NOT NULL,
    status VARCHAR(64) NOT NULL,
    started_by UUID,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    recovered INTEGER NOT NULL,
    opened INTEGER NOT NULL,
    closed INTEGER NOT NULL,
    standing INTEGER NOT NULL,
    CONSTRAINT pk_reconciliation_runs PRIMARY KEY (id),
    CONSTRAINT fk_reconciliation_runs_started_by FOREIGN KEY(started_by) REFERENCES users (id),
    CONSTRAINT ck_reconciliation_runs_status CHECK (status IN ('running', 'finished', 'failed'))
);
CREATE INDEX ix_reconciliation_runs_day_started_at ON reconciliation_runs (day, started_at);
CREATE INDEX ix_reconciliation_runs_started_by ON reconciliation_runs (started_by);
CREATE UNIQUE INDEX uq_reconciliation_runs_running ON reconciliation_runs (day) WHERE status = 'running';

CREATE TABLE reconciliation_totals (
    run_id UUID NOT NULL,
    terminal TEXT NOT NULL,
    ledger_net_kopecks BIGINT NOT NULL,
    registry_net_kopecks BIGINT,
    settled_kopecks BIGINT NOT NULL,
    clearing_kopecks BIGINT NOT NULL,
    unsettled_kopecks BIGINT NOT NULL,
    CONSTRAINT pk_reconciliation_totals PRIMARY KEY (run_id, terminal),
    CONSTRAINT fk_reconciliation_totals_run_id FOREIGN KEY(run_id) REFERENCES reconciliation_runs (id)
);

CREATE TABLE reconciliation_differences (
    id UUID NOT NULL,
    kind VARCHAR(64) NOT NULL,
    subject TEXT NOT NULL,
    terminal TEXT,
    day DATE,
    expected_kopecks BIGINT,
    actual_kopecks BIGINT,
    state VARCHAR(64) NOT NULL,
    first_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE,
    explained_by UUID,
    explained_at TIMESTAMP WITH TIME ZONE,
    explanation BYTEA,
    CONSTRAINT pk_reconciliation_differences PRIMARY KEY (id),
    CONSTRAINT ck_reconciliation_differences_explained CHECK (state <> 'explained' OR (explained_by IS NOT NULL AND explanation IS NOT NULL)),
    CONSTRAINT ck_reconciliation_differences_closed CHECK ((state = 'closed') = (closed_at IS NOT NULL)),
    CONSTRAINT fk_reconciliation_differences_explained_by FOREIGN KEY(explained_by) REFERENCES users (id),
    CONSTRAINT ck_reconciliation_differences_kind CHECK (kind IN ('registry_missing', 'payment_not_in_ledger', 'payment_not_in_registry', 'payment_amount', 'payment_charge', 'refund_not_in_ledger', 'refund_not_in_registry', 'refund_amount', 'statement_missing', 'statement_gap', 'statement_lines', 'bank_balance', 'bank_line_unknown', 'posting_without_line', 'settlement_amount', 'settlement_late', 'charges_not_transferred', 'books_unbalanced', 'account_drifted', 'cover_short', 'suspense_old', 'intent_unknown', 'payout_unknown', 'refund_unknown', 'deal_closed_with_money')),
    CONSTRAINT ck_reconciliation_differences_state CHECK (state IN ('open', 'explained', 'closed'))
);
CREATE INDEX ix_reconciliation_differences_day ON reconciliation_differences (day);
CREATE INDEX ix_reconciliation_differences_explained_by ON reconciliation_differences (explained_by);
CREATE INDEX ix_reconciliation_differences_state_first_seen_at ON reconciliation_differences (state, first_seen_at);
CREATE UNIQUE INDEX uq_reconciliation_differences_standing ON reconciliation_differences (kind, subject) WHERE state <> 'closed';

CREATE TABLE reconciliation_findings (
    run_id UUID NOT NULL,
    difference_id UUID NOT NULL,
    expected_kopecks BIGINT,
    actual_kopecks BIGINT,
    CONSTRAINT pk_reconciliation_findings PRIMARY KEY (run_id, difference_id),
    CONSTRAINT fk_reconciliation_findings_run_id FOREIGN KEY(run_id) REFERENCES reconciliation_runs (id),
    CONSTRAINT fk_reconciliation_findings_difference_id FOREIGN KEY(difference_id) REFERENCES reconciliation_differences (id)
);
CREATE INDEX ix_reconciliation_findings_difference_id ON reconciliation_findings (difference_id);

-- What the bank and the provider said, and what differed, is never deleted by the application; a registry's day is
-- replaced as a whole, so its lines are.
REVOKE DELETE ON bank_statements, bank_lines, registry_days, reconciliation_runs, reconciliation_totals,
    reconciliation_differences, reconciliation_findings FROM housler_app;
REVOKE UPDATE ON bank_statements, reconciliation_totals, reconciliation_findings FROM housler_app;
