-- Fiscal receipts (54-ФЗ).

-- What travels with an intent, as it was when the intent was made; sealed.
CREATE TABLE intent_receipts (
    intent_id UUID NOT NULL,
    contents BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_intent_receipts PRIMARY KEY (intent_id),
    CONSTRAINT fk_intent_receipts_intent_id FOREIGN KEY (intent_id) REFERENCES payment_intents (id)
);
REVOKE UPDATE, DELETE ON intent_receipts FROM housler_app;

-- A cash register's receipt belongs to a payment, a release or a refund of an organization's deal.
ALTER TABLE receipts
    ALTER COLUMN split_id DROP NOT NULL,
    ALTER COLUMN taxpayer_id DROP NOT NULL,
    ADD COLUMN taxpayer_organization_id UUID,
    ADD CONSTRAINT fk_receipts_taxpayer_organization_id FOREIGN KEY (taxpayer_organization_id)
        REFERENCES organizations (id),
    ADD CONSTRAINT ck_receipts_one_taxpayer CHECK ((taxpayer_id IS NULL) <> (taxpayer_organization_id IS NULL)),
    ADD CONSTRAINT ck_receipts_npd_of_a_person CHECK (
        kind <> 'npd' OR (taxpayer_id IS NOT NULL AND split_id IS NOT NULL)),
    DROP CONSTRAINT ck_receipts_status,
    ADD CONSTRAINT ck_receipts_status CHECK (status IN (
        'planned', 'sending', 'registered', 'delivered', 'failed', 'blocked', 'cancelled'));
CREATE INDEX ix_receipts_taxpayer_organization_id ON receipts (taxpayer_organization_id);

CREATE TABLE kkt_receipts (
    receipt_id UUID NOT NULL,
    kkt_kind VARCHAR(64) NOT NULL,
    payment_id UUID NOT NULL,
    release_id UUID,
    refund_id UUID,
    follows_id UUID,
    provider TEXT NOT NULL,
    carried BOOLEAN NOT NULL,
    provider_key UUID NOT NULL,
    provider_receipt_id TEXT,
    attempt INTEGER NOT NULL,
    tries INTEGER NOT NULL,
    failure_reason TEXT,
    document_number TEXT,
    storage_number TEXT,
    attribute TEXT,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE,
    accepted_at TIMESTAMP WITH TIME ZONE,
    unknown_since TIMESTAMP WITH TIME ZONE,
    next_at TIMESTAMP WITH TIME ZONE,
    offset_whole_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_kkt_receipts PRIMARY KEY (receipt_id),
    CONSTRAINT uq_kkt_receipts_release_id UNIQUE (release_id),
    CONSTRAINT uq_kkt_receipts_refund_id UNIQUE (refund_id),
    CONSTRAINT uq_kkt_receipts_provider_provider_receipt_id UNIQUE (provider, provider_receipt_id),
    CONSTRAINT ck_kkt_receipts_kkt_kind CHECK (kkt_kind IN ('prepayment', 'payment', 'offset', 'return')),
    CONSTRAINT ck_kkt_receipts_subject CHECK (
        (kkt_kind = 'offset') = (release_id IS NOT NULL) AND (kkt_kind = 'return') = (refund_id IS NOT NULL)),
    CONSTRAINT ck_kkt_receipts_attempt CHECK (attempt > 0),
    CONSTRAINT fk_kkt_receipts_receipt_id FOREIGN KEY (receipt_id) REFERENCES receipts (id),
    CONSTRAINT fk_kkt_receipts_payment_id FOREIGN KEY (payment_id) REFERENCES payments (id),
    CONSTRAINT fk_kkt_receipts_release_id FOREIGN KEY (release_id) REFERENCES step_releases (id),
    CONSTRAINT fk_kkt_receipts_refund_id FOREIGN KEY (refund_id) REFERENCES refunds (id),
    CONSTRAINT fk_kkt_receipts_follows_id FOREIGN KEY (follows_id) REFERENCES kkt_receipts (receipt_id)
);
CREATE INDEX ix_kkt_receipts_payment_id ON kkt_receipts (payment_id);
CREATE INDEX ix_kkt_receipts_follows_id ON kkt_receipts (follows_id);
CREATE INDEX ix_kkt_receipts_next ON kkt_receipts (next_at) WHERE next_at IS NOT NULL;
-- A payment is taken once, and its prepayment is looked at until all of it is offset or returned.
CREATE UNIQUE INDEX uq_kkt_receipts_taken ON kkt_receipts (payment_id) WHERE kkt_kind IN ('prepayment', 'payment');
CREATE INDEX ix_kkt_receipts_open ON kkt_receipts (receipt_id)
    WHERE kkt_kind = 'prepayment' AND offset_whole_at IS NULL;
REVOKE DELETE ON kkt_receipts FROM housler_app;

-- What a cash register told by itself; each document is one receipt, and stays when none is found for it.
CREATE TABLE fiscal_documents (
    id UUID NOT NULL,
    provider TEXT NOT NULL,
    provider_payment_id TEXT NOT NULL,
    sense VARCHAR(64) NOT NULL,
    mode VARCHAR(64),
    amount_kopecks BIGINT NOT NULL,
    document_number TEXT NOT NULL,
    storage_number TEXT NOT NULL,
    attribute TEXT NOT NULL,
    registered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    receipt_id UUID,
    CONSTRAINT pk_fiscal_documents PRIMARY KEY (id),
    CONSTRAINT uq_fiscal_documents_receipt_id UNIQUE (receipt_id),
    CONSTRAINT uq_fiscal_documents_storage_number_document_number UNIQUE (storage_number, document_number),
    CONSTRAINT ck_fiscal_documents_sense CHECK (sense IN ('income', 'income_return')),
    CONSTRAINT ck_fiscal_documents_mode CHECK (mode IN ('full_prepayment', 'full_payment')),
    CONSTRAINT ck_fiscal_documents_amount CHECK (amount_kopecks > 0),
    CONSTRAINT fk_fiscal_documents_receipt_id FOREIGN KEY (receipt_id) REFERENCES kkt_receipts (receipt_id)
);
CREATE INDEX ix_fiscal_documents_free ON fiscal_documents (provider, provider_payment_id) WHERE receipt_id IS NULL;
REVOKE DELETE ON fiscal_documents FROM housler_app;
