-- The domain's tables. Made from the models (shared/*/models.py), which `infra.migrate --check` compares.
-- Enumerations are checked by the database; money is BIGINT kopecks; times are timestamptz; sealed values are BYTEA.

CREATE TABLE audit_logs (
    id UUID NOT NULL,
    actor_id UUID,
    action TEXT NOT NULL,
    entity_kind TEXT NOT NULL,
    entity_id UUID NOT NULL,
    before JSONB,
    after JSONB,
    ip TEXT,
    user_agent TEXT,
    request_id TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_audit_logs PRIMARY KEY (id)
);
CREATE INDEX ix_audit_logs_actor_id_id ON audit_logs (actor_id, id);
CREATE INDEX ix_audit_logs_entity_kind_entity_id_id ON audit_logs (entity_kind, entity_id, id);

CREATE TABLE contract_templates (
    id UUID NOT NULL,
    name TEXT NOT NULL,
    version INTEGER NOT NULL,
    kind VARCHAR(64) NOT NULL,
    deal_type VARCHAR(64),
    placeholders JSONB NOT NULL,
    sha256 BYTEA NOT NULL,
    active BOOLEAN NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_contract_templates PRIMARY KEY (id),
    CONSTRAINT uq_contract_templates_name_version UNIQUE (name, version),
    CONSTRAINT ck_contract_templates_kind CHECK (kind IN ('service_contract', 'service_subcontract')),
    CONSTRAINT ck_contract_templates_deal_type CHECK (deal_type IN ('secondary_buy', 'secondary_sell', 'newbuild_booking', 'rent_tenant', 'rent_landlord'))
);

CREATE TABLE idempotency_keys (
    id UUID NOT NULL,
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    content_hash BYTEA NOT NULL,
    leased_until TIMESTAMP WITH TIME ZONE,
    answer_status INTEGER,
    answer_headers JSONB,
    answer_body BYTEA,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_idempotency_keys PRIMARY KEY (id),
    CONSTRAINT uq_idempotency_keys_scope_key UNIQUE (scope, key)
);
CREATE INDEX ix_idempotency_keys_expires_at ON idempotency_keys (expires_at);

CREATE TABLE inbox_events (
    id UUID NOT NULL,
    provider TEXT NOT NULL,
    event_key TEXT NOT NULL,
    body_sha256 BYTEA NOT NULL,
    outcome TEXT NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_inbox_events PRIMARY KEY (id),
    CONSTRAINT uq_inbox_events_provider_event_key UNIQUE (provider, event_key)
);

CREATE TABLE operator_tasks (
    id UUID NOT NULL,
    kind TEXT NOT NULL,
    entity_kind TEXT NOT NULL,
    entity_id UUID NOT NULL,
    reason TEXT NOT NULL,
    status VARCHAR(64) NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_operator_tasks PRIMARY KEY (id),
    CONSTRAINT ck_operator_tasks_status CHECK (status IN ('open', 'done'))
);
CREATE INDEX ix_operator_tasks_status_created_at ON operator_tasks (status, created_at);
CREATE UNIQUE INDEX uq_operator_tasks_open ON operator_tasks (kind, entity_id, reason) WHERE status = 'open';

CREATE TABLE organizations (
    id UUID NOT NULL,
    kind VARCHAR(64) NOT NULL,
    status VARCHAR(64) NOT NULL,
    name TEXT NOT NULL,
    short_name TEXT NOT NULL,
    inn BYTEA NOT NULL,
    inn_index BYTEA NOT NULL,
    kpp TEXT,
    ogrn TEXT,
    legal_address TEXT NOT NULL,
    city TEXT NOT NULL,
    tax_regime VARCHAR(64) NOT NULL,
    email BYTEA NOT NULL,
    phone BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    approved_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_organizations PRIMARY KEY (id),
    CONSTRAINT ck_organizations_kind CHECK (kind IN ('agency', 'developer', 'platform')),
    CONSTRAINT ck_organizations_status CHECK (status IN ('pending', 'active', 'blocked')),
    CONSTRAINT ck_organizations_tax_regime CHECK (tax_regime IN ('osn', 'usn', 'usn_5', 'usn_7', 'npd', 'patent'))
);
CREATE UNIQUE INDEX uq_organizations_inn_index ON organizations (inn_index);

CREATE TABLE outbox (
    id UUID NOT NULL,
    topic VARCHAR(64) NOT NULL,
    kind TEXT NOT NULL,
    payload JSONB NOT NULL,
    dedupe_key TEXT NOT NULL,
    status VARCHAR(64) NOT NULL,
    tries INTEGER NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    leased_until TIMESTAMP WITH TIME ZONE,
    last_error TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_outbox PRIMARY KEY (id),
    CONSTRAINT ck_outbox_topic CHECK (topic IN ('render', 'jobs')),
    CONSTRAINT ck_outbox_status CHECK (status IN ('pending', 'done', 'dead'))
);
CREATE INDEX ix_outbox_due ON outbox (due_at) WHERE status = 'pending';
CREATE UNIQUE INDEX uq_outbox_dedupe_key ON outbox (dedupe_key);

CREATE TABLE person_keys (
    owner_id UUID NOT NULL,
    owner_kind VARCHAR(64) NOT NULL,
    ring_key_id TEXT NOT NULL,
    wrapped_key BYTEA,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    destroyed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_person_keys PRIMARY KEY (owner_id),
    CONSTRAINT ck_person_keys_owner_kind CHECK (owner_kind IN ('person', 'party', 'organization', 'code', 'deal', 'record'))
);
CREATE INDEX ix_person_keys_ring_key_id ON person_keys (ring_key_id);

CREATE TABLE sign_in_throttles (
    subject BYTEA NOT NULL,
    failures INTEGER NOT NULL,
    window_ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_sign_in_throttles PRIMARY KEY (subject)
);
CREATE INDEX ix_sign_in_throttles_window_ends_at ON sign_in_throttles (window_ends_at);

CREATE TABLE users (
    id UUID NOT NULL,
    status VARCHAR(64) NOT NULL,
    phone BYTEA,
    phone_index BYTEA,
    phone_verified_at TIMESTAMP WITH TIME ZONE,
    email BYTEA,
    email_index BYTEA,
    email_verified_at TIMESTAMP WITH TIME ZONE,
    password_hash TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_users PRIMARY KEY (id),
    CONSTRAINT ck_users_phone_and_index CHECK ((phone IS NULL) = (phone_index IS NULL)),
    CONSTRAINT ck_users_email_and_index CHECK ((email IS NULL) = (email_index IS NULL)),
    CONSTRAINT ck_users_reachable CHECK (phone IS NOT NULL OR email IS NOT NULL),
    CONSTRAINT ck_users_status CHECK (status IN ('pending', 'active', 'blocked'))
);
CREATE UNIQUE INDEX uq_users_email_index ON users (email_index);
CREATE UNIQUE INDEX uq_users_phone_index ON users (phone_index);

CREATE TABLE antifraud_checks (
    id UUID NOT NULL,
    kind VARCHAR(64) NOT NULL,
    verdict VARCHAR(64) NOT NULL,
    reason TEXT NOT NULL,
    entity_kind TEXT NOT NULL,
    entity_id UUID NOT NULL,
    user_id UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_antifraud_checks PRIMARY KEY (id),
    CONSTRAINT ck_antifraud_checks_kind CHECK (kind IN ('velocity', 'amount_limit', 'new_agent', 'ip_match', 'device_match', 'passport_check', 'inn_check', 'blacklist', 'rosfinmonitoring')),
    CONSTRAINT ck_antifraud_checks_verdict CHECK (verdict IN ('pass', 'flag', 'block')),
    CONSTRAINT fk_antifraud_checks_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE INDEX ix_antifraud_checks_entity_kind_entity_id_created_at ON antifraud_checks (entity_kind, entity_id, created_at);
CREATE INDEX ix_antifraud_checks_user_id ON antifraud_checks (user_id);

CREATE TABLE blacklist (
    id UUID NOT NULL,
    field VARCHAR(64) NOT NULL,
    value_index BYTEA NOT NULL,
    reason TEXT NOT NULL,
    created_by UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_blacklist PRIMARY KEY (id),
    CONSTRAINT ck_blacklist_field CHECK (field IN ('phone', 'email', 'inn', 'passport')),
    CONSTRAINT fk_blacklist_created_by FOREIGN KEY(created_by) REFERENCES users (id)
);
CREATE INDEX ix_blacklist_created_by ON blacklist (created_by);
CREATE UNIQUE INDEX uq_blacklist_value ON blacklist (field, value_index);

CREATE TABLE deals (
    id UUID NOT NULL,
    number TEXT NOT NULL,
    type VARCHAR(64) NOT NULL,
    status VARCHAR(64) NOT NULL,
    agent_id UUID NOT NULL,
    executor_kind VARCHAR(64) NOT NULL,
    executor_user_id UUID,
    executor_organization_id UUID,
    property_type VARCHAR(64) NOT NULL,
    address BYTEA NOT NULL,
    city TEXT NOT NULL,
    revision INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    submitted_at TIMESTAMP WITH TIME ZONE,
    signed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_deals PRIMARY KEY (id),
    CONSTRAINT ck_deals_one_executor CHECK ((executor_kind = 'user' AND executor_user_id IS NOT NULL AND executor_organization_id IS NULL) OR (executor_kind = 'org' AND executor_organization_id IS NOT NULL AND executor_user_id IS NULL)),
    CONSTRAINT ck_deals_type CHECK (type IN ('secondary_buy', 'secondary_sell', 'newbuild_booking', 'rent_tenant', 'rent_landlord')),
    CONSTRAINT ck_deals_status CHECK (status IN ('draft', 'awaiting_signatures', 'signed', 'payment_pending', 'in_progress', 'completed', 'dispute', 'cancelling', 'cancelled', 'closed')),
    CONSTRAINT fk_deals_agent_id FOREIGN KEY(agent_id) REFERENCES users (id),
    CONSTRAINT ck_deals_executor_kind CHECK (executor_kind IN ('user', 'org')),
    CONSTRAINT fk_deals_executor_user_id FOREIGN KEY(executor_user_id) REFERENCES users (id),
    CONSTRAINT fk_deals_executor_organization_id FOREIGN KEY(executor_organization_id) REFERENCES organizations (id),
    CONSTRAINT ck_deals_property_type CHECK (property_type IN ('apartment', 'room', 'house', 'townhouse', 'land', 'commercial', 'parking'))
);
CREATE INDEX ix_deals_agent_id ON deals (agent_id);
CREATE INDEX ix_deals_agent_id_status_created_at ON deals (agent_id, status, created_at);
CREATE INDEX ix_deals_executor_organization_id ON deals (executor_organization_id);
CREATE INDEX ix_deals_executor_organization_id_status_created_at ON deals (executor_organization_id, status, created_at);
CREATE INDEX ix_deals_executor_user_id ON deals (executor_user_id);
CREATE INDEX ix_deals_status ON deals (status);
CREATE UNIQUE INDEX uq_deals_number ON deals (number);

CREATE TABLE npd_bindings (
    user_id UUID NOT NULL,
    status VARCHAR(64) NOT NULL,
    inn BYTEA NOT NULL,
    inn_index BYTEA NOT NULL,
    held_inn_index BYTEA,
    external_id TEXT,
    permissions JSONB NOT NULL,
    requested_at TIMESTAMP WITH TIME ZONE NOT NULL,
    checked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_npd_bindings PRIMARY KEY (user_id),
    CONSTRAINT fk_npd_bindings_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT ck_npd_bindings_status CHECK (status IN ('requested', 'waiting', 'bound', 'rejected'))
);
CREATE INDEX ix_npd_bindings_held_inn_index ON npd_bindings (held_inn_index);
CREATE UNIQUE INDEX uq_npd_bindings_live_inn ON npd_bindings (inn_index) WHERE status <> 'rejected';

CREATE TABLE organization_members (
    id UUID NOT NULL,
    organization_id UUID NOT NULL,
    user_id UUID NOT NULL,
    member_role VARCHAR(64) NOT NULL,
    position TEXT,
    basis TEXT,
    checked_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    removed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_organization_members PRIMARY KEY (id),
    CONSTRAINT ck_organization_members_signer_has_basis CHECK (member_role <> 'signer' OR (position IS NOT NULL AND basis IS NOT NULL)),
    CONSTRAINT fk_organization_members_organization_id FOREIGN KEY(organization_id) REFERENCES organizations (id),
    CONSTRAINT fk_organization_members_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT ck_organization_members_member_role CHECK (member_role IN ('admin', 'agent', 'accountant', 'signer'))
);
CREATE INDEX ix_organization_members_organization_id ON organization_members (organization_id);
CREATE INDEX ix_organization_members_user_id ON organization_members (user_id);
CREATE UNIQUE INDEX uq_organization_members_live ON organization_members (organization_id, user_id, member_role) WHERE removed_at IS NULL;

CREATE TABLE otp_sessions (
    id UUID NOT NULL,
    purpose VARCHAR(64) NOT NULL,
    channel VARCHAR(64) NOT NULL,
    user_id UUID,
    address BYTEA NOT NULL,
    address_index BYTEA NOT NULL,
    bound_to TEXT NOT NULL,
    code_hash BYTEA NOT NULL,
    tries INTEGER NOT NULL,
    delivery VARCHAR(64) NOT NULL,
    provider_message_id TEXT,
    provider_code TEXT,
    ip TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    replaced_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_otp_sessions PRIMARY KEY (id),
    CONSTRAINT ck_otp_sessions_tries CHECK (tries >= 0 AND tries <= 5),
    CONSTRAINT ck_otp_sessions_purpose CHECK (purpose IN ('sign_in_agent', 'sign_in_client', 'verify_phone', 'signature')),
    CONSTRAINT ck_otp_sessions_channel CHECK (channel IN ('sms', 'email')),
    CONSTRAINT fk_otp_sessions_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT ck_otp_sessions_delivery CHECK (delivery IN ('pending', 'accepted', 'refused', 'unknown'))
);
CREATE INDEX ix_otp_sessions_address_index_created_at ON otp_sessions (address_index, created_at);
CREATE INDEX ix_otp_sessions_user_id ON otp_sessions (user_id);
CREATE UNIQUE INDEX uq_otp_sessions_live ON otp_sessions (purpose, address_index) WHERE used_at IS NULL AND replaced_at IS NULL;

CREATE TABLE payout_accounts (
    id UUID NOT NULL,
    owner_user_id UUID,
    owner_organization_id UUID,
    kind VARCHAR(64) NOT NULL,
    details BYTEA NOT NULL,
    is_default BOOLEAN NOT NULL,
    usable_from TIMESTAMP WITH TIME ZONE NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    removed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_payout_accounts PRIMARY KEY (id),
    CONSTRAINT ck_payout_accounts_one_owner CHECK ((owner_user_id IS NULL) <> (owner_organization_id IS NULL)),
    CONSTRAINT fk_payout_accounts_owner_user_id FOREIGN KEY(owner_user_id) REFERENCES users (id),
    CONSTRAINT fk_payout_accounts_owner_organization_id FOREIGN KEY(owner_organization_id) REFERENCES organizations (id),
    CONSTRAINT ck_payout_accounts_kind CHECK (kind IN ('sbp_phone', 'bank_account', 'card'))
);
CREATE INDEX ix_payout_accounts_owner_organization_id ON payout_accounts (owner_organization_id);
CREATE INDEX ix_payout_accounts_owner_user_id ON payout_accounts (owner_user_id);
CREATE UNIQUE INDEX uq_payout_accounts_organization_default ON payout_accounts (owner_organization_id) WHERE is_default AND removed_at IS NULL;
CREATE UNIQUE INDEX uq_payout_accounts_user_default ON payout_accounts (owner_user_id) WHERE is_default AND removed_at IS NULL;

CREATE TABLE service_subcontracts (
    id UUID NOT NULL,
    organization_id UUID NOT NULL,
    agent_id UUID NOT NULL,
    share_bps INTEGER NOT NULL,
    status VARCHAR(64) NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    signed_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_service_subcontracts PRIMARY KEY (id),
    CONSTRAINT ck_service_subcontracts_share CHECK (share_bps > 0 AND share_bps < 10000),
    CONSTRAINT fk_service_subcontracts_organization_id FOREIGN KEY(organization_id) REFERENCES organizations (id),
    CONSTRAINT fk_service_subcontracts_agent_id FOREIGN KEY(agent_id) REFERENCES users (id),
    CONSTRAINT ck_service_subcontracts_status CHECK (status IN ('awaiting_signatures', 'signed', 'ended'))
);
CREATE INDEX ix_service_subcontracts_agent_id ON service_subcontracts (agent_id);
CREATE INDEX ix_service_subcontracts_organization_id ON service_subcontracts (organization_id);
CREATE UNIQUE INDEX uq_service_subcontracts_live ON service_subcontracts (organization_id, agent_id) WHERE status <> 'ended';

CREATE TABLE sessions (
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    role VARCHAR(64) NOT NULL,
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_used_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    revoke_reason TEXT,
    CONSTRAINT pk_sessions PRIMARY KEY (id),
    CONSTRAINT fk_sessions_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT ck_sessions_role CHECK (role IN ('client', 'agent', 'agency_admin', 'operator', 'admin'))
);
CREATE INDEX ix_sessions_user_id ON sessions (user_id);

CREATE TABLE signature_agreements (
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    document_version TEXT NOT NULL,
    document_sha256 BYTEA NOT NULL,
    phone_verified_at TIMESTAMP WITH TIME ZONE NOT NULL,
    accepted_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    CONSTRAINT pk_signature_agreements PRIMARY KEY (id),
    CONSTRAINT uq_signature_agreements_user_id_document_version UNIQUE (user_id, document_version),
    CONSTRAINT fk_signature_agreements_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);
CREATE INDEX ix_signature_agreements_user_id ON signature_agreements (user_id);

CREATE TABLE user_consents (
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    kind VARCHAR(64) NOT NULL,
    document_version TEXT NOT NULL,
    document_sha256 BYTEA NOT NULL,
    given_at TIMESTAMP WITH TIME ZONE NOT NULL,
    withdrawn_at TIMESTAMP WITH TIME ZONE,
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    CONSTRAINT pk_user_consents PRIMARY KEY (id),
    CONSTRAINT fk_user_consents_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT ck_user_consents_kind CHECK (kind IN ('personal_data', 'terms', 'marketing', 'realtor_offer', 'agency_offer'))
);
CREATE INDEX ix_user_consents_user_id ON user_consents (user_id);
CREATE UNIQUE INDEX uq_user_consents_live ON user_consents (user_id, kind) WHERE withdrawn_at IS NULL;

CREATE TABLE user_limits (
    user_id UUID NOT NULL,
    largest_deal_kopecks BIGINT NOT NULL,
    monthly_turnover_kopecks BIGINT NOT NULL,
    payout_hold_days INTEGER NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_user_limits PRIMARY KEY (user_id),
    CONSTRAINT fk_user_limits_user_id FOREIGN KEY(user_id) REFERENCES users (id)
);

CREATE TABLE user_profiles (
    user_id UUID NOT NULL,
    full_name BYTEA,
    inn BYTEA,
    inn_index BYTEA,
    passport BYTEA,
    passport_index BYTEA,
    address BYTEA,
    city TEXT,
    tax_status VARCHAR(64),
    updated_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_user_profiles PRIMARY KEY (user_id),
    CONSTRAINT ck_user_profiles_inn_and_index CHECK ((inn IS NULL) = (inn_index IS NULL)),
    CONSTRAINT fk_user_profiles_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT ck_user_profiles_tax_status CHECK (tax_status IN ('self_employed', 'sole_trader', 'employee'))
);
CREATE INDEX ix_user_profiles_inn_index ON user_profiles (inn_index);

CREATE TABLE deal_parties (
    id UUID NOT NULL,
    deal_id UUID NOT NULL,
    role VARCHAR(64) NOT NULL,
    kind VARCHAR(64) NOT NULL,
    user_id UUID,
    organization_id UUID,
    name BYTEA NOT NULL,
    phone BYTEA,
    phone_index BYTEA,
    email BYTEA,
    passport BYTEA,
    address BYTEA,
    signature_required BOOLEAN NOT NULL,
    signing_order INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_deal_parties PRIMARY KEY (id),
    CONSTRAINT uq_deal_parties_deal_id_role_signing_order UNIQUE (deal_id, role, signing_order),
    CONSTRAINT ck_deal_parties_organization CHECK ((kind = 'org') = (organization_id IS NOT NULL)),
    CONSTRAINT ck_deal_parties_phone_and_index CHECK ((phone IS NULL) = (phone_index IS NULL)),
    CONSTRAINT fk_deal_parties_deal_id FOREIGN KEY(deal_id) REFERENCES deals (id),
    CONSTRAINT ck_deal_parties_role CHECK (role IN ('client', 'executor', 'agent', 'agency', 'developer', 'co_agent', 'payer')),
    CONSTRAINT ck_deal_parties_kind CHECK (kind IN ('user', 'org', 'external')),
    CONSTRAINT fk_deal_parties_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_deal_parties_organization_id FOREIGN KEY(organization_id) REFERENCES organizations (id)
);
CREATE INDEX ix_deal_parties_deal_id ON deal_parties (deal_id);
CREATE INDEX ix_deal_parties_organization_id ON deal_parties (organization_id);
CREATE INDEX ix_deal_parties_phone_index ON deal_parties (phone_index);
CREATE INDEX ix_deal_parties_user_id ON deal_parties (user_id);

CREATE TABLE deal_terms (
    id UUID NOT NULL,
    deal_id UUID NOT NULL,
    version INTEGER NOT NULL,
    price_kopecks BIGINT NOT NULL,
    commission_fixed_kopecks BIGINT NOT NULL,
    commission_bps INTEGER NOT NULL,
    commission_kopecks BIGINT NOT NULL,
    tax_regime VARCHAR(64) NOT NULL,
    vat_bps INTEGER,
    platform_fee_bps INTEGER NOT NULL,
    platform_fee_min_kopecks BIGINT NOT NULL,
    hold_days INTEGER NOT NULL,
    silence_days INTEGER NOT NULL,
    exclusive_until DATE,
    split_rule JSONB NOT NULL,
    subcontract_id UUID,
    canonical TEXT,
    sha256 BYTEA,
    frozen_at TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_deal_terms PRIMARY KEY (id),
    CONSTRAINT uq_deal_terms_deal_id_version UNIQUE (deal_id, version),
    CONSTRAINT ck_deal_terms_price CHECK (price_kopecks > 0),
    CONSTRAINT ck_deal_terms_commission CHECK (commission_kopecks > 0),
    CONSTRAINT ck_deal_terms_fee CHECK (platform_fee_bps >= 0 AND platform_fee_bps <= 10000),
    CONSTRAINT ck_deal_terms_hold_days CHECK (hold_days >= 0 AND hold_days <= 365),
    CONSTRAINT ck_deal_terms_frozen_with_hash CHECK ((canonical IS NULL) = (sha256 IS NULL)),
    CONSTRAINT ck_deal_terms_frozen_at_with_hash CHECK ((frozen_at IS NULL) = (sha256 IS NULL)),
    CONSTRAINT fk_deal_terms_deal_id FOREIGN KEY(deal_id) REFERENCES deals (id),
    CONSTRAINT ck_deal_terms_tax_regime CHECK (tax_regime IN ('osn', 'usn', 'usn_5', 'usn_7', 'npd', 'patent')),
    CONSTRAINT fk_deal_terms_subcontract_id FOREIGN KEY(subcontract_id) REFERENCES service_subcontracts (id)
);
CREATE INDEX ix_deal_terms_deal_id ON deal_terms (deal_id);
CREATE INDEX ix_deal_terms_subcontract_id ON deal_terms (subcontract_id);

CREATE TABLE documents (
    id UUID NOT NULL,
    number TEXT NOT NULL,
    kind VARCHAR(64) NOT NULL,
    status VARCHAR(64) NOT NULL,
    deal_id UUID,
    subcontract_id UUID,
    template_id UUID NOT NULL,
    contents BYTEA NOT NULL,
    terms_sha256 BYTEA,
    sha256 BYTEA,
    size_bytes INTEGER,
    sealed_sha256 BYTEA,
    created_by UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    rendered_at TIMESTAMP WITH TIME ZONE,
    signed_at TIMESTAMP WITH TIME ZONE,
    sealed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_documents PRIMARY KEY (id),
    CONSTRAINT ck_documents_one_subject CHECK ((deal_id IS NULL) <> (subcontract_id IS NULL)),
    CONSTRAINT ck_documents_rendered_has_hash CHECK (status IN ('rendering', 'failed', 'void') OR sha256 IS NOT NULL),
    CONSTRAINT ck_documents_sealed_has_hash CHECK (status <> 'sealed' OR sealed_sha256 IS NOT NULL),
    CONSTRAINT ck_documents_kind CHECK (kind IN ('service_contract', 'service_subcontract')),
    CONSTRAINT ck_documents_status CHECK (status IN ('rendering', 'ready', 'signed', 'sealed', 'failed', 'void')),
    CONSTRAINT fk_documents_deal_id FOREIGN KEY(deal_id) REFERENCES deals (id),
    CONSTRAINT fk_documents_subcontract_id FOREIGN KEY(subcontract_id) REFERENCES service_subcontracts (id),
    CONSTRAINT fk_documents_template_id FOREIGN KEY(template_id) REFERENCES contract_templates (id),
    CONSTRAINT fk_documents_created_by FOREIGN KEY(created_by) REFERENCES users (id)
);
CREATE INDEX ix_documents_created_by ON documents (created_by);
CREATE INDEX ix_documents_deal_id ON documents (deal_id);
CREATE INDEX ix_documents_sha256 ON documents (sha256);
CREATE INDEX ix_documents_subcontract_id ON documents (subcontract_id);
CREATE INDEX ix_documents_template_id ON documents (template_id);
CREATE UNIQUE INDEX uq_documents_number ON documents (number);

CREATE TABLE payment_schedules (
    id UUID NOT NULL,
    deal_id UUID NOT NULL,
    step_no INTEGER NOT NULL,
    amount_kopecks BIGINT NOT NULL,
    trigger VARCHAR(64) NOT NULL,
    due_on DATE,
    milestone TEXT,
    release_rule VARCHAR(64) NOT NULL,
    status VARCHAR(64) NOT NULL,
    paid_at TIMESTAMP WITH TIME ZONE,
    release_due_at TIMESTAMP WITH TIME ZONE,
    released_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_payment_schedules PRIMARY KEY (id),
    CONSTRAINT uq_payment_schedules_deal_id_step_no UNIQUE (deal_id, step_no),
    CONSTRAINT ck_payment_schedules_amount CHECK (amount_kopecks > 0),
    CONSTRAINT ck_payment_schedules_due_on CHECK ((trigger = 'date') = (due_on IS NOT NULL)),
    CONSTRAINT ck_payment_schedules_milestone CHECK ((trigger = 'milestone') = (milestone IS NOT NULL)),
    CONSTRAINT fk_payment_schedules_deal_id FOREIGN KEY(deal_id) REFERENCES deals (id),
    CONSTRAINT ck_payment_schedules_trigger CHECK (trigger IN ('immediate', 'milestone', 'date', 'manual')),
    CONSTRAINT ck_payment_schedules_release_rule CHECK (release_rule IN ('immediate', 'act')),
    CONSTRAINT ck_payment_schedules_status CHECK (status IN ('planned', 'paid', 'released', 'cancelled'))
);
CREATE INDEX ix_payment_schedules_deal_id ON payment_schedules (deal_id);
CREATE INDEX ix_payment_schedules_status_release_due_at ON payment_schedules (status, release_due_at);

CREATE TABLE refresh_tokens (
    id UUID NOT NULL,
    session_id UUID NOT NULL,
    token_hash BYTEA NOT NULL,
    issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_refresh_tokens PRIMARY KEY (id),
    CONSTRAINT fk_refresh_tokens_session_id FOREIGN KEY(session_id) REFERENCES sessions (id)
);
CREATE INDEX ix_refresh_tokens_session_id ON refresh_tokens (session_id);
CREATE UNIQUE INDEX uq_refresh_tokens_token_hash ON refresh_tokens (token_hash);

CREATE TABLE signature_requests (
    id UUID NOT NULL,
    user_id UUID NOT NULL,
    otp_id UUID NOT NULL,
    document_set JSONB NOT NULL,
    set_sha256 BYTEA NOT NULL,
    text_shown TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    signed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_signature_requests PRIMARY KEY (id),
    CONSTRAINT fk_signature_requests_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_signature_requests_otp_id FOREIGN KEY(otp_id) REFERENCES otp_sessions (id)
);
CREATE INDEX ix_signature_requests_otp_id ON signature_requests (otp_id);
CREATE INDEX ix_signature_requests_user_id ON signature_requests (user_id);

CREATE TABLE document_events (
    id UUID NOT NULL,
    document_id UUID NOT NULL,
    seq INTEGER NOT NULL,
    kind TEXT NOT NULL,
    actor_id UUID,
    facts JSONB NOT NULL,
    previous_hash BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_document_events PRIMARY KEY (id),
    CONSTRAINT uq_document_events_document_id_seq UNIQUE (document_id, seq),
    CONSTRAINT fk_document_events_document_id FOREIGN KEY(document_id) REFERENCES documents (id),
    CONSTRAINT fk_document_events_actor_id FOREIGN KEY(actor_id) REFERENCES users (id)
);
CREATE INDEX ix_document_events_actor_id ON document_events (actor_id);
CREATE INDEX ix_document_events_document_id ON document_events (document_id);

CREATE TABLE document_signers (
    id UUID NOT NULL,
    document_id UUID NOT NULL,
    party_id UUID,
    user_id UUID,
    organization_id UUID,
    side TEXT NOT NULL,
    signing_order INTEGER NOT NULL,
    status VARCHAR(64) NOT NULL,
    CONSTRAINT pk_document_signers PRIMARY KEY (id),
    CONSTRAINT uq_document_signers_document_id_signing_order UNIQUE (document_id, signing_order),
    CONSTRAINT ck_document_signers_someone CHECK (user_id IS NOT NULL OR organization_id IS NOT NULL OR party_id IS NOT NULL),
    CONSTRAINT fk_document_signers_document_id FOREIGN KEY(document_id) REFERENCES documents (id),
    CONSTRAINT fk_document_signers_party_id FOREIGN KEY(party_id) REFERENCES deal_parties (id),
    CONSTRAINT fk_document_signers_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_document_signers_organization_id FOREIGN KEY(organization_id) REFERENCES organizations (id),
    CONSTRAINT ck_document_signers_status CHECK (status IN ('waiting', 'signed', 'declined'))
);
CREATE INDEX ix_document_signers_document_id ON document_signers (document_id);
CREATE INDEX ix_document_signers_organization_id ON document_signers (organization_id);
CREATE INDEX ix_document_signers_party_id ON document_signers (party_id);
CREATE INDEX ix_document_signers_user_id ON document_signers (user_id);

CREATE TABLE payment_intents (
    id UUID NOT NULL,
    deal_id UUID NOT NULL,
    schedule_id UUID NOT NULL,
    provider TEXT NOT NULL,
    amount_kopecks BIGINT NOT NULL,
    status VARCHAR(64) NOT NULL,
    provider_key UUID NOT NULL,
    provider_payment_id TEXT,
    url TEXT,
    expires_at TIMESTAMP WITH TIME ZONE,
    next_poll_at TIMESTAMP WITH TIME ZONE,
    unknown_since TIMESTAMP WITH TIME ZONE,
    created_by UUID NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    paid_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_payment_intents PRIMARY KEY (id),
    CONSTRAINT uq_payment_intents_provider_provider_payment_id UNIQUE (provider, provider_payment_id),
    CONSTRAINT ck_payment_intents_amount CHECK (amount_kopecks > 0),
    CONSTRAINT ck_payment_intents_pending_is_known CHECK (status <> 'pending' OR provider_payment_id IS NOT NULL),
    CONSTRAINT fk_payment_intents_deal_id FOREIGN KEY(deal_id) REFERENCES deals (id),
    CONSTRAINT fk_payment_intents_schedule_id FOREIGN KEY(schedule_id) REFERENCES payment_schedules (id),
    CONSTRAINT ck_payment_intents_status CHECK (status IN ('created', 'pending', 'paid', 'failed', 'expired', 'cancelled')),
    CONSTRAINT fk_payment_intents_created_by FOREIGN KEY(created_by) REFERENCES users (id)
);
CREATE INDEX ix_payment_intents_created_by ON payment_intents (created_by);
CREATE INDEX ix_payment_intents_deal_id ON payment_intents (deal_id);
CREATE INDEX ix_payment_intents_poll ON payment_intents (next_poll_at) WHERE next_poll_at IS NOT NULL;
CREATE INDEX ix_payment_intents_schedule_id ON payment_intents (schedule_id);
CREATE UNIQUE INDEX uq_payment_intents_open_step ON payment_intents (schedule_id) WHERE status IN ('created', 'pending');

CREATE TABLE payouts (
    id UUID NOT NULL,
    deal_id UUID NOT NULL,
    schedule_id UUID NOT NULL,
    owner_user_id UUID,
    owner_organization_id UUID,
    amount_kopecks BIGINT NOT NULL,
    status VARCHAR(64) NOT NULL,
    attempt INTEGER NOT NULL,
    hold_reason TEXT,
    account_id UUID,
    provider TEXT,
    provider_key UUID,
    provider_payout_id TEXT,
    tries INTEGER NOT NULL,
    next_at TIMESTAMP WITH TIME ZONE,
    reserved_at TIMESTAMP WITH TIME ZONE,
    unknown_since TIMESTAMP WITH TIME ZONE,
    failure_reason TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    final_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_payouts PRIMARY KEY (id),
    CONSTRAINT uq_payouts_provider_provider_payout_id UNIQUE (provider, provider_payout_id),
    CONSTRAINT ck_payouts_one_owner CHECK ((owner_user_id IS NULL) <> (owner_organization_id IS NULL)),
    CONSTRAINT ck_payouts_amount CHECK (amount_kopecks > 0),
    CONSTRAINT ck_payouts_attempt CHECK (attempt > 0),
    CONSTRAINT ck_payouts_destination CHECK (status = 'planned' OR account_id IS NOT NULL),
    CONSTRAINT fk_payouts_deal_id FOREIGN KEY(deal_id) REFERENCES deals (id),
    CONSTRAINT fk_payouts_schedule_id FOREIGN KEY(schedule_id) REFERENCES payment_schedules (id),
    CONSTRAINT fk_payouts_owner_user_id FOREIGN KEY(owner_user_id) REFERENCES users (id),
    CONSTRAINT fk_payouts_owner_organization_id FOREIGN KEY(owner_organization_id) REFERENCES organizations (id),
    CONSTRAINT ck_payouts_status CHECK (status IN ('planned', 'reserved', 'sending', 'succeeded', 'failed', 'unknown')),
    CONSTRAINT fk_payouts_account_id FOREIGN KEY(account_id) REFERENCES payout_accounts (id)
);
CREATE INDEX ix_payouts_account_id ON payouts (account_id);
CREATE INDEX ix_payouts_deal_id ON payouts (deal_id);
CREATE INDEX ix_payouts_next ON payouts (next_at) WHERE next_at IS NOT NULL;
CREATE INDEX ix_payouts_owner_organization_id_created_at ON payouts (owner_organization_id, created_at);
CREATE INDEX ix_payouts_owner_user_id_created_at ON payouts (owner_user_id, created_at);
CREATE INDEX ix_payouts_schedule_id ON payouts (schedule_id);

CREATE TABLE payments (
    id UUID NOT NULL,
    intent_id UUID,
    deal_id UUID,
    schedule_id UUID,
    provider TEXT NOT NULL,
    provider_payment_id TEXT NOT NULL,
    amount_kopecks BIGINT NOT NULL,
    charge_kopecks BIGINT NOT NULL,
    status VARCHAR(64) NOT NULL,
    late BOOLEAN NOT NULL,
    terms_sha256 BYTEA,
    occurred_at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_payments PRIMARY KEY (id),
    CONSTRAINT uq_payments_provider_provider_payment_id UNIQUE (provider, provider_payment_id),
    CONSTRAINT ck_payments_amount CHECK (amount_kopecks > 0),
    CONSTRAINT ck_payments_charge CHECK (charge_kopecks >= 0 AND charge_kopecks <= amount_kopecks),
    CONSTRAINT fk_payments_intent_id FOREIGN KEY(intent_id) REFERENCES payment_intents (id),
    CONSTRAINT fk_payments_deal_id FOREIGN KEY(deal_id) REFERENCES deals (id),
    CONSTRAINT fk_payments_schedule_id FOREIGN KEY(schedule_id) REFERENCES payment_schedules (id),
    CONSTRAINT ck_payments_status CHECK (status IN ('received', 'suspense'))
);
CREATE INDEX ix_payments_deal_id ON payments (deal_id);
CREATE INDEX ix_payments_intent_id ON payments (intent_id);
CREATE INDEX ix_payments_schedule_id ON payments (schedule_id);

CREATE TABLE signatures (
    id UUID NOT NULL,
    document_id UUID NOT NULL,
    signer_id UUID NOT NULL,
    request_id UUID NOT NULL,
    agreement_id UUID NOT NULL,
    user_id UUID NOT NULL,
    organization_id UUID,
    position TEXT,
    basis TEXT,
    name BYTEA NOT NULL,
    phone BYTEA NOT NULL,
    phone_verified_at TIMESTAMP WITH TIME ZONE NOT NULL,
    document_sha256 BYTEA NOT NULL,
    template_name TEXT NOT NULL,
    template_version INTEGER NOT NULL,
    text_shown TEXT NOT NULL,
    code_issued_at TIMESTAMP WITH TIME ZONE NOT NULL,
    provider_message_id TEXT,
    delivery TEXT NOT NULL,
    ip TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    signed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_signatures PRIMARY KEY (id),
    CONSTRAINT ck_signatures_basis CHECK ((organization_id IS NULL) = (position IS NULL) AND (organization_id IS NULL) = (basis IS NULL)),
    CONSTRAINT fk_signatures_document_id FOREIGN KEY(document_id) REFERENCES documents (id),
    CONSTRAINT fk_signatures_signer_id FOREIGN KEY(signer_id) REFERENCES document_signers (id),
    CONSTRAINT fk_signatures_request_id FOREIGN KEY(request_id) REFERENCES signature_requests (id),
    CONSTRAINT fk_signatures_agreement_id FOREIGN KEY(agreement_id) REFERENCES signature_agreements (id),
    CONSTRAINT fk_signatures_user_id FOREIGN KEY(user_id) REFERENCES users (id),
    CONSTRAINT fk_signatures_organization_id FOREIGN KEY(organization_id) REFERENCES organizations (id)
);
CREATE INDEX ix_signatures_agreement_id ON signatures (agreement_id);
CREATE INDEX ix_signatures_document_id ON signatures (document_id);
CREATE INDEX ix_signatures_organization_id ON signatures (organization_id);
CREATE INDEX ix_signatures_request_id ON signatures (request_id);
CREATE INDEX ix_signatures_user_id ON signatures (user_id);
CREATE UNIQUE INDEX uq_signatures_signer_id ON signatures (signer_id);

CREATE TABLE splits (
    id UUID NOT NULL,
    payment_id UUID NOT NULL,
    deal_id UUID NOT NULL,
    schedule_id UUID NOT NULL,
    position INTEGER NOT NULL,
    line VARCHAR(64) NOT NULL,
    owner_user_id UUID,
    owner_organization_id UUID,
    amount_kopecks BIGINT NOT NULL,
    status VARCHAR(64) NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    posted_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_splits PRIMARY KEY (id),
    CONSTRAINT uq_splits_payment_id_position UNIQUE (payment_id, position),
    CONSTRAINT ck_splits_amount CHECK (amount_kopecks >= 0),
    CONSTRAINT ck_splits_owner CHECK (CASE WHEN line = 'platform' THEN owner_user_id IS NULL AND owner_organization_id IS NULL ELSE (owner_user_id IS NULL) <> (owner_organization_id IS NULL) END),
    CONSTRAINT fk_splits_payment_id FOREIGN KEY(payment_id) REFERENCES payments (id),
    CONSTRAINT fk_splits_deal_id FOREIGN KEY(deal_id) REFERENCES deals (id),
    CONSTRAINT fk_splits_schedule_id FOREIGN KEY(schedule_id) REFERENCES payment_schedules (id),
    CONSTRAINT ck_splits_line CHECK (line IN ('vat', 'platform', 'agency', 'agent', 'co_agent')),
    CONSTRAINT fk_splits_owner_user_id FOREIGN KEY(owner_user_id) REFERENCES users (id),
    CONSTRAINT fk_splits_owner_organization_id FOREIGN KEY(owner_organization_id) REFERENCES organizations (id),
    CONSTRAINT ck_splits_status CHECK (status IN ('held', 'posted'))
);
CREATE INDEX ix_splits_deal_id ON splits (deal_id);
CREATE INDEX ix_splits_owner_organization_id ON splits (owner_organization_id);
CREATE INDEX ix_splits_owner_user_id ON splits (owner_user_id);
CREATE INDEX ix_splits_payment_id ON splits (payment_id);
CREATE INDEX ix_splits_schedule_id ON splits (schedule_id);

CREATE TABLE payout_items (
    split_id UUID NOT NULL,
    payout_id UUID NOT NULL,
    amount_kopecks BIGINT NOT NULL,
    CONSTRAINT pk_payout_items PRIMARY KEY (split_id),
    CONSTRAINT fk_payout_items_split_id FOREIGN KEY(split_id) REFERENCES splits (id),
    CONSTRAINT fk_payout_items_payout_id FOREIGN KEY(payout_id) REFERENCES payouts (id)
);
CREATE INDEX ix_payout_items_payout_id ON payout_items (payout_id);

CREATE TABLE receipts (
    id UUID NOT NULL,
    kind VARCHAR(64) NOT NULL,
    status VARCHAR(64) NOT NULL,
    deal_id UUID NOT NULL,
    schedule_id UUID NOT NULL,
    split_id UUID NOT NULL,
    taxpayer_id UUID NOT NULL,
    payer_party_id UUID,
    payer_organization_id UUID,
    amount_kopecks BIGINT NOT NULL,
    operation_time TIMESTAMP WITH TIME ZONE NOT NULL,
    external_id TEXT,
    link BYTEA,
    hold_reason TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    registered_at TIMESTAMP WITH TIME ZONE,
    delivered_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_receipts PRIMARY KEY (id),
    CONSTRAINT ck_receipts_one_payer CHECK ((payer_party_id IS NULL) <> (payer_organization_id IS NULL)),
    CONSTRAINT ck_receipts_amount CHECK (amount_kopecks > 0),
    CONSTRAINT ck_receipts_registered_whole CHECK ((external_id IS NULL) = (link IS NULL)),
    CONSTRAINT ck_receipts_kind CHECK (kind IN ('npd', 'kkt')),
    CONSTRAINT ck_receipts_status CHECK (status IN ('planned', 'sending', 'registered', 'delivered', 'blocked', 'cancelled')),
    CONSTRAINT fk_receipts_deal_id FOREIGN KEY(deal_id) REFERENCES deals (id),
    CONSTRAINT fk_receipts_schedule_id FOREIGN KEY(schedule_id) REFERENCES payment_schedules (id),
    CONSTRAINT fk_receipts_split_id FOREIGN KEY(split_id) REFERENCES splits (id),
    CONSTRAINT fk_receipts_taxpayer_id FOREIGN KEY(taxpayer_id) REFERENCES users (id),
    CONSTRAINT fk_receipts_payer_party_id FOREIGN KEY(payer_party_id) REFERENCES deal_parties (id),
    CONSTRAINT fk_receipts_payer_organization_id FOREIGN KEY(payer_organization_id) REFERENCES organizations (id)
);
CREATE INDEX ix_receipts_deal_id ON receipts (deal_id);
CREATE INDEX ix_receipts_payer_organization_id ON receipts (payer_organization_id);
CREATE INDEX ix_receipts_payer_party_id ON receipts (payer_party_id);
CREATE INDEX ix_receipts_schedule_id ON receipts (schedule_id);
CREATE INDEX ix_receipts_split_id ON receipts (split_id);
CREATE INDEX ix_receipts_status ON receipts (status);
CREATE INDEX ix_receipts_taxpayer_id ON receipts (taxpayer_id);
CREATE UNIQUE INDEX uq_receipts_income ON receipts (kind, split_id) WHERE status <> 'cancelled';

CREATE TABLE npd_tasks (
    id UUID NOT NULL,
    kind VARCHAR(64) NOT NULL,
    taxpayer_id UUID NOT NULL,
    receipt_id UUID,
    status VARCHAR(64) NOT NULL,
    message_id TEXT,
    tries INTEGER NOT NULL,
    last_code TEXT,
    next_at TIMESTAMP WITH TIME ZONE NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_npd_tasks PRIMARY KEY (id),
    CONSTRAINT uq_npd_tasks_kind_receipt_id UNIQUE (kind, receipt_id),
    CONSTRAINT ck_npd_tasks_subject CHECK ((kind = 'income') = (receipt_id IS NOT NULL)),
    CONSTRAINT ck_npd_tasks_sent_has_id CHECK (status <> 'sent' OR message_id IS NOT NULL),
    CONSTRAINT ck_npd_tasks_kind CHECK (kind IN ('bind', 'bind_status', 'income')),
    CONSTRAINT fk_npd_tasks_taxpayer_id FOREIGN KEY(taxpayer_id) REFERENCES users (id),
    CONSTRAINT fk_npd_tasks_receipt_id FOREIGN KEY(receipt_id) REFERENCES receipts (id),
    CONSTRAINT ck_npd_tasks_status CHECK (status IN ('queued', 'sent', 'done', 'failed'))
);
CREATE INDEX ix_npd_tasks_due ON npd_tasks (next_at) WHERE status IN ('queued', 'sent');
CREATE INDEX ix_npd_tasks_receipt_id ON npd_tasks (receipt_id);
CREATE INDEX ix_npd_tasks_taxpayer_id ON npd_tasks (taxpayer_id);

-- What only grows: the application may add and read, nobody may change (0001, append_only).
REVOKE UPDATE, DELETE ON audit_logs FROM housler_app;
CREATE TRIGGER audit_logs_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_logs
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
ALTER TABLE audit_logs ENABLE ALWAYS TRIGGER audit_logs_append_only;
REVOKE UPDATE, DELETE ON document_events FROM housler_app;
CREATE TRIGGER document_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON document_events
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
ALTER TABLE document_events ENABLE ALWAYS TRIGGER document_events_append_only;
REVOKE UPDATE, DELETE ON inbox_events FROM housler_app;
CREATE TRIGGER inbox_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON inbox_events
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
ALTER TABLE inbox_events ENABLE ALWAYS TRIGGER inbox_events_append_only;
REVOKE UPDATE, DELETE ON signatures FROM housler_app;
CREATE TRIGGER signatures_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON signatures
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
ALTER TABLE signatures ENABLE ALWAYS TRIGGER signatures_append_only;

-- Money's and evidence's rows are never deleted by the application.
REVOKE DELETE ON person_keys, users, organizations, deals, deal_parties, deal_terms, payment_schedules, documents,
    document_signers, signature_requests, signature_agreements, user_consents, payment_intents, payments, splits,
    payouts, payout_items, receipts, npd_tasks, npd_bindings FROM housler_app;

-- Human numbers of deals and documents: unique, not gapless.
CREATE SEQUENCE deal_numbers;
CREATE SEQUENCE document_numbers;
GRANT USAGE ON SEQUENCE deal_numbers, document_numbers TO housler_app;
