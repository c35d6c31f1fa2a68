-- Refunds and the debts that follow from them.

CREATE TABLE refunds (
    id UUID NOT NULL,
    payment_id UUID NOT NULL,
    deal_id UUID,
    schedule_id UUID,
    amount_kopecks BIGINT NOT NULL,
    status VARCHAR(64) NOT NULL,
    reason VARCHAR(64) NOT NULL,
    comment BYTEA,
    requested_by UUID,
    decided_by UUID,
    provider TEXT NOT NULL,
    refunded_from TEXT NOT NULL,
    provider_key UUID NOT NULL,
    attempt INTEGER NOT NULL,
    left_before_kopecks BIGINT,
    provider_refund_id TEXT,
    tries INTEGER NOT NULL,
    wait_reason TEXT,
    failure_reason TEXT,
    unknown_since TIMESTAMP WITH TIME ZONE,
    unmade_since TIMESTAMP WITH TIME ZONE,
    resend_decided_at TIMESTAMP WITH TIME ZONE,
    next_at TIMESTAMP WITH TIME ZONE,
    expires_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    decided_at TIMESTAMP WITH TIME ZONE,
    accepted_at TIMESTAMP WITH TIME ZONE,
    sent_at TIMESTAMP WITH TIME ZONE,
    final_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_refunds PRIMARY KEY (id),
    CONSTRAINT uq_refunds_provider_provider_refund_id UNIQUE (provider, provider_refund_id),
    CONSTRAINT ck_refunds_amount CHECK (amount_kopecks > 0),
    CONSTRAINT ck_refunds_attempt CHECK (attempt > 0),
    CONSTRAINT ck_refunds_step CHECK ((deal_id IS NULL) = (schedule_id IS NULL)),
    CONSTRAINT ck_refunds_another_decides CHECK (decided_by <> requested_by),
    CONSTRAINT ck_refunds_sent_is_posted CHECK (
        status NOT IN ('sending', 'unknown', 'succeeded', 'failed')
        OR accepted_at IS NOT NULL AND left_before_kopecks IS NOT NULL),
    CONSTRAINT ck_refunds_final CHECK (
        (status IN ('succeeded', 'failed', 'declined', 'expired')) = (final_at IS NOT NULL)),
    CONSTRAINT fk_refunds_payment_id FOREIGN KEY(payment_id) REFERENCES payments (id),
    CONSTRAINT fk_refunds_deal_id FOREIGN KEY(deal_id) REFERENCES deals (id),
    CONSTRAINT fk_refunds_schedule_id FOREIGN KEY(schedule_id) REFERENCES payment_schedules (id),
    CONSTRAINT fk_refunds_requested_by FOREIGN KEY(requested_by) REFERENCES users (id),
    CONSTRAINT fk_refunds_decided_by FOREIGN KEY(decided_by) REFERENCES users (id),
    CONSTRAINT ck_refunds_status CHECK (status IN (
        'awaiting_approval', 'accepted', 'awaiting_cover', 'sending', 'unknown', 'succeeded', 'failed', 'declined',
        'expired')),
    CONSTRAINT ck_refunds_reason CHECK (reason IN (
        'client_request', 'service_not_rendered', 'deal_cancelled', 'wrong_amount', 'dispute_decision',
        'unplaced_payment', 'other'))
);
CREATE INDEX ix_refunds_payment_id ON refunds (payment_id);
CREATE INDEX ix_refunds_deal_id ON refunds (deal_id);
CREATE INDEX ix_refunds_schedule_id ON refunds (schedule_id);
CREATE INDEX ix_refunds_requested_by ON refunds (requested_by);
CREATE INDEX ix_refunds_decided_by ON refunds (decided_by);
CREATE INDEX ix_refunds_status_created_at ON refunds (status, created_at);
CREATE INDEX ix_refunds_next ON refunds (next_at) WHERE next_at IS NOT NULL;
-- One refund of a payment is with the provider at a time: what it was before is then known.
CREATE UNIQUE INDEX uq_refunds_on_the_way ON refunds (payment_id) WHERE status IN ('sending', 'unknown');

CREATE TABLE refund_parts (
    refund_id UUID NOT NULL,
    split_id UUID NOT NULL,
    amount_kopecks BIGINT NOT NULL,
    from_hold_kopecks BIGINT NOT NULL,
    from_payable_kopecks BIGINT NOT NULL,
    as_receivable_kopecks BIGINT NOT NULL,
    fee_net_kopecks BIGINT NOT NULL,
    fee_vat_kopecks BIGINT NOT NULL,
    CONSTRAINT pk_refund_parts PRIMARY KEY (refund_id, split_id),
    CONSTRAINT ck_refund_parts_amount CHECK (amount_kopecks > 0),
    CONSTRAINT ck_refund_parts_sources CHECK (
        least(from_hold_kopecks, from_payable_kopecks, as_receivable_kopecks, fee_net_kopecks, fee_vat_kopecks) >= 0
        AND from_hold_kopecks + from_payable_kopecks + as_receivable_kopecks + fee_net_kopecks + fee_vat_kopecks
            IN (0, amount_kopecks)),
    CONSTRAINT fk_refund_parts_refund_id FOREIGN KEY(refund_id) REFERENCES refunds (id),
    CONSTRAINT fk_refund_parts_split_id FOREIGN KEY(split_id) REFERENCES splits (id)
);
CREATE INDEX ix_refund_parts_split_id ON refund_parts (split_id);

-- What of a split went back or is about to.
ALTER TABLE splits
    ADD COLUMN refunded_held_kopecks BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN refunded_posted_kopecks BIGINT NOT NULL DEFAULT 0,
    ADD COLUMN refund_waiting_kopecks BIGINT NOT NULL DEFAULT 0,
    ADD CONSTRAINT ck_splits_refunded CHECK (
        least(refunded_held_kopecks, refunded_posted_kopecks, refund_waiting_kopecks) >= 0
        AND refunded_held_kopecks + refunded_posted_kopecks + refund_waiting_kopecks <= amount_kopecks
        AND posted_kopecks >= refunded_posted_kopecks AND posted_kopecks + refunded_held_kopecks <= amount_kopecks);

ALTER TABLE payments DROP CONSTRAINT ck_payments_status;
ALTER TABLE payments ADD CONSTRAINT ck_payments_status CHECK (status IN ('received', 'suspense', 'returned'));

-- A payout whose step is refunded, or that pays its owner's debt.
ALTER TABLE payouts DROP CONSTRAINT ck_payouts_status;
ALTER TABLE payouts ADD CONSTRAINT ck_payouts_status CHECK (status IN (
    'planned', 'reserved', 'sending', 'succeeded', 'failed', 'unknown', 'cancelled', 'set_off'));
ALTER TABLE payouts DROP CONSTRAINT ck_payouts_destination;
ALTER TABLE payouts ADD CONSTRAINT ck_payouts_destination CHECK (
    status IN ('planned', 'cancelled', 'set_off') OR account_id IS NOT NULL);
-- What came back of a paid split is paid by another payout.
ALTER TABLE payout_items DROP CONSTRAINT pk_payout_items;
ALTER TABLE payout_items ADD CONSTRAINT pk_payout_items PRIMARY KEY (split_id, payout_id);

CREATE TABLE set_offs (
    id UUID NOT NULL,
    payout_id UUID,
    refund_id UUID,
    owner_id UUID NOT NULL,
    payable_split_id UUID NOT NULL,
    receivable_split_id UUID NOT NULL,
    amount_kopecks BIGINT NOT NULL,
    debt_before_kopecks BIGINT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_set_offs PRIMARY KEY (id),
    CONSTRAINT ck_set_offs_amount CHECK (amount_kopecks > 0),
    CONSTRAINT ck_set_offs_one_cause CHECK ((payout_id IS NULL) <> (refund_id IS NULL)),
    CONSTRAINT fk_set_offs_payout_id FOREIGN KEY(payout_id) REFERENCES payouts (id),
    CONSTRAINT fk_set_offs_payable_split_id FOREIGN KEY(payable_split_id) REFERENCES splits (id),
    CONSTRAINT fk_set_offs_receivable_split_id FOREIGN KEY(receivable_split_id) REFERENCES splits (id)
);
CREATE INDEX ix_set_offs_payout_id ON set_offs (payout_id);
CREATE INDEX ix_set_offs_owner_id ON set_offs (owner_id);
CREATE INDEX ix_set_offs_payable_split_id ON set_offs (payable_split_id);
CREATE INDEX ix_set_offs_receivable_split_id ON set_offs (receivable_split_id);

ALTER TABLE step_up_grants DROP CONSTRAINT ck_step_up_grants_action;
ALTER TABLE step_up_grants ADD CONSTRAINT ck_step_up_grants_action CHECK (action IN (
    'payout_account_add', 'payout_account_choose', 'organization_payout_account_add',
    'organization_payout_account_choose', 'organization_payout_account_confirm', 'refund_create', 'refund_approve',
    'refund_resend', 'step_release', 'dispute_decide'));

REVOKE DELETE ON refunds, refund_parts, set_offs FROM housler_app;
