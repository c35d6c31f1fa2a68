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
