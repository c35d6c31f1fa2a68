-- Release by act, milestone, date and days, whole or in part; disputes.

-- Held money of a step becomes its owners' in one release or in several.
ALTER TABLE splits
    ADD COLUMN posted_kopecks BIGINT NOT NULL DEFAULT 0,
    ADD CONSTRAINT ck_splits_posted CHECK (posted_kopecks >= 0 AND posted_kopecks <= amount_kopecks);

CREATE TABLE step_releases (
    id UUID NOT NULL,
    deal_id UUID NOT NULL,
    schedule_id UUID NOT NULL,
    payment_id UUID NOT NULL,
    seq INTEGER NOT NULL,
    amount_kopecks BIGINT NOT NULL,
    fee_vat_kopecks BIGINT NOT NULL,
    reason VARCHAR(64) NOT NULL,
    decided_by UUID,
    released_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_step_releases PRIMARY KEY (id),
    CONSTRAINT uq_step_releases_payment_id_seq UNIQUE (payment_id, seq),
    CONSTRAINT ck_step_releases_seq CHECK (seq > 0),
    CONSTRAINT ck_step_releases_amount CHECK (amount_kopecks > 0),
    CONSTRAINT ck_step_releases_fee_vat CHECK (fee_vat_kopecks >= 0 AND fee_vat_kopecks <= amount_kopecks),
    CONSTRAINT ck_step_releases_reason CHECK (
        reason IN ('rule', 'parties_agreed', 'operator_decision', 'dispute_decision')),
    CONSTRAINT ck_step_releases_decided CHECK (reason = 'rule' OR decided_by IS NOT NULL),
    CONSTRAINT fk_step_releases_deal_id FOREIGN KEY(deal_id) REFERENCES deals (id),
    CONSTRAINT fk_step_releases_schedule_id FOREIGN KEY(schedule_id) REFERENCES payment_schedules (id),
    CONSTRAINT fk_step_releases_payment_id FOREIGN KEY(payment_id) REFERENCES payments (id),
    CONSTRAINT fk_step_releases_decided_by FOREIGN KEY(decided_by) REFERENCES users (id)
);
CREATE INDEX ix_step_releases_deal_id ON step_releases (deal_id);
CREATE INDEX ix_step_releases_schedule_id ON step_releases (schedule_id);
CREATE INDEX ix_step_releases_decided_by ON step_releases (decided_by);

CREATE TABLE step_release_parts (
    release_id UUID NOT NULL,
    split_id UUID NOT NULL,
    amount_kopecks BIGINT NOT NULL,
    CONSTRAINT pk_step_release_parts PRIMARY KEY (release_id, split_id),
    CONSTRAINT ck_step_release_parts_amount CHECK (amount_kopecks > 0),
    CONSTRAINT fk_step_release_parts_release_id FOREIGN KEY(release_id) REFERENCES step_releases (id),
    CONSTRAINT fk_step_release_parts_split_id FOREIGN KEY(split_id) REFERENCES splits (id)
);
CREATE INDEX ix_step_release_parts_split_id ON step_release_parts (split_id);
REVOKE UPDATE, DELETE ON step_releases, step_release_parts FROM housler_app;

-- A step is released by a date or by its milestone, too; an accepted step waits for nothing but its payment.
ALTER TABLE payment_schedules
    ADD COLUMN accepted_at TIMESTAMP WITH TIME ZONE,
    DROP CONSTRAINT ck_payment_schedules_release_rule,
    ADD CONSTRAINT ck_payment_schedules_release_rule CHECK (
        release_rule IN ('immediate', 'date', 'milestone', 'act')),
    DROP CONSTRAINT ck_payment_schedules_due_on,
    ADD CONSTRAINT ck_payment_schedules_due_on CHECK (
        ('date' IN (trigger, release_rule)) = (due_on IS NOT NULL)),
    DROP CONSTRAINT ck_payment_schedules_milestone,
    ADD CONSTRAINT ck_payment_schedules_milestone CHECK (
        ('milestone' IN (trigger, release_rule)) = (milestone IS NOT NULL));

-- What the executor says is done, and how the client answered.
CREATE TABLE acceptances (
    id UUID NOT NULL,
    deal_id UUID NOT NULL,
    schedule_id UUID,
    status VARCHAR(64) NOT NULL,
    asked_by UUID,
    asked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    noticed_at TIMESTAMP WITH TIME ZONE,
    silence_at TIMESTAMP WITH TIME ZONE,
    accepted_by VARCHAR(64),
    objection BYTEA,
    settled_by UUID,
    settled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_acceptances PRIMARY KEY (id),
    CONSTRAINT ck_acceptances_noticed CHECK ((noticed_at IS NULL) = (silence_at IS NULL)),
    CONSTRAINT ck_acceptances_settled CHECK ((status = 'asked') = (settled_at IS NULL)),
    CONSTRAINT ck_acceptances_accepted CHECK ((status = 'accepted') = (accepted_by IS NOT NULL)),
    CONSTRAINT ck_acceptances_objected CHECK ((status = 'objected') = (objection IS NOT NULL)),
    CONSTRAINT ck_acceptances_silence_is_over CHECK (
        accepted_by IS DISTINCT FROM 'silence' OR silence_at IS NOT NULL AND silence_at <= settled_at),
    CONSTRAINT ck_acceptances_status CHECK (status IN ('asked', 'accepted', 'objected')),
    CONSTRAINT ck_acceptances_accepted_by CHECK (accepted_by IN ('client', 'signatures', 'silence')),
    CONSTRAINT fk_acceptances_deal_id FOREIGN KEY(deal_id) REFERENCES deals (id),
    CONSTRAINT fk_acceptances_schedule_id FOREIGN KEY(schedule_id) REFERENCES payment_schedules (id),
    CONSTRAINT fk_acceptances_asked_by FOREIGN KEY(asked_by) REFERENCES users (id),
    CONSTRAINT fk_acceptances_settled_by FOREIGN KEY(settled_by) REFERENCES users (id)
);
CREATE INDEX ix_acceptances_deal_id ON acceptances (deal_id);
CREATE INDEX ix_acceptances_asked_by ON acceptances (asked_by);
CREATE INDEX ix_acceptances_settled_by ON acceptances (settled_by);
CREATE INDEX ix_acceptances_silence ON acceptances (silence_at) WHERE status = 'asked';
CREATE UNIQUE INDEX uq_acceptances_asked_deal ON acceptances (deal_id)
    WHERE status = 'asked' AND schedule_id IS NULL;
CREATE UNIQUE INDEX uq_acceptances_asked_step ON acceptances (schedule_id) WHERE status = 'asked';
REVOKE DELETE ON acceptances FROM housler_app;

-- The act of completion: one that can still be signed, or was, per deal.
ALTER TABLE contract_templates DROP CONSTRAINT ck_contract_templates_kind;
ALTER TABLE contract_templates ADD CONSTRAINT ck_contract_templates_kind CHECK (
    kind IN ('service_contract', 'service_subcontract', 'act_of_completion'));
ALTER TABLE documents DROP CONSTRAINT ck_documents_kind;
ALTER TABLE documents ADD CONSTRAINT ck_documents_kind CHECK (
    kind IN ('service_contract', 'service_subcontract', 'act_of_completion'));
CREATE UNIQUE INDEX uq_documents_live_act ON documents (deal_id)
    WHERE kind = 'act_of_completion' AND status NOT IN ('failed', 'void');

-- A side disagrees about money: the deal stands still until an operator decides or the side withdraws.
CREATE TABLE disputes (
    id UUID NOT NULL,
    deal_id UUID NOT NULL,
    schedule_id UUID,
    amount_kopecks BIGINT,
    status VARCHAR(64) NOT NULL,
    side VARCHAR(64) NOT NULL,
    opened_by UUID NOT NULL,
    reason BYTEA NOT NULL,
    deal_status_before VARCHAR(64) NOT NULL,
    to_executor_kopecks BIGINT,
    to_client_kopecks BIGINT,
    decision BYTEA,
    closed_by UUID,
    opened_at TIMESTAMP WITH TIME ZONE NOT NULL,
    closed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_disputes PRIMARY KEY (id),
    CONSTRAINT ck_disputes_amount CHECK (amount_kopecks > 0),
    CONSTRAINT ck_disputes_closed CHECK ((status = 'open') = (closed_at IS NULL)),
    CONSTRAINT ck_disputes_decided CHECK (
        (status = 'decided') = (to_executor_kopecks IS NOT NULL)
        AND (status = 'decided') = (to_client_kopecks IS NOT NULL)
        AND (status = 'decided') = (decision IS NOT NULL)),
    CONSTRAINT ck_disputes_sums CHECK (least(to_executor_kopecks, to_client_kopecks) >= 0),
    CONSTRAINT ck_disputes_status CHECK (status IN ('open', 'decided', 'withdrawn')),
    CONSTRAINT ck_disputes_side CHECK (side IN ('client', 'executor')),
    CONSTRAINT ck_disputes_deal_status_before CHECK (deal_status_before IN (
        'draft', 'awaiting_signatures', 'signed', 'payment_pending', 'in_progress', 'completed', 'dispute',
        'cancelling', 'cancelled', 'closed')),
    CONSTRAINT fk_disputes_deal_id FOREIGN KEY(deal_id) REFERENCES deals (id),
    CONSTRAINT fk_disputes_schedule_id FOREIGN KEY(schedule_id) REFERENCES payment_schedules (id),
    CONSTRAINT fk_disputes_opened_by FOREIGN KEY(opened_by) REFERENCES users (id),
    CONSTRAINT fk_disputes_closed_by FOREIGN KEY(closed_by) REFERENCES users (id)
);
CREATE INDEX ix_disputes_deal_id ON disputes (deal_id);
CREATE INDEX ix_disputes_schedule_id ON disputes (schedule_id);
CREATE INDEX ix_disputes_opened_by ON disputes (opened_by);
CREATE INDEX ix_disputes_closed_by ON disputes (closed_by);
CREATE INDEX ix_disputes_status_opened_at ON disputes (status, opened_at);
CREATE UNIQUE INDEX uq_disputes_open ON disputes (deal_id) WHERE status = 'open';

CREATE TABLE dispute_holds (
    dispute_id UUID NOT NULL,
    split_id UUID NOT NULL,
    owner_id UUID NOT NULL,
    amount_kopecks BIGINT NOT NULL,
    CONSTRAINT pk_dispute_holds PRIMARY KEY (dispute_id, split_id),
    CONSTRAINT ck_dispute_holds_amount CHECK (amount_kopecks > 0),
    CONSTRAINT fk_dispute_holds_dispute_id FOREIGN KEY(dispute_id) REFERENCES disputes (id),
    CONSTRAINT fk_dispute_holds_split_id FOREIGN KEY(split_id) REFERENCES splits (id)
);
CREATE INDEX ix_dispute_holds_split_id ON dispute_holds (split_id);
REVOKE DELETE ON disputes FROM housler_app;
REVOKE UPDATE, DELETE ON dispute_holds FROM housler_app;
