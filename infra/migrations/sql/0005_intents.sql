-- Payment intents: terminals, parts of a step, advances, cancellation, deals at a bank, links for people.

-- Which terminal collects for an organization; NULL: the default one.
ALTER TABLE organizations ADD COLUMN payment_terminal TEXT;

-- An advance is part of the commission: a fixed sum or a share of it; it is the plan's first step.
ALTER TABLE deal_terms
    ADD COLUMN advance_fixed_kopecks BIGINT,
    ADD COLUMN advance_bps INTEGER,
    ADD CONSTRAINT ck_deal_terms_advance CHECK (
        (advance_fixed_kopecks IS NULL OR advance_bps IS NULL)
        AND (advance_fixed_kopecks IS NULL OR advance_fixed_kopecks > 0)
        AND (advance_bps IS NULL OR (advance_bps > 0 AND advance_bps < 10000)));

-- A step may be paid in parts: steps of their own that name it, while it is never paid or counted itself.
ALTER TABLE payment_schedules
    ADD COLUMN is_advance BOOLEAN NOT NULL DEFAULT false,
    ADD COLUMN part_of INTEGER,
    DROP CONSTRAINT ck_payment_schedules_status,
    ADD CONSTRAINT ck_payment_schedules_status CHECK (
        status IN ('planned', 'paid', 'released', 'cancelled', 'parted')),
    ADD CONSTRAINT ck_payment_schedules_part_of CHECK (part_of < step_no),
    ADD CONSTRAINT fk_payment_schedules_deal_id_part_of FOREIGN KEY (deal_id, part_of)
        REFERENCES payment_schedules (deal_id, step_no);
ALTER TABLE payment_schedules ALTER COLUMN is_advance DROP DEFAULT;

-- What a link is called in public is known by its keyed hash only.
ALTER TABLE payment_intents
    ADD COLUMN pay_token_hash BYTEA,
    ADD COLUMN qr_payload TEXT,
    ADD COLUMN bank_deal TEXT,
    ADD COLUMN cancel_asked_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN replaces_id UUID,
    ADD CONSTRAINT uq_payment_intents_pay_token_hash UNIQUE (pay_token_hash),
    ADD CONSTRAINT fk_payment_intents_replaces_id FOREIGN KEY (replaces_id) REFERENCES payment_intents (id);
CREATE INDEX ix_payment_intents_replaces_id ON payment_intents (replaces_id);

-- In which deal at the bank a payment lies; NULL where the provider clears it to the bank account.
ALTER TABLE payments ADD COLUMN bank_deal TEXT;

-- Deals at a bank, of which a deal has one per terminal, or more where two links opened one each.
CREATE TABLE bank_deals (
    id UUID NOT NULL,
    deal_id UUID NOT NULL,
    terminal TEXT NOT NULL,
    bank_deal_id TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_bank_deals PRIMARY KEY (id),
    CONSTRAINT uq_bank_deals_terminal_bank_deal_id UNIQUE (terminal, bank_deal_id),
    CONSTRAINT fk_bank_deals_deal_id FOREIGN KEY (deal_id) REFERENCES deals (id)
);
CREATE INDEX ix_bank_deals_deal_id ON bank_deals (deal_id);
REVOKE UPDATE, DELETE ON bank_deals FROM housler_app;
