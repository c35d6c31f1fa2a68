-- The ledger. Its guarantees are the database's own, whoever writes:
--   * a transaction has two or more entries, and their debits equal their credits;
--   * all entries of a transaction are written by one statement, in the database transaction that wrote it;
--   * transactions, entries, accounts and the chart are never updated, deleted or truncated;
--   * an idempotency key is posted once; its content hash is computed here, from what is stored;
--   * an account with a floor never goes below zero;
--   * a reversal mirrors its original, and happens once.
-- Triggers are ENABLE ALWAYS, so that session_replication_role does not switch them off.
-- The application role reads these tables and calls ledger_post; it writes none of them.
-- Our codes: HL001 unbalanced, HL002 append-only, HL003 key with other content, HL004 foreign entries,
-- HL005 no such account, HL006 not a mirror. A floor is the check ck_ledger_balances_floor.

GRANT USAGE ON SCHEMA public TO housler_app;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO housler_app;
ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;

-- For any table that only grows: CREATE TRIGGER ... BEFORE UPDATE OR DELETE OR TRUNCATE ... FOR EACH STATEMENT.
CREATE FUNCTION append_only() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'HL002', MESSAGE = TG_TABLE_NAME || ' is append-only';
END $$;

-- The chart of accounts (product/money.md). The shape names, in order, the parts of an account's key after its kind.
CREATE TABLE ledger_chart (
    kind text CONSTRAINT pk_ledger_chart PRIMARY KEY,
    normal_side text NOT NULL CONSTRAINT ck_ledger_chart_normal_side CHECK (normal_side IN ('debit', 'credit')),
    has_floor boolean NOT NULL,
    shape text[] NOT NULL
);

INSERT INTO ledger_chart (kind, normal_side, has_floor, shape) VALUES
    ('provider_clearing', 'debit', false, '{provider}'),
    ('provider_deal', 'debit', false, '{provider,bank_deal}'),
    ('payout_float', 'debit', false, '{provider}'),
    ('client_bank', 'debit', false, '{}'),
    ('platform_cash', 'debit', false, '{}'),
    ('receivable', 'debit', false, '{owner_id,split_id}'),
    ('acquiring_fee', 'debit', false, '{}'),
    ('bad_debt', 'debit', false, '{}'),
    ('deal_hold', 'credit', true, '{deal_id,step_no}'),
    ('payable', 'credit', true, '{owner_id,split_id}'),
    ('payout_in_transit', 'credit', true, '{subject_id}'),
    ('refund_in_transit', 'credit', true, '{subject_id}'),
    ('suspense', 'credit', true, '{subject_id}'),
    ('dispute_hold', 'credit', true, '{owner_id,split_id}'),
    ('platform_fee', 'credit', false, '{}'),
    ('platform_vat', 'credit', false, '{}'),
    ('own_funds', 'credit', false, '{}');

CREATE TABLE ledger_accounts (
    id uuid CONSTRAINT pk_ledger_accounts PRIMARY KEY DEFAULT gen_random_uuid(),
    key text NOT NULL CONSTRAINT uq_ledger_accounts_key UNIQUE
        CONSTRAINT ck_ledger_accounts_key_length CHECK (length(key) BETWEEN 1 AND 200),
    kind text NOT NULL CONSTRAINT fk_ledger_accounts_kind REFERENCES ledger_chart,
    normal_side text NOT NULL,
    has_floor boolean NOT NULL,
    provider text,
    bank_deal text,
    deal_id uuid,
    step_no smallint,
    owner_id uuid,
    split_id uuid,
    subject_id uuid
);
CREATE INDEX ix_ledger_accounts_kind ON ledger_accounts (kind);
CREATE INDEX ix_ledger_accounts_deal_id ON ledger_accounts (deal_id) WHERE deal_id IS NOT NULL;
CREATE INDEX ix_ledger_accounts_owner_id ON ledger_accounts (owner_id) WHERE owner_id IS NOT NULL;
CREATE INDEX ix_ledger_accounts_split_id ON ledger_accounts (split_id) WHERE split_id IS NOT NULL;
CREATE INDEX ix_ledger_accounts_subject_id ON ledger_accounts (subject_id) WHERE subject_id IS NOT NULL;

-- Only accounts with a floor have a row here: it is the lock that makes the floor hold.
CREATE TABLE ledger_balances (
    account_id uuid CONSTRAINT pk_ledger_balances PRIMARY KEY
        CONSTRAINT fk_ledger_balances_account_id REFERENCES ledger_accounts,
    balance_kopecks bigint NOT NULL CONSTRAINT ck_ledger_balances_floor CHECK (balance_kopecks >= 0)
);

CREATE TABLE ledger_transactions (
    id uuid CONSTRAINT pk_ledger_transactions PRIMARY KEY,
    kind text NOT NULL CONSTRAINT ck_ledger_transactions_kind CHECK (kind IN (
        'own_funds_in', 'payment_received', 'provider_charge', 'provider_settled', 'charge_covered',
        'step_released', 'fee_swept', 'payouts_funded', 'payout_reserved', 'payout_succeeded', 'payout_failed',
        'payout_returned', 'reversal')),
    idempotency_key text NOT NULL CONSTRAINT uq_ledger_transactions_idempotency_key UNIQUE
        CONSTRAINT ck_ledger_transactions_key_length CHECK (length(idempotency_key) BETWEEN 1 AND 200),
    content_hash bytea NOT NULL CONSTRAINT ck_ledger_transactions_content_hash CHECK (length(content_hash) = 32),
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL,
    xid bigint NOT NULL,
    payment_id uuid,
    split_id uuid,
    payout_id uuid,
    refund_id uuid,
    terms_sha256 bytea CONSTRAINT ck_ledger_transactions_terms_sha256 CHECK (length(terms_sha256) = 32),
    reverses_id uuid CONSTRAINT uq_ledger_transactions_reverses_id UNIQUE
        CONSTRAINT fk_ledger_transactions_reverses_id REFERENCES ledger_transactions,
    CONSTRAINT ck_ledger_transactions_reversal CHECK ((kind = 'reversal') = (reverses_id IS NOT NULL))
);
CREATE INDEX ix_ledger_transactions_payment_id ON ledger_transactions (payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX ix_ledger_transactions_split_id ON ledger_transactions (split_id) WHERE split_id IS NOT NULL;
CREATE INDEX ix_ledger_transactions_payout_id ON ledger_transactions (payout_id) WHERE payout_id IS NOT NULL;
CREATE INDEX ix_ledger_transactions_refund_id ON ledger_transactions (refund_id) WHERE refund_id IS NOT NULL;
CREATE INDEX ix_ledger_transactions_occurred_at ON ledger_transactions (occurred_at);

CREATE TABLE ledger_entries (
    transaction_id uuid CONSTRAINT fk_ledger_entries_transaction_id REFERENCES ledger_transactions,
    line_no smallint CONSTRAINT ck_ledger_entries_line_no CHECK (line_no BETWEEN 1 AND 1000),
    account_id uuid NOT NULL CONSTRAINT fk_ledger_entries_account_id REFERENCES ledger_accounts,
    side text NOT NULL CONSTRAINT ck_ledger_entries_side CHECK (side IN ('debit', 'credit')),
    amount_kopecks bigint NOT NULL
        CONSTRAINT ck_ledger_entries_amount CHECK (amount_kopecks BETWEEN 1 AND 1000000000000000),
    CONSTRAINT pk_ledger_entries PRIMARY KEY (transaction_id, line_no)
);
CREATE INDEX ix_ledger_entries_account_id ON ledger_entries (account_id);

-- Accounts describe themselves: everything but the key is derived from it, whatever the writer says.
CREATE FUNCTION ledger_describe_account() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    parts text[] := string_to_array(NEW.key, ':');
    chart ledger_chart;
BEGIN
    SELECT * INTO chart FROM ledger_chart WHERE kind = parts[1];
    IF NOT FOUND OR cardinality(parts) <> cardinality(chart.shape) + 1 OR '' = ANY (parts) THEN
        RAISE EXCEPTION USING ERRCODE = 'HL005', MESSAGE = 'no account has this key';
    END IF;
    NEW.kind := chart.kind;
    NEW.normal_side := chart.normal_side;
    NEW.has_floor := chart.has_floor;
    NEW.provider := parts[array_position(chart.shape, 'provider') + 1];
    NEW.bank_deal := parts[array_position(chart.shape, 'bank_deal') + 1];
    NEW.deal_id := parts[array_position(chart.shape, 'deal_id') + 1]::uuid;
    NEW.step_no := parts[array_position(chart.shape, 'step_no') + 1]::smallint;
    NEW.owner_id := parts[array_position(chart.shape, 'owner_id') + 1]::uuid;
    NEW.split_id := parts[array_position(chart.shape, 'split_id') + 1]::uuid;
    NEW.subject_id := parts[array_position(chart.shape, 'subject_id') + 1]::uuid;
    -- Another spelling of the same parts would be a second account for the same money.
    IF NEW.key <> concat_ws(':', NEW.kind, NEW.provider, NEW.bank_deal, NEW.deal_id, NEW.step_no,
                            NEW.owner_id, NEW.split_id, NEW.subject_id) THEN
        RAISE EXCEPTION USING ERRCODE = 'HL005', MESSAGE = 'the key of an account is not canonical';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ledger_open_balance() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO ledger_balances (account_id, balance_kopecks) VALUES (NEW.id, 0);
    RETURN NULL;
END $$;

-- Balances move with entries only: by the trigger on entries (or on accounts), which is one level up.
CREATE FUNCTION ledger_guard_balances() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF pg_trigger_depth() < 2 OR TG_OP IN ('DELETE', 'TRUNCATE') THEN
        RAISE EXCEPTION USING ERRCODE = 'HL002', MESSAGE = 'balances follow from entries';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_stamp_transaction() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    NEW.xid := pg_current_xact_id()::text::bigint;
    NEW.recorded_at := clock_timestamp();
    RETURN NEW;
END $$;

CREATE FUNCTION ledger_check_entries() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM fresh f LEFT JOIN ledger_accounts a ON a.id = f.account_id WHERE a.id IS NULL) THEN
        RAISE EXCEPTION USING ERRCODE = 'HL005', MESSAGE = 'an entry names no account';
    END IF;
    IF EXISTS (
        SELECT FROM fresh f LEFT JOIN ledger_transactions t ON t.id = f.transaction_id
        WHERE t.xid IS DISTINCT FROM pg_current_xact_id()::text::bigint
    ) OR EXISTS (
        SELECT FROM ledger_entries e
        WHERE e.transaction_id IN (SELECT f.transaction_id FROM fresh f)
          AND NOT EXISTS (
              SELECT FROM fresh f WHERE f.transaction_id = e.transaction_id AND f.line_no = e.line_no)
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'HL004', MESSAGE = 'entries are written with their transaction, at once';
    END IF;
    IF EXISTS (
        SELECT FROM fresh f GROUP BY f.transaction_id
        HAVING count(*) < 2
            OR sum(CASE f.side WHEN 'debit' THEN f.amount_kopecks ELSE -f.amount_kopecks END) <> 0
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'HL001', MESSAGE = 'debits and credits differ';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_apply_balances() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    -- In one order for everybody: unordered locks are deadlocks.
    PERFORM FROM ledger_balances b
    WHERE b.account_id IN (SELECT f.account_id FROM fresh f) ORDER BY b.account_id FOR UPDATE;
    UPDATE ledger_balances b SET balance_kopecks = b.balance_kopecks + moved.kopecks
    FROM (
        SELECT f.account_id,
               sum(CASE f.side WHEN a.normal_side THEN f.amount_kopecks ELSE -f.amount_kopecks END) AS kopecks
        FROM fresh f JOIN ledger_accounts a ON a.id = f.account_id
        WHERE a.has_floor GROUP BY f.account_id
    ) AS moved
    WHERE b.account_id = moved.account_id;
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_lines(posted_id uuid, mirrored boolean) RETURNS jsonb
LANGUAGE sql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
    SELECT jsonb_agg(line ORDER BY line) FROM (
        SELECT jsonb_build_array(
            a.key,
            CASE WHEN mirrored THEN CASE e.side WHEN 'debit' THEN 'credit' ELSE 'debit' END ELSE e.side END,
            e.amount_kopecks) AS line
        FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
        WHERE e.transaction_id = posted_id) AS lines
$$;

-- The time is not part of the content: what is repeated tells it again in its own way.
CREATE FUNCTION ledger_content_hash(
    kind text, payment_id uuid, split_id uuid, payout_id uuid, refund_id uuid, terms_sha256 bytea,
    reverses_id uuid, lines jsonb
) RETURNS bytea
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
    SELECT sha256(convert_to(jsonb_build_array(
        kind, payment_id, split_id, payout_id, refund_id, encode(terms_sha256, 'hex'), reverses_id, lines
    )::text, 'UTF8'))
$$;

-- At the commit: a transaction without entries, or with another content than it claims, is not recorded.
-- Deferred triggers run as whoever commits (until PostgreSQL 17), hence SECURITY DEFINER.
CREATE FUNCTION ledger_verify_transaction() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    lines jsonb := ledger_lines(NEW.id, false);
BEGIN
    IF lines IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'HL001', MESSAGE = 'a transaction without entries';
    END IF;
    IF NEW.content_hash <> ledger_content_hash(NEW.kind, NEW.payment_id, NEW.split_id, NEW.payout_id,
                                               NEW.refund_id, NEW.terms_sha256, NEW.reverses_id, lines) THEN
        RAISE EXCEPTION USING ERRCODE = 'HL003', MESSAGE = 'the content hash is not of this content';
    END IF;
    IF NEW.reverses_id IS NOT NULL AND lines IS DISTINCT FROM ledger_lines(NEW.reverses_id, true) THEN
        RAISE EXCEPTION USING ERRCODE = 'HL006', MESSAGE = 'a reversal mirrors its original';
    END IF;
    RETURN NULL;
END $$;

-- Post one transaction:
--   {"id", "kind", "key", "occurred_at", "payment_id", "split_id", "payout_id", "refund_id", "terms_sha256" (hex),
--    "reverses_id", "lines": [{"account" (key), "side", "kopecks"}, ...]}
-- Accounts come into being when first named. The same key with the same content answers with the first posting.
CREATE FUNCTION ledger_post(posting jsonb) RETURNS TABLE (posted_id uuid, already_posted boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    wanted ledger_transactions := jsonb_populate_record(NULL::ledger_transactions, posting - 'terms_sha256');
    earlier ledger_transactions;
BEGIN
    wanted.terms_sha256 := decode(posting ->> 'terms_sha256', 'hex');
    wanted.content_hash := ledger_content_hash(
        wanted.kind, wanted.payment_id, wanted.split_id, wanted.payout_id, wanted.refund_id,
        wanted.terms_sha256, wanted.reverses_id,
        (SELECT jsonb_agg(line ORDER BY line) FROM (
            SELECT jsonb_build_array(l.account, l.side, l.kopecks) AS line
            FROM jsonb_to_recordset(posting -> 'lines') AS l (account text, side text, kopecks bigint)) AS lines));

    INSERT INTO ledger_transactions (
        id, kind, idempotency_key, content_hash, occurred_at,
        payment_id, split_id, payout_id, refund_id, terms_sha256, reverses_id)
    VALUES (
        wanted.id, wanted.kind, posting ->> 'key', wanted.content_hash, wanted.occurred_at,
        wanted.payment_id, wanted.split_id, wanted.payout_id, wanted.refund_id, wanted.terms_sha256,
        wanted.reverses_id)
    ON CONFLICT (idempotency_key) DO NOTHING;
    IF NOT FOUND THEN
        SELECT * INTO STRICT earlier FROM ledger_transactions t WHERE t.idempotency_key = posting ->> 'key';
        IF earlier.content_hash <> wanted.content_hash THEN
            RAISE EXCEPTION USING ERRCODE = 'HL003', MESSAGE = 'this key was posted with other content';
        END IF;
        RETURN QUERY SELECT earlier.id, true;
        RETURN;
    END IF;

    INSERT INTO ledger_accounts (key)
    SELECT DISTINCT l.account FROM jsonb_to_recordset(posting -> 'lines') AS l (account text)
    WHERE NOT EXISTS (SELECT FROM ledger_accounts a WHERE a.key = l.account)
    ORDER BY l.account
    ON CONFLICT (key) DO NOTHING;

    INSERT INTO ledger_entries (transaction_id, line_no, account_id, side, amount_kopecks)
    SELECT wanted.id, l.line_no, a.id, l.side, l.kopecks
    FROM ROWS FROM (jsonb_to_recordset(posting -> 'lines') AS (account text, side text, kopecks bigint))
        WITH ORDINALITY AS l (account, side, kopecks, line_no)
    JOIN ledger_accounts a ON a.key = l.account;
    RETURN QUERY SELECT wanted.id, false;
END $$;

CREATE TRIGGER ledger_accounts_described BEFORE INSERT ON ledger_accounts
    FOR EACH ROW EXECUTE FUNCTION ledger_describe_account();
CREATE TRIGGER ledger_accounts_balance AFTER INSERT ON ledger_accounts
    FOR EACH ROW WHEN (NEW.has_floor) EXECUTE FUNCTION ledger_open_balance();
CREATE TRIGGER ledger_balances_guarded BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON ledger_balances
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_guard_balances();
CREATE TRIGGER ledger_transactions_stamped BEFORE INSERT ON ledger_transactions
    FOR EACH ROW EXECUTE FUNCTION ledger_stamp_transaction();
CREATE CONSTRAINT TRIGGER ledger_transactions_verified AFTER INSERT ON ledger_transactions
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION ledger_verify_transaction();
-- Triggers of one event fire by name: first checked, then applied.
CREATE TRIGGER ledger_entries_1_checked AFTER INSERT ON ledger_entries
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ledger_check_entries();
CREATE TRIGGER ledger_entries_2_applied AFTER INSERT ON ledger_entries
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ledger_apply_balances();
CREATE TRIGGER ledger_chart_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_chart
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER ledger_accounts_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_accounts
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER ledger_transactions_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_transactions
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER ledger_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entries
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();

ALTER TABLE ledger_accounts ENABLE ALWAYS TRIGGER ledger_accounts_described;
ALTER TABLE ledger_accounts ENABLE ALWAYS TRIGGER ledger_accounts_balance;
ALTER TABLE ledger_balances ENABLE ALWAYS TRIGGER ledger_balances_guarded;
ALTER TABLE ledger_transactions ENABLE ALWAYS TRIGGER ledger_transactions_stamped;
ALTER TABLE ledger_transactions ENABLE ALWAYS TRIGGER ledger_transactions_verified;
ALTER TABLE ledger_entries ENABLE ALWAYS TRIGGER ledger_entries_1_checked;
ALTER TABLE ledger_entries ENABLE ALWAYS TRIGGER ledger_entries_2_applied;
ALTER TABLE ledger_chart ENABLE ALWAYS TRIGGER ledger_chart_append_only;
ALTER TABLE ledger_accounts ENABLE ALWAYS TRIGGER ledger_accounts_append_only;
ALTER TABLE ledger_transactions ENABLE ALWAYS TRIGGER ledger_transactions_append_only;
ALTER TABLE ledger_entries ENABLE ALWAYS TRIGGER ledger_entries_append_only;

REVOKE INSERT, UPDATE, DELETE
    ON ledger_chart, ledger_accounts, ledger_balances, ledger_transactions, ledger_entries FROM housler_app;
GRANT EXECUTE ON FUNCTION ledger_post(jsonb) TO housler_app;
