-- Identity, access and personal data.

-- People. A contact that was only typed in identifies nobody, so only proved contacts are unique.
ALTER TABLE users DROP CONSTRAINT ck_users_status, DROP CONSTRAINT ck_users_reachable;
UPDATE users SET status = 'active' WHERE status = 'pending';
ALTER TABLE users
    ADD COLUMN password_changed_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN payouts_held_until TIMESTAMP WITH TIME ZONE,
    ADD COLUMN blocked_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN block_reason TEXT,
    ADD COLUMN erased_at TIMESTAMP WITH TIME ZONE,
    ADD CONSTRAINT ck_users_status CHECK (status IN ('active', 'blocked', 'erased')),
    ADD CONSTRAINT ck_users_reachable CHECK (status = 'erased' OR phone IS NOT NULL OR email IS NOT NULL),
    ADD CONSTRAINT ck_users_erased CHECK (
        (status = 'erased') = (erased_at IS NOT NULL)
        AND (status <> 'erased' OR (phone IS NULL AND email IS NULL AND password_hash IS NULL)));
DROP INDEX uq_users_phone_index;
DROP INDEX uq_users_email_index;
CREATE UNIQUE INDEX uq_users_phone_index ON users (phone_index) WHERE phone_verified_at IS NOT NULL;
CREATE UNIQUE INDEX uq_users_email_index ON users (email_index) WHERE email_verified_at IS NOT NULL;
CREATE INDEX ix_users_email_index ON users (email_index);

-- What an agent told of himself before he proved his phone.
CREATE TABLE registrations (
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    phone_index BYTEA NOT NULL,
    details BYTEA NOT NULL,
    consents JSONB NOT NULL,
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_registrations PRIMARY KEY (id),
    CONSTRAINT uq_registrations_person_id UNIQUE (person_id)
);
CREATE INDEX ix_registrations_phone_index_created_at ON registrations (phone_index, created_at);
CREATE INDEX ix_registrations_expires_at ON registrations (expires_at);

ALTER TABLE user_consents
    ADD COLUMN withdrawn_ip TEXT,
    ADD COLUMN withdrawn_user_agent TEXT;

-- The history of consents is never overwritten: one is withdrawn, once, and nothing else of it changes.
REVOKE UPDATE ON user_consents FROM housler_app;
GRANT UPDATE (withdrawn_at, withdrawn_ip, withdrawn_user_agent) ON user_consents TO housler_app;
CREATE FUNCTION consents_only_withdrawn() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF OLD.withdrawn_at IS NOT NULL OR NEW.withdrawn_at IS NULL OR
        (NEW.id, NEW.user_id, NEW.kind, NEW.document_version, NEW.document_sha256, NEW.given_at, NEW.ip, NEW.user_agent)
        IS DISTINCT FROM
        (OLD.id, OLD.user_id, OLD.kind, OLD.document_version, OLD.document_sha256, OLD.given_at, OLD.ip, OLD.user_agent)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'HL002', MESSAGE = 'a consent is only withdrawn, and once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER user_consents_only_withdrawn BEFORE UPDATE ON user_consents
    FOR EACH ROW EXECUTE FUNCTION consents_only_withdrawn();
ALTER TABLE user_consents ENABLE ALWAYS TRIGGER user_consents_only_withdrawn;
CREATE TRIGGER user_consents_append_only BEFORE DELETE OR TRUNCATE ON user_consents
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
ALTER TABLE user_consents ENABLE ALWAYS TRIGGER user_consents_append_only;

-- Staff and its second factor.
CREATE TABLE staff_members (
    user_id UUID NOT NULL,
    role VARCHAR(64) NOT NULL,
    totp_secret BYTEA NOT NULL,
    totp_last_step BIGINT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    disabled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_staff_members PRIMARY KEY (user_id),
    CONSTRAINT fk_staff_members_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT ck_staff_members_role CHECK (role IN ('operator', 'admin'))
);
CREATE TABLE staff_recovery_codes (
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    code_hash BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_staff_recovery_codes PRIMARY KEY (id),
    CONSTRAINT uq_staff_recovery_codes_code_hash UNIQUE (code_hash),
    CONSTRAINT fk_staff_recovery_codes_user_id FOREIGN KEY(user_id) REFERENCES staff_members (user_id)
);
CREATE INDEX ix_staff_recovery_codes_user_id ON staff_recovery_codes (user_id);
CREATE TABLE staff_challenges (
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    token_hash BYTEA NOT NULL,
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    tries INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_staff_challenges PRIMARY KEY (id),
    CONSTRAINT uq_staff_challenges_token_hash UNIQUE (token_hash),
    CONSTRAINT fk_staff_challenges_user_id FOREIGN KEY(user_id) REFERENCES staff_members (user_id),
    CONSTRAINT ck_staff_challenges_tries CHECK (tries >= 0 AND tries <= 5)
);
CREATE INDEX ix_staff_challenges_user_id ON staff_challenges (user_id);
CREATE INDEX ix_staff_challenges_expires_at ON staff_challenges (expires_at);

-- Codes: more that they may confirm, and what the provider tells later.
ALTER TABLE otp_sessions DROP CONSTRAINT ck_otp_sessions_purpose, DROP CONSTRAINT ck_otp_sessions_delivery;
ALTER TABLE otp_sessions
    ADD COLUMN delivered_at TIMESTAMP WITH TIME ZONE,
    ADD CONSTRAINT ck_otp_sessions_purpose CHECK (purpose IN (
        'sign_in_agent', 'sign_in_client', 'verify_phone', 'verify_email', 'confirm_contact', 'reset_password',
        'step_up', 'signature')),
    ADD CONSTRAINT ck_otp_sessions_delivery CHECK (delivery IN (
        'pending', 'accepted', 'delivered', 'undelivered', 'refused', 'unknown'));
CREATE INDEX ix_otp_sessions_provider_message_id ON otp_sessions (provider_message_id)
    WHERE provider_message_id IS NOT NULL;
CREATE INDEX ix_otp_sessions_created_at ON otp_sessions (created_at);

-- A contact that gave way to another, or will once the new one is proved.
CREATE TABLE contact_changes (
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    channel VARCHAR(64) NOT NULL,
    old_address BYTEA,
    new_address BYTEA NOT NULL,
    new_address_index BYTEA NOT NULL,
    asked_by UUID,
    reason BYTEA,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    made_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_contact_changes PRIMARY KEY (id),
    CONSTRAINT fk_contact_changes_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_contact_changes_asked_by FOREIGN KEY(asked_by) REFERENCES users (id),
    CONSTRAINT ck_contact_changes_channel CHECK (channel IN ('sms', 'email')),
    CONSTRAINT ck_contact_changes_waiting CHECK (made_at IS NOT NULL OR asked_by IS NOT NULL),
    CONSTRAINT ck_contact_changes_recovery CHECK (
        (asked_by IS NULL) = (expires_at IS NULL) AND (asked_by IS NULL) = (reason IS NULL))
);
CREATE INDEX ix_contact_changes_user_id ON contact_changes (user_id);
CREATE INDEX ix_contact_changes_asked_by ON contact_changes (asked_by);
CREATE INDEX ix_contact_changes_new_address_index_created_at ON contact_changes (new_address_index, created_at)
    WHERE made_at IS NULL;

-- A sensitive action that the phone has confirmed: used once, by the session that asked, for that very thing.
CREATE TABLE step_up_grants (
    id UUID NOT NULL,
    session_id UUID NOT NULL,
    action VARCHAR(64) NOT NULL,
    fingerprint BYTEA NOT NULL,
    token_hash BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_step_up_grants PRIMARY KEY (id),
    CONSTRAINT uq_step_up_grants_token_hash UNIQUE (token_hash),
    CONSTRAINT fk_step_up_grants_session_id FOREIGN KEY(session_id) REFERENCES sessions (id) ON DELETE CASCADE,
    CONSTRAINT ck_step_up_grants_action CHECK (action IN (
        'payout_account_add', 'payout_account_choose', 'organization_payout_account_add',
        'organization_payout_account_choose', 'organization_payout_account_confirm'))
);
CREATE INDEX ix_step_up_grants_session_id ON step_up_grants (session_id);
CREATE INDEX ix_step_up_grants_expires_at ON step_up_grants (expires_at);

-- One table for every limit.
DROP TABLE sign_in_throttles;
CREATE TABLE rate_limits (
    subject BYTEA NOT NULL,
    taken INTEGER NOT NULL,
    window_ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_rate_limits PRIMARY KEY (subject)
);
CREATE INDEX ix_rate_limits_window_ends_at ON rate_limits (window_ends_at);

-- Organizations: what is unknown at registration is filled in before an operator approves.
ALTER TABLE organizations DROP CONSTRAINT ck_organizations_status;
ALTER TABLE organizations ALTER COLUMN city DROP NOT NULL, ALTER COLUMN tax_regime DROP NOT NULL;
ALTER TABLE organizations
    ADD COLUMN agent_share_bps INTEGER,
    ADD COLUMN status_reason TEXT,
    ADD CONSTRAINT ck_organizations_status CHECK (status IN ('pending', 'active', 'blocked', 'rejected')),
    ADD CONSTRAINT ck_organizations_agent_share CHECK (agent_share_bps > 0 AND agent_share_bps < 10000),
    ADD CONSTRAINT ck_organizations_complete CHECK (
        status <> 'active' OR (ogrn IS NOT NULL AND city IS NOT NULL AND tax_regime IS NOT NULL));
DROP INDEX uq_organizations_inn_index;
CREATE UNIQUE INDEX uq_organizations_inn_index ON organizations (inn_index) WHERE status <> 'rejected';

ALTER TABLE organization_members
    ADD COLUMN share_bps INTEGER,
    ADD COLUMN basis_kind VARCHAR(64),
    ADD COLUMN basis_number TEXT,
    ADD COLUMN basis_issued_on DATE,
    ADD COLUMN basis_valid_until DATE,
    ADD COLUMN basis_scope TEXT,
    ADD COLUMN checked_by UUID,
    ADD CONSTRAINT fk_organization_members_checked_by FOREIGN KEY(checked_by) REFERENCES users (id),
    ADD CONSTRAINT ck_organization_members_share CHECK (share_bps > 0 AND share_bps < 10000),
    ADD CONSTRAINT ck_organization_members_basis_kind CHECK (basis_kind IN ('charter', 'power_of_attorney')),
    ADD CONSTRAINT ck_organization_members_power CHECK (
        basis_kind IS DISTINCT FROM 'power_of_attorney'
        OR (basis_number IS NOT NULL AND basis_issued_on IS NOT NULL AND basis_valid_until IS NOT NULL
            AND basis_scope IS NOT NULL));
CREATE INDEX ix_organization_members_checked_by ON organization_members (checked_by);
UPDATE organization_members SET basis_kind = 'charter' WHERE member_role = 'signer';

CREATE TABLE invitations (
    id UUID NOT NULL,
    organization_id UUID NOT NULL,
    member_role VARCHAR(64) NOT NULL,
    terms JSONB NOT NULL,
    channel VARCHAR(64) NOT NULL,
    address BYTEA NOT NULL,
    address_index BYTEA NOT NULL,
    token_hash BYTEA NOT NULL,
    status VARCHAR(64) NOT NULL,
    invited_by UUID,
    decided_by UUID,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    decided_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_invitations PRIMARY KEY (id),
    CONSTRAINT uq_invitations_token_hash UNIQUE (token_hash),
    CONSTRAINT fk_invitations_organization_id FOREIGN KEY(organization_id) REFERENCES organizations (id),
    CONSTRAINT fk_invitations_invited_by FOREIGN KEY(invited_by) REFERENCES users (id),
    CONSTRAINT fk_invitations_decided_by FOREIGN KEY(decided_by) REFERENCES users (id),
    CONSTRAINT ck_invitations_member_role CHECK (member_role IN ('admin', 'agent', 'accountant', 'signer')),
    CONSTRAINT ck_invitations_channel CHECK (channel IN ('sms', 'email')),
    CONSTRAINT ck_invitations_status CHECK (status IN ('pending', 'accepted', 'declined', 'revoked')),
    CONSTRAINT ck_invitations_decided CHECK ((status = 'pending') = (decided_at IS NULL))
);
CREATE UNIQUE INDEX uq_invitations_pending ON invitations (organization_id, member_role, address_index)
    WHERE status = 'pending';
CREATE INDEX ix_invitations_organization_id_created_at ON invitations (organization_id, created_at);
CREATE INDEX ix_invitations_invited_by ON invitations (invited_by);
CREATE INDEX ix_invitations_decided_by ON invitations (decided_by);

-- Where money goes: an organization's account counts once a signer has confirmed it.
ALTER TABLE payout_accounts
    ALTER COLUMN usable_from DROP NOT NULL,
    ADD COLUMN created_by UUID,
    ADD COLUMN confirmed_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN confirmed_by UUID,
    ADD CONSTRAINT fk_payout_accounts_created_by FOREIGN KEY(created_by) REFERENCES users (id),
    ADD CONSTRAINT fk_payout_accounts_confirmed_by FOREIGN KEY(confirmed_by) REFERENCES users (id);
UPDATE payout_accounts SET confirmed_at = created_at;
ALTER TABLE payout_accounts
    ADD CONSTRAINT ck_payout_accounts_confirmed CHECK ((confirmed_at IS NULL) = (usable_from IS NULL)),
    ADD CONSTRAINT ck_payout_accounts_default CHECK (confirmed_at IS NOT NULL OR NOT is_default);
CREATE INDEX ix_payout_accounts_created_by ON payout_accounts (created_by);
CREATE INDEX ix_payout_accounts_confirmed_by ON payout_accounts (confirmed_by);

-- The Bank of Russia's directory of BIKs, loaded as data.
CREATE TABLE banks (
    bik TEXT NOT NULL,
    name TEXT NOT NULL,
    city TEXT,
    correspondent_account TEXT,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_banks PRIMARY KEY (bik),
    CONSTRAINT ck_banks_bik CHECK (bik ~ '^[0-9]{9}$'),
    CONSTRAINT ck_banks_correspondent_account CHECK (correspondent_account ~ '^[0-9]{20}$')
);
REVOKE INSERT, UPDATE, DELETE ON banks FROM housler_app;

-- The audit log's chain: made by a schedule beside the writers, its head sealed.
CREATE TABLE audit_chain (
    position BIGINT NOT NULL,
    audit_id UUID NOT NULL,
    hash BYTEA NOT NULL,
    chained_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_audit_chain PRIMARY KEY (position),
    CONSTRAINT uq_audit_chain_audit_id UNIQUE (audit_id),
    CONSTRAINT fk_audit_chain_audit_id FOREIGN KEY(audit_id) REFERENCES audit_logs (id),
    CONSTRAINT ck_audit_chain_position CHECK (position > 0),
    CONSTRAINT ck_audit_chain_hash CHECK (octet_length(hash) = 32)
);
CREATE TABLE audit_seals (
    position BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    key_id TEXT NOT NULL,
    seal BYTEA NOT NULL,
    sealed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_audit_seals PRIMARY KEY (position, sealed_at),
    CONSTRAINT fk_audit_seals_position FOREIGN KEY(position) REFERENCES audit_chain (position)
);
REVOKE UPDATE, DELETE ON audit_chain, audit_seals FROM housler_app;
CREATE TRIGGER audit_chain_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_chain
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
ALTER TABLE audit_chain ENABLE ALWAYS TRIGGER audit_chain_append_only;
CREATE TRIGGER audit_seals_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_seals
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
ALTER TABLE audit_seals ENABLE ALWAYS TRIGGER audit_seals_append_only;

-- Lines that wait for their place in the chain: whoever writes a line, and however late it commits, it is here until
-- it has one.
CREATE TABLE audit_unchained (
    audit_id UUID NOT NULL,
    CONSTRAINT pk_audit_unchained PRIMARY KEY (audit_id)
);
REVOKE UPDATE ON audit_unchained FROM housler_app;
CREATE FUNCTION audit_await_chaining() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO audit_unchained (audit_id) VALUES (NEW.id);
    RETURN NULL;
END $$;
CREATE TRIGGER audit_logs_await_chaining AFTER INSERT ON audit_logs
    FOR EACH ROW EXECUTE FUNCTION audit_await_chaining();
ALTER TABLE audit_logs ENABLE ALWAYS TRIGGER audit_logs_await_chaining;
INSERT INTO audit_unchained (audit_id) SELECT id FROM audit_logs;
CREATE INDEX ix_audit_logs_recorded_at_id ON audit_logs (recorded_at, id);
CREATE INDEX ix_audit_logs_action_recorded_at_id ON audit_logs (action, recorded_at, id);

-- What proves who was who is never deleted by the application.
REVOKE DELETE ON staff_members, staff_recovery_codes, invitations, payout_accounts, organization_members FROM housler_app;
