-- The ledger: flows of money that goes back, holds, snapshots, and postings in one statement.
-- The guarantees at the head of 0001 stay, whoever writes; what changes is how they are kept, so that a posting is cheap:
--   * one trigger on the statement that writes entries checks and applies them, for any number of transactions;
--   * it stands for the foreign keys of entries too: accounts and transactions are never removed, so that only what is
--     written must be looked at, and the row of a platform's account isn't locked by every payment;
--   * entries carry both dates, for reading an account by either of them;
--   * ledger_post writes by a trigger of its own (on the view ledger_postings), which checks what it writes as it goes. The
--     guards look at what statements write; as for balances before, what is written from inside a trigger is trusted, and
--     only the tables' owner can make triggers, who could drop the guards as well.
-- A floor counts holds: what is set aside on an account can't leave it but through its hold.
-- Our codes: HL007 the hold is closed, HL008 a posting that its hold doesn't cover.

ALTER TABLE ledger_transactions DROP CONSTRAINT ck_ledger_transactions_kind;
-- A domain's check is read once per connection, a table's with every statement: a tenth of a posting.
CREATE DOMAIN ledger_kind AS text CONSTRAINT ck_ledger_transactions_kind CHECK (VALUE IN (
    'own_funds_in', 'payment_received', 'provider_charge', 'provider_settled', 'charge_covered',
    'step_released', 'fee_swept', 'payouts_funded', 'payout_reserved', 'payout_succeeded', 'payout_failed',
    'payout_returned', 'refund_accepted', 'refund_funded', 'refund_succeeded', 'set_off', 'debt_repaid',
    'debt_written_off', 'suspense_resolved', 'dispute_opened', 'dispute_decided', 'reversal'));
CREATE DOMAIN ledger_transaction_key AS text
    CONSTRAINT ck_ledger_transactions_key_length CHECK (length(VALUE) BETWEEN 1 AND 200);
CREATE DOMAIN ledger_content_hash AS bytea CONSTRAINT ck_ledger_transactions_content_hash CHECK (length(VALUE) = 32);
CREATE DOMAIN ledger_terms_sha256 AS bytea CONSTRAINT ck_ledger_transactions_terms_sha256 CHECK (length(VALUE) = 32);
CREATE DOMAIN ledger_line_no AS smallint CONSTRAINT ck_ledger_entries_line_no CHECK (VALUE BETWEEN 1 AND 1000);
CREATE DOMAIN ledger_side AS text CONSTRAINT ck_ledger_entries_side CHECK (VALUE IN ('debit', 'credit'));
CREATE DOMAIN ledger_amount AS bigint
    CONSTRAINT ck_ledger_entries_amount CHECK (VALUE BETWEEN 1 AND 1000000000000000);
CREATE DOMAIN ledger_held AS bigint CONSTRAINT ck_ledger_balances_held CHECK (VALUE >= 0);
ALTER TABLE ledger_transactions
    DROP CONSTRAINT ck_ledger_transactions_reversal,
    DROP CONSTRAINT ck_ledger_transactions_key_length,
    DROP CONSTRAINT ck_ledger_transactions_content_hash,
    DROP CONSTRAINT ck_ledger_transactions_terms_sha256;
ALTER TABLE ledger_transactions
    ALTER kind TYPE ledger_kind,
    ALTER idempotency_key TYPE ledger_transaction_key,
    ALTER content_hash TYPE ledger_content_hash,
    ALTER terms_sha256 TYPE ledger_terms_sha256;
ALTER TABLE ledger_transactions
    ADD CONSTRAINT ck_ledger_transactions_reversal CHECK ((kind = 'reversal') = (reverses_id IS NOT NULL));
-- The document that moved the money: the signed contract, or the act that released a step.
ALTER TABLE ledger_transactions ADD document_id uuid;
ALTER TABLE ledger_chart ADD CONSTRAINT ck_ledger_chart_floor CHECK (NOT has_floor OR normal_side = 'credit');

-- Hardly any transaction reverses another: the others needn't be in the index.
ALTER TABLE ledger_transactions DROP CONSTRAINT uq_ledger_transactions_reverses_id;
CREATE UNIQUE INDEX uq_ledger_transactions_reverses_id ON ledger_transactions (reverses_id)
    WHERE reverses_id IS NOT NULL;
DROP INDEX ix_ledger_transactions_occurred_at;

ALTER TABLE ledger_entries
    ADD occurred_at timestamptz NOT NULL,
    ADD recorded_at timestamptz NOT NULL,
    DROP CONSTRAINT fk_ledger_entries_transaction_id,
    DROP CONSTRAINT fk_ledger_entries_account_id,
    DROP CONSTRAINT ck_ledger_entries_line_no,
    DROP CONSTRAINT ck_ledger_entries_side,
    DROP CONSTRAINT ck_ledger_entries_amount;
ALTER TABLE ledger_entries
    ALTER line_no TYPE ledger_line_no,
    ALTER side TYPE ledger_side,
    ALTER amount_kopecks TYPE ledger_amount;
DROP INDEX ix_ledger_entries_account_id;
CREATE INDEX ix_ledger_entries_account_id ON ledger_entries (account_id, occurred_at);
CREATE INDEX ix_ledger_entries_account_id_recorded_at ON ledger_entries (account_id, recorded_at);

-- Held money is part of the balance and can't leave. Rows are rewritten in place: room is left for it.
ALTER TABLE ledger_balances
    ADD held_kopecks ledger_held NOT NULL DEFAULT 0,
    DROP CONSTRAINT ck_ledger_balances_floor,
    ADD CONSTRAINT ck_ledger_balances_floor CHECK (balance_kopecks >= held_kopecks);
ALTER TABLE ledger_balances SET (fillfactor = 50);

CREATE TABLE ledger_holds (
    id uuid CONSTRAINT pk_ledger_holds PRIMARY KEY,
    key text NOT NULL CONSTRAINT uq_ledger_holds_key UNIQUE
        CONSTRAINT ck_ledger_holds_key_length CHECK (length(key) BETWEEN 1 AND 200),
    account_id uuid NOT NULL CONSTRAINT fk_ledger_holds_account_id REFERENCES ledger_accounts,
    amount_kopecks bigint NOT NULL
        CONSTRAINT ck_ledger_holds_amount CHECK (amount_kopecks BETWEEN 1 AND 1000000000000000),
    -- what is still set aside; postings take from it, and the end leaves nothing
    remaining_kopecks bigint NOT NULL
        CONSTRAINT ck_ledger_holds_remaining CHECK (remaining_kopecks BETWEEN 0 AND amount_kopecks),
    status text NOT NULL CONSTRAINT ck_ledger_holds_status CHECK (status IN ('open', 'posted', 'voided', 'expired')),
    expires_at timestamptz NOT NULL,
    reserved_at timestamptz NOT NULL,
    payment_id uuid,
    split_id uuid,
    payout_id uuid,
    refund_id uuid,
    CONSTRAINT ck_ledger_holds_open CHECK ((status = 'open') = (remaining_kopecks > 0))
);
CREATE INDEX ix_ledger_holds_account_id ON ledger_holds (account_id);
CREATE INDEX ix_ledger_holds_expires_at ON ledger_holds (expires_at) WHERE status = 'open';

CREATE TABLE ledger_hold_postings (
    transaction_id uuid CONSTRAINT pk_ledger_hold_postings PRIMARY KEY
        CONSTRAINT fk_ledger_hold_postings_transaction_id REFERENCES ledger_transactions,
    hold_id uuid NOT NULL CONSTRAINT fk_ledger_hold_postings_hold_id REFERENCES ledger_holds,
    amount_kopecks bigint NOT NULL CONSTRAINT ck_ledger_hold_postings_amount CHECK (amount_kopecks > 0)
);
CREATE INDEX ix_ledger_hold_postings_hold_id ON ledger_hold_postings (hold_id);

-- Balances move with entries and holds only: by their triggers (and that of accounts), one level up.
DROP TRIGGER ledger_balances_guarded ON ledger_balances;
CREATE OR REPLACE FUNCTION ledger_guard_balances() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'HL002', MESSAGE = 'balances follow from entries and holds';
END $$;
CREATE TRIGGER ledger_balances_guarded BEFORE INSERT OR UPDATE ON ledger_balances
    FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger_guard_balances();
CREATE TRIGGER ledger_balances_kept BEFORE DELETE OR TRUNCATE ON ledger_balances
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_guard_balances();

-- Who writes entries by hand needn't know the dates of their transaction.
CREATE FUNCTION ledger_date_entry() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    SELECT t.occurred_at, t.recorded_at INTO NEW.occurred_at, NEW.recorded_at
    FROM ledger_transactions t WHERE t.id = NEW.transaction_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'HL004', MESSAGE = 'an entry without its transaction';
    END IF;
    RETURN NEW;
END $$;

DROP TRIGGER ledger_entries_1_checked ON ledger_entries;
DROP TRIGGER ledger_entries_2_applied ON ledger_entries;
DROP FUNCTION ledger_apply_balances();
-- Lines are numbered from one without a gap, so that a second statement would have to use a number again.
CREATE OR REPLACE FUNCTION ledger_check_entries() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    transaction_number constant bigint := pg_current_xact_id()::text::bigint;
    wrong record;
    moved record;
BEGIN
    SELECT bool_or(t.id IS NULL) AS foreign_lines, bool_or(f.lines < 2 OR f.difference <> 0) AS unequal INTO wrong
    FROM (
        SELECT transaction_id, count(*) AS lines, min(line_no) AS first_line, max(line_no) AS last_line,
               min(occurred_at) AS occurred_at, max(occurred_at) AS last_occurred_at,
               min(recorded_at) AS recorded_at, max(recorded_at) AS last_recorded_at,
               sum(CASE side WHEN 'debit' THEN amount_kopecks ELSE -amount_kopecks END) AS difference
        FROM fresh GROUP BY transaction_id) AS f
    LEFT JOIN ledger_transactions t
        ON t.id = f.transaction_id AND t.xid = transaction_number AND f.first_line = 1 AND f.last_line = f.lines
        AND t.occurred_at = f.occurred_at AND t.occurred_at = f.last_occurred_at
        AND t.recorded_at = f.recorded_at AND t.recorded_at = f.last_recorded_at;
    IF wrong.foreign_lines THEN
        RAISE EXCEPTION USING ERRCODE = 'HL004', MESSAGE = 'entries are written with their transaction, at once';
    END IF;
    IF wrong.unequal THEN
        RAISE EXCEPTION USING ERRCODE = 'HL001', MESSAGE = 'debits and credits differ';
    END IF;
    -- In one order for everybody: unordered locks are deadlocks.
    FOR moved IN
        SELECT f.account_id, a.has_floor,
               sum(CASE f.side WHEN 'credit' THEN f.amount_kopecks ELSE -f.amount_kopecks END) AS kopecks
        FROM fresh f LEFT JOIN ledger_accounts a ON a.id = f.account_id
        GROUP BY f.account_id, a.has_floor ORDER BY f.account_id
    LOOP
        IF moved.has_floor THEN
            UPDATE ledger_balances b SET balance_kopecks = b.balance_kopecks + moved.kopecks
            WHERE b.account_id = moved.account_id;
        ELSIF moved.has_floor IS NULL THEN
            RAISE EXCEPTION USING ERRCODE = 'HL005', MESSAGE = 'an entry names no account';
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_entries_0_dated BEFORE INSERT ON ledger_entries
    FOR EACH ROW WHEN (NEW.occurred_at IS NULL OR NEW.recorded_at IS NULL) EXECUTE FUNCTION ledger_date_entry();
CREATE TRIGGER ledger_entries_1_checked AFTER INSERT ON ledger_entries
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION ledger_check_entries();
DROP TRIGGER ledger_transactions_stamped ON ledger_transactions;
CREATE TRIGGER ledger_transactions_stamped BEFORE INSERT ON ledger_transactions
    FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION ledger_stamp_transaction();
DROP TRIGGER ledger_transactions_verified ON ledger_transactions;
CREATE CONSTRAINT TRIGGER ledger_transactions_verified AFTER INSERT ON ledger_transactions
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (pg_trigger_depth() = 0)
    EXECUTE FUNCTION ledger_verify_transaction();

-- In plpgsql, which keeps its plans: PostgreSQL plans the body of an SQL function anew at every call.
CREATE OR REPLACE FUNCTION ledger_lines(posted_id uuid, mirrored boolean) RETURNS jsonb
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN (
        SELECT jsonb_agg(jsonb_build_array(l.key, l.side, l.kopecks) ORDER BY l.key COLLATE "C", l.side, l.kopecks)
        FROM (
            SELECT a.key, e.amount_kopecks AS kopecks,
                   CASE WHEN mirrored THEN CASE e.side WHEN 'debit' THEN 'credit' ELSE 'debit' END ELSE e.side END AS side
            FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
            WHERE e.transaction_id = posted_id) AS l);
END $$;

DROP FUNCTION ledger_content_hash(text, uuid, uuid, uuid, uuid, bytea, uuid, jsonb);
CREATE FUNCTION ledger_content_hash(
    kind text, payment_id uuid, split_id uuid, payout_id uuid, refund_id uuid, document_id uuid, terms_sha256 bytea,
    reverses_id uuid, lines jsonb
) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RETURN sha256(convert_to(jsonb_build_array(
        kind, payment_id, split_id, payout_id, refund_id, document_id, encode(terms_sha256, 'hex'), reverses_id, lines
    )::text, 'UTF8'));
END $$;

CREATE OR REPLACE FUNCTION ledger_verify_transaction() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    lines jsonb := ledger_lines(NEW.id, false);
BEGIN
    IF lines IS NULL THEN
        RAISE EXCEPTION USING ERRCODE = 'HL001', MESSAGE = 'a transaction without entries';
    END IF;
    IF NEW.content_hash <> ledger_content_hash(NEW.kind, NEW.payment_id, NEW.split_id, NEW.payout_id, NEW.refund_id,
                                               NEW.document_id, NEW.terms_sha256, NEW.reverses_id, lines) THEN
        RAISE EXCEPTION USING ERRCODE = 'HL003', MESSAGE = 'the content hash is not of this content';
    END IF;
    IF NEW.reverses_id IS NOT NULL AND lines IS DISTINCT FROM ledger_lines(NEW.reverses_id, true) THEN
        RAISE EXCEPTION USING ERRCODE = 'HL006', MESSAGE = 'a reversal mirrors its original';
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION ledger_open_accounts(keys text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    INSERT INTO ledger_accounts (key)
    SELECT DISTINCT k.key FROM unnest(keys) AS k (key)
    WHERE NOT EXISTS (SELECT FROM ledger_accounts a WHERE a.key = k.key)
    ORDER BY k.key
    ON CONFLICT (key) DO NOTHING;
END $$;

-- The content hash of what ledger_post takes.
CREATE FUNCTION ledger_posting_hash(posting jsonb) RETURNS bytea
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN ledger_content_hash(
        posting ->> 'kind', (posting ->> 'payment_id')::uuid, (posting ->> 'split_id')::uuid,
        (posting ->> 'payout_id')::uuid, (posting ->> 'refund_id')::uuid, (posting ->> 'document_id')::uuid,
        decode(posting ->> 'terms_sha256', 'hex'), (posting ->> 'reverses_id')::uuid, (
            SELECT jsonb_agg(jsonb_build_array(l.account, l.side, l.kopecks)
                             ORDER BY l.account COLLATE "C", l.side, l.kopecks)
            FROM jsonb_to_recordset(posting -> 'lines') AS l (account text, side text, kopecks bigint)));
END $$;

-- Where ledger_post puts its work: always empty, and only its trigger writes.
CREATE VIEW ledger_postings AS
    SELECT NULL::jsonb AS posting, NULL::uuid AS posted_id, NULL::boolean AS already_posted WHERE false;
CREATE VIEW ledger_posting_batches AS SELECT NULL::jsonb AS postings, NULL::uuid[] AS written WHERE false;

-- Its settings are those of ledger_post, its only caller: to set them twice costs.
CREATE FUNCTION ledger_write_posting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    posting constant jsonb := NEW.posting;
    wanted ledger_transactions;
    earlier ledger_transactions;
    content jsonb;
    unopened text[];
    accounts uuid[];
    sides text[];
    amounts bigint[];
    difference numeric;
    floored uuid[];
    moves bigint[];
    moved bigint := 0;
BEGIN
    wanted.kind := posting ->> 'kind';
    wanted.payment_id := posting ->> 'payment_id';
    wanted.split_id := posting ->> 'split_id';
    wanted.payout_id := posting ->> 'payout_id';
    wanted.refund_id := posting ->> 'refund_id';
    wanted.document_id := posting ->> 'document_id';
    wanted.reverses_id := posting ->> 'reverses_id';
    wanted.terms_sha256 := decode(posting ->> 'terms_sha256', 'hex');
    LOOP
        SELECT jsonb_agg(jsonb_build_array(l.account, l.side, l.kopecks) ORDER BY l.account COLLATE "C", l.side, l.kopecks),
               array_agg(l.account) FILTER (WHERE a.id IS NULL),
               array_agg(a.id ORDER BY l.line_no), array_agg(l.side ORDER BY l.line_no),
               array_agg(l.kopecks ORDER BY l.line_no),
               sum(CASE l.side WHEN 'debit' THEN l.kopecks ELSE -l.kopecks END),
               array_agg(a.id ORDER BY a.id) FILTER (WHERE a.has_floor),
               array_agg(CASE l.side WHEN 'credit' THEN l.kopecks ELSE -l.kopecks END ORDER BY a.id)
                   FILTER (WHERE a.has_floor)
        INTO content, unopened, accounts, sides, amounts, difference, floored, moves
        FROM ROWS FROM (jsonb_to_recordset(posting -> 'lines') AS (account text, side text, kopecks bigint))
            WITH ORDINALITY AS l (account, side, kopecks, line_no)
        LEFT JOIN LATERAL (SELECT a.id, a.has_floor FROM ledger_accounts a WHERE a.key = l.account OFFSET 0) AS a ON true;
        EXIT WHEN unopened IS NULL;
        PERFORM ledger_open_accounts(unopened);
    END LOOP;
    wanted.content_hash := sha256(convert_to(jsonb_build_array(
        wanted.kind, wanted.payment_id, wanted.split_id, wanted.payout_id, wanted.refund_id, wanted.document_id,
        encode(wanted.terms_sha256, 'hex'), wanted.reverses_id, content)::text, 'UTF8'));
    -- First the number, then the time: the roll-up counts on it.
    wanted.xid := pg_current_xact_id()::text::bigint;
    wanted.recorded_at := clock_timestamp();

    INSERT INTO ledger_transactions (
        id, kind, idempotency_key, content_hash, occurred_at, recorded_at, xid,
        payment_id, split_id, payout_id, refund_id, document_id, terms_sha256, reverses_id)
    VALUES (
        (posting ->> 'id')::uuid, wanted.kind, posting ->> 'key', wanted.content_hash,
        (posting ->> 'occurred_at')::timestamptz, wanted.recorded_at, wanted.xid,
        wanted.payment_id, wanted.split_id, wanted.payout_id, wanted.refund_id, wanted.document_id, wanted.terms_sha256,
        wanted.reverses_id)
    ON CONFLICT (idempotency_key) DO NOTHING
    RETURNING id, occurred_at INTO wanted.id, wanted.occurred_at;
    IF NOT FOUND THEN
        SELECT * INTO STRICT earlier FROM ledger_transactions t WHERE t.idempotency_key = posting ->> 'key';
        IF earlier.content_hash <> wanted.content_hash THEN
            RAISE EXCEPTION USING ERRCODE = 'HL003', MESSAGE = 'this key was posted with other content';
        END IF;
        NEW.posted_id := earlier.id;
        NEW.already_posted := true;
        RETURN NEW;
    END IF;
    INSERT INTO ledger_entries (transaction_id, line_no, account_id, side, amount_kopecks, occurred_at, recorded_at)
    SELECT wanted.id, l.line_no, l.account, l.side, l.kopecks, wanted.occurred_at, wanted.recorded_at
    FROM unnest(accounts, sides, amounts) WITH ORDINALITY AS l (account, side, kopecks, line_no);
    IF accounts[2] IS NULL OR difference <> 0 THEN
        RAISE EXCEPTION USING ERRCODE = 'HL001', MESSAGE = 'debits and credits differ';
    END IF;
    IF wanted.reverses_id IS NOT NULL AND content IS DISTINCT FROM ledger_lines(wanted.reverses_id, true) THEN
        RAISE EXCEPTION USING ERRCODE = 'HL006', MESSAGE = 'a reversal mirrors its original';
    END IF;
    -- Last, since what is locked here waits for the commit; and in one order for everybody.
    FOR place IN 1 .. coalesce(cardinality(floored), 0) LOOP
        moved := moved + moves[place];
        IF floored[place] IS DISTINCT FROM floored[place + 1] THEN
            UPDATE ledger_balances b SET balance_kopecks = b.balance_kopecks + moved WHERE b.account_id = floored[place];
            moved := 0;
        END IF;
    END LOOP;
    NEW.posted_id := wanted.id;
    NEW.already_posted := false;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_postings_written INSTEAD OF INSERT ON ledger_postings
    FOR EACH ROW EXECUTE FUNCTION ledger_write_posting();

CREATE FUNCTION ledger_write_postings() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    transaction_number constant bigint := pg_current_xact_id()::text::bigint;
    recorded constant timestamptz := clock_timestamp();
    unopened text[];
    -- of each line, in the order of postings and lines
    transactions uuid[];
    numbers smallint[];
    accounts uuid[];
    floored boolean[];
    sides text[];
    amounts bigint[];
    moments timestamptz[];
    moved record;
BEGIN
    -- In the order of keys: two calls that share some wait for each other and don't deadlock.
    WITH inserted AS (
        INSERT INTO ledger_transactions (
            id, kind, idempotency_key, content_hash, occurred_at, recorded_at, xid,
            payment_id, split_id, payout_id, refund_id, document_id, terms_sha256, reverses_id)
        SELECT (p ->> 'id')::uuid, p ->> 'kind', p ->> 'key', ledger_posting_hash(p),
               (p ->> 'occurred_at')::timestamptz, recorded, transaction_number,
               (p ->> 'payment_id')::uuid, (p ->> 'split_id')::uuid, (p ->> 'payout_id')::uuid,
               (p ->> 'refund_id')::uuid, (p ->> 'document_id')::uuid, decode(p ->> 'terms_sha256', 'hex'),
               (p ->> 'reverses_id')::uuid
        FROM jsonb_array_elements(NEW.postings) AS p
        ORDER BY p ->> 'key'
        ON CONFLICT (idempotency_key) DO NOTHING
        RETURNING id
    )
    SELECT coalesce(array_agg(i.id), '{}') INTO NEW.written FROM inserted i;
    IF EXISTS (
        SELECT FROM jsonb_array_elements(NEW.postings) AS p
        WHERE (p ->> 'id')::uuid <> ALL (NEW.written) AND ledger_posting_hash(p) <> (
            SELECT t.content_hash FROM ledger_transactions t WHERE t.idempotency_key = p ->> 'key')
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'HL003', MESSAGE = 'a key was posted with other content';
    END IF;
    LOOP
        SELECT array_agg(l.account) FILTER (WHERE a.id IS NULL),
               array_agg(p.id), array_agg(l.line_no::smallint), array_agg(a.id), array_agg(a.has_floor), array_agg(l.side),
               array_agg(l.kopecks), array_agg(p.occurred_at)
        INTO unopened, transactions, numbers, accounts, floored, sides, amounts, moments
        FROM (
            SELECT (e ->> 'id')::uuid AS id, (e ->> 'occurred_at')::timestamptz AS occurred_at, e -> 'lines' AS lines
            FROM jsonb_array_elements(NEW.postings) AS e) AS p
        CROSS JOIN LATERAL ROWS FROM (
            jsonb_to_recordset(p.lines) AS (account text, side text, kopecks bigint)
        ) WITH ORDINALITY AS l (account, side, kopecks, line_no)
        LEFT JOIN LATERAL (SELECT a.id, a.has_floor FROM ledger_accounts a WHERE a.key = l.account OFFSET 0) AS a ON true
        WHERE p.id = ANY (NEW.written);
        EXIT WHEN unopened IS NULL;
        PERFORM ledger_open_accounts(unopened);
    END LOOP;
    INSERT INTO ledger_entries (transaction_id, line_no, account_id, side, amount_kopecks, occurred_at, recorded_at)
    SELECT l.transaction, l.line_no, l.account, l.side, l.kopecks, l.occurred_at, recorded
    FROM unnest(transactions, numbers, accounts, sides, amounts, moments)
        AS l (transaction, line_no, account, side, kopecks, occurred_at);
    IF (SELECT count(DISTINCT t) FROM unnest(transactions) AS t) <> cardinality(NEW.written) OR EXISTS (
        SELECT FROM unnest(transactions, sides, amounts) AS l (transaction, side, kopecks)
        GROUP BY l.transaction
        HAVING count(*) < 2 OR sum(CASE l.side WHEN 'debit' THEN l.kopecks ELSE -l.kopecks END) <> 0
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'HL001', MESSAGE = 'debits and credits differ';
    END IF;
    IF EXISTS (
        SELECT FROM jsonb_array_elements(NEW.postings) AS p
        WHERE p ->> 'reverses_id' IS NOT NULL AND (p ->> 'id')::uuid = ANY (NEW.written)
          AND ledger_lines((p ->> 'id')::uuid, false) IS DISTINCT FROM ledger_lines((p ->> 'reverses_id')::uuid, true)
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'HL006', MESSAGE = 'a reversal mirrors its original';
    END IF;
    FOR moved IN
        SELECT l.account, sum(CASE l.side WHEN 'credit' THEN l.kopecks ELSE -l.kopecks END) AS kopecks
        FROM unnest(accounts, floored, sides, amounts) AS l (account, has_floor, side, kopecks)
        WHERE l.has_floor GROUP BY l.account ORDER BY l.account
    LOOP
        UPDATE ledger_balances b SET balance_kopecks = b.balance_kopecks + moved.kopecks
        WHERE b.account_id = moved.account;
    END LOOP;
    RETURN NEW;
END $$;
CREATE TRIGGER ledger_posting_batches_written INSTEAD OF INSERT ON ledger_posting_batches
    FOR EACH ROW EXECUTE FUNCTION ledger_write_postings();

-- Post one transaction:
--   {"id", "kind", "key", "occurred_at", "payment_id", "split_id", "payout_id", "refund_id", "document_id",
--    "terms_sha256" (hex), "reverses_id", "lines": [{"account" (key), "side", "kopecks"}, ...]}
-- Accounts come into being when first named. The same key with the same content answers with the first posting.
DROP FUNCTION ledger_post(jsonb);
-- Whatever the planner believes about tables that grow under kept plans, every row is found by its key.
CREATE FUNCTION ledger_post(posting jsonb, OUT posted_id uuid, OUT already_posted boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp SET enable_seqscan = off AS $$
BEGIN
    INSERT INTO ledger_postings AS w (posting) VALUES (ledger_post.posting)
    RETURNING w.posted_id, w.already_posted INTO ledger_post.posted_id, ledger_post.already_posted;
END $$;

-- Post many, all or none: an array of what ledger_post takes; one answer for each, in their order.
CREATE FUNCTION ledger_post_many(postings jsonb)
RETURNS TABLE (posted_id uuid, already_posted boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp
SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
DECLARE
    done uuid[];
BEGIN
    INSERT INTO ledger_posting_batches AS w (postings) VALUES (ledger_post_many.postings) RETURNING w.written INTO done;
    RETURN QUERY
        SELECT t.id, t.id <> (p.posting ->> 'id')::uuid OR t.id <> ALL (done)
        FROM jsonb_array_elements(ledger_post_many.postings) WITH ORDINALITY AS p (posting, place)
        JOIN ledger_transactions t ON t.idempotency_key = p.posting ->> 'key'
        ORDER BY p.place;
END $$;

-- A hold: its remainder is part of its account's balance that nothing else may take. It only shrinks, and ends once.
CREATE FUNCTION ledger_guard_holds() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF NEW.remaining_kopecks > OLD.remaining_kopecks OR OLD.status <> 'open'
        OR (to_jsonb(NEW) - '{status,remaining_kopecks}'::text[])
            <> (to_jsonb(OLD) - '{status,remaining_kopecks}'::text[])
    THEN
        RAISE EXCEPTION USING ERRCODE = 'HL002', MESSAGE = 'a hold only shrinks';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION ledger_apply_hold() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE ledger_balances b
    SET held_kopecks = b.held_kopecks + NEW.remaining_kopecks
        - CASE TG_OP WHEN 'UPDATE' THEN OLD.remaining_kopecks ELSE 0 END
    WHERE b.account_id = NEW.account_id;
    IF NOT FOUND THEN
        RAISE EXCEPTION USING ERRCODE = 'HL005', MESSAGE = 'money is held on accounts with a floor only';
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER ledger_holds_guarded BEFORE UPDATE ON ledger_holds
    FOR EACH ROW EXECUTE FUNCTION ledger_guard_holds();
CREATE TRIGGER ledger_holds_applied AFTER INSERT OR UPDATE ON ledger_holds
    FOR EACH ROW EXECUTE FUNCTION ledger_apply_hold();
CREATE TRIGGER ledger_holds_kept BEFORE DELETE OR TRUNCATE ON ledger_holds
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();
CREATE TRIGGER ledger_hold_postings_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_hold_postings
    FOR EACH STATEMENT EXECUTE FUNCTION append_only();

-- Set money aside: {"id", "key", "account" (key), "kopecks", "expires_at", "payment_id", "split_id", "payout_id",
-- "refund_id"}. The same key with the same account, sum and cause answers with the first hold.
CREATE FUNCTION ledger_reserve(wanted jsonb) RETURNS SETOF ledger_holds
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    kept ledger_holds;
    named uuid;
BEGIN
    SELECT a.id INTO named FROM ledger_accounts a WHERE a.key = wanted ->> 'account';
    IF NOT FOUND THEN
        PERFORM ledger_open_accounts(ARRAY[wanted ->> 'account']);
        SELECT a.id INTO STRICT named FROM ledger_accounts a WHERE a.key = wanted ->> 'account';
    END IF;
    INSERT INTO ledger_holds (
        id, key, account_id, amount_kopecks, remaining_kopecks, status, expires_at, reserved_at,
        payment_id, split_id, payout_id, refund_id)
    VALUES (
        (wanted ->> 'id')::uuid, wanted ->> 'key', named, (wanted ->> 'kopecks')::bigint,
        (wanted ->> 'kopecks')::bigint, 'open', (wanted ->> 'expires_at')::timestamptz, clock_timestamp(),
        (wanted ->> 'payment_id')::uuid, (wanted ->> 'split_id')::uuid, (wanted ->> 'payout_id')::uuid,
        (wanted ->> 'refund_id')::uuid)
    ON CONFLICT (key) DO NOTHING
    RETURNING * INTO kept;
    IF NOT FOUND THEN
        SELECT * INTO STRICT kept FROM ledger_holds h WHERE h.key = wanted ->> 'key';
        IF (kept.account_id, kept.amount_kopecks, kept.payment_id, kept.split_id, kept.payout_id, kept.refund_id)
            IS DISTINCT FROM
            (named, (wanted ->> 'kopecks')::bigint, (wanted ->> 'payment_id')::uuid, (wanted ->> 'split_id')::uuid,
             (wanted ->> 'payout_id')::uuid, (wanted ->> 'refund_id')::uuid)
        THEN
            RAISE EXCEPTION USING ERRCODE = 'HL003', MESSAGE = 'this key was used for another hold';
        END IF;
    END IF;
    RETURN NEXT kept;
END $$;

-- End an open hold: what is left of it may leave its account again. No row: it isn't open, or isn't there.
CREATE FUNCTION ledger_release_hold(hold_id uuid, ended_as text) RETURNS SETOF ledger_holds
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    RETURN QUERY
        UPDATE ledger_holds h SET status = ended_as, remaining_kopecks = 0
        WHERE h.id = hold_id AND h.status = 'open' AND ended_as IN ('voided', 'expired') RETURNING h.*;
END $$;

-- Post out of a hold: what the posting takes from the hold's account is taken from the hold, up to what is left.
CREATE FUNCTION ledger_post_from(hold_id uuid, posting jsonb) RETURNS TABLE (posted_id uuid, already_posted boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    hold ledger_holds;
    taken bigint;
BEGIN
    IF EXISTS (SELECT FROM ledger_transactions t WHERE t.idempotency_key = posting ->> 'key') THEN
        RETURN QUERY SELECT p.posted_id, p.already_posted FROM ledger_post(posting) AS p;
        RETURN;
    END IF;
    SELECT * INTO hold FROM ledger_holds h WHERE h.id = hold_id FOR UPDATE;
    IF hold.status IS DISTINCT FROM 'open' THEN
        RAISE EXCEPTION USING ERRCODE = 'HL007', MESSAGE = 'the hold is not open';
    END IF;
    SELECT coalesce(sum(CASE l.side WHEN 'debit' THEN l.kopecks ELSE -l.kopecks END), 0) INTO taken
    FROM jsonb_to_recordset(posting -> 'lines') AS l (account text, side text, kopecks bigint)
    JOIN ledger_accounts a ON a.key = l.account WHERE a.id = hold.account_id;
    IF taken NOT BETWEEN 1 AND hold.remaining_kopecks THEN
        RAISE EXCEPTION USING ERRCODE = 'HL008', MESSAGE = 'the hold does not cover the posting';
    END IF;
    -- All balances of the posting before the hold's own, in the order of every posting.
    PERFORM FROM ledger_balances b
    WHERE b.account_id IN (
        SELECT a.id FROM jsonb_to_recordset(posting -> 'lines') AS l (account text)
        JOIN ledger_accounts a ON a.key = l.account)
    ORDER BY b.account_id FOR UPDATE;
    UPDATE ledger_holds h
    SET remaining_kopecks = h.remaining_kopecks - taken,
        status = CASE h.remaining_kopecks WHEN taken THEN 'posted' ELSE 'open' END
    WHERE h.id = hold_id;
    SELECT p.posted_id, p.already_posted INTO posted_id, already_posted FROM ledger_post(posting) AS p;
    IF already_posted THEN
        RAISE EXCEPTION USING ERRCODE = '40001', MESSAGE = 'the same key was posted meanwhile';
    END IF;
    INSERT INTO ledger_hold_postings VALUES (posted_id, hold_id, taken);
    RETURN NEXT;
END $$;

-- Reading an account at any moment, by when it happened (occurred) or by when it was written down (recorded).
-- A snapshot is what an account had before its moment, credits less debits, of all entries that are rolled up. The scheduled
-- roll-up makes one every so many entries, so that a reading adds up few. An entry that comes late is added to the snapshots
-- after it when it is rolled up, and by the reading itself until then.
CREATE TABLE ledger_snapshots (
    account_id uuid CONSTRAINT fk_ledger_snapshots_account_id REFERENCES ledger_accounts,
    axis text CONSTRAINT ck_ledger_snapshots_axis CHECK (axis IN ('occurred', 'recorded')),
    moment timestamptz,
    net_kopecks bigint NOT NULL,
    CONSTRAINT pk_ledger_snapshots PRIMARY KEY (account_id, axis, moment)
);

-- What was posted to all accounts of a kind, as far as it is rolled up.
CREATE TABLE ledger_kind_totals (
    kind text CONSTRAINT pk_ledger_kind_totals PRIMARY KEY
        CONSTRAINT fk_ledger_kind_totals_kind REFERENCES ledger_chart,
    debit_kopecks bigint NOT NULL,
    credit_kopecks bigint NOT NULL
);

-- One row: everything recorded before rolled_until is rolled up. The next roll-up may go to candidate_at once every
-- database transaction older than candidate_xid has ended: who got a later number has written down a later time.
CREATE TABLE ledger_rollup (
    only_row boolean CONSTRAINT pk_ledger_rollup PRIMARY KEY DEFAULT true
        CONSTRAINT ck_ledger_rollup_only_row CHECK (only_row),
    rolled_until timestamptz NOT NULL,
    candidate_at timestamptz NOT NULL,
    candidate_xid bigint NOT NULL
);
INSERT INTO ledger_rollup (rolled_until, candidate_at, candidate_xid) VALUES ('-infinity', '-infinity', 0);

-- Entries lie in the order of their recording: this index has one line for many pages.
CREATE INDEX ix_ledger_entries_recorded_at ON ledger_entries USING brin (recorded_at) WITH (pages_per_range = 16);

CREATE FUNCTION ledger_net(side text, kopecks bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE AS $$ SELECT CASE side WHEN 'credit' THEN kopecks ELSE -kopecks END $$;

-- Credits less debits of what happened before a moment; known_until leaves out what was written down from then on.
-- OFFSET 0 keeps the planner to the index by recording: few entries are that new.
CREATE FUNCTION ledger_net_before(account uuid, until timestamptz, known_until timestamptz DEFAULT 'infinity')
RETURNS bigint LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    snapshot_at timestamptz := '-infinity';
    net bigint := 0;
    found_net bigint;
BEGIN
    SELECT s.moment, s.net_kopecks INTO snapshot_at, found_net FROM ledger_snapshots s
    WHERE s.account_id = account AND s.axis = 'occurred' AND s.moment <= until ORDER BY s.moment DESC LIMIT 1;
    IF FOUND THEN
        net := found_net + coalesce((
            SELECT sum(ledger_net(e.side, e.amount_kopecks)) FROM (
                SELECT * FROM ledger_entries e WHERE e.account_id = account
                    AND e.recorded_at >= (SELECT r.rolled_until FROM ledger_rollup r) OFFSET 0) AS e
            WHERE e.occurred_at < snapshot_at), 0);
    ELSE
        snapshot_at := '-infinity';
    END IF;
    net := net + coalesce((
        SELECT sum(ledger_net(e.side, e.amount_kopecks)) FROM ledger_entries e
        WHERE e.account_id = account AND e.occurred_at >= snapshot_at AND e.occurred_at < until), 0);
    IF known_until < 'infinity' THEN
        net := net - coalesce((
            SELECT sum(ledger_net(e.side, e.amount_kopecks)) FROM (
                SELECT * FROM ledger_entries e
                WHERE e.account_id = account AND e.recorded_at >= known_until OFFSET 0) AS e
            WHERE e.occurred_at < until), 0);
    END IF;
    RETURN net;
END $$;

-- A page of an account's entries in the order of their happening, after one of them. The end of the page is found by the
-- index first, so that an account of a hundred thousand entries isn't sorted for fifty; the settings keep the planner to that
-- whatever it believes about the table.
CREATE FUNCTION ledger_page(
    account uuid, since timestamptz, until timestamptz, known_until timestamptz,
    after_transaction uuid, after_line integer, most integer
) RETURNS SETOF ledger_entries
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp
SET enable_bitmapscan = off SET enable_seqscan = off AS $$
DECLARE
    last_at timestamptz;
BEGIN
    SELECT e.occurred_at INTO last_at FROM ledger_entries e
    WHERE e.account_id = account AND e.occurred_at >= since AND e.occurred_at < until
      AND e.recorded_at < known_until
      AND (e.occurred_at, e.transaction_id, e.line_no) > (since, after_transaction, after_line)
    ORDER BY e.occurred_at OFFSET most - 1 LIMIT 1;
    RETURN QUERY
        SELECT e.* FROM ledger_entries e
        WHERE e.account_id = account AND e.occurred_at >= since AND e.occurred_at < until
          AND e.occurred_at <= coalesce(last_at, 'infinity') AND e.recorded_at < known_until
          AND (e.occurred_at, e.transaction_id, e.line_no) > (since, after_transaction, after_line)
        ORDER BY e.occurred_at, e.transaction_id, e.line_no LIMIT most;
END $$;

-- Credits less debits of what was written down before a moment.
CREATE FUNCTION ledger_net_recorded_before(account uuid, until timestamptz)
RETURNS bigint LANGUAGE plpgsql STABLE SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    snapshot ledger_snapshots;
BEGIN
    SELECT * INTO snapshot FROM ledger_snapshots s
    WHERE s.account_id = account AND s.axis = 'recorded' AND s.moment <= until ORDER BY s.moment DESC LIMIT 1;
    RETURN coalesce(snapshot.net_kopecks, 0) + coalesce((
        SELECT sum(ledger_net(e.side, e.amount_kopecks)) FROM ledger_entries e
        WHERE e.account_id = account AND e.recorded_at >= coalesce(snapshot.moment, '-infinity')
          AND e.recorded_at < until), 0);
END $$;

-- Cut a stretch of an account, from a snapshot (or from the beginning) to the next one, into pieces of so many entries. What is
-- left before a next one is as many, so that single late entries make no crumbs; an instant of as many has one after it, too.
CREATE FUNCTION ledger_cut_stretch(account uuid, axis_ text, begins timestamptz, net bigint, rolled_to timestamptz, every integer)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    ends timestamptz;
BEGIN
    SELECT min(s.moment) INTO ends FROM ledger_snapshots s
    WHERE s.account_id = account AND s.axis = axis_ AND s.moment > begins;
    INSERT INTO ledger_snapshots (account_id, axis, moment, net_kopecks)
    SELECT account, axis_, l.moment, net + coalesce(l.net_before, 0)
    FROM (
        SELECT d.moment, d.entries, (sum(d.entries) OVER in_order)::bigint AS place, sum(d.entries) OVER () AS whole,
               coalesce(lag(d.entries) OVER in_order, 0) AS entries_before,
               sum(d.net) OVER (in_order ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS net_before
        FROM (
            SELECT CASE axis_ WHEN 'occurred' THEN e.occurred_at ELSE e.recorded_at END AS moment,
                   count(*) AS entries, sum(ledger_net(e.side, e.amount_kopecks)) AS net
            FROM ledger_entries e
            WHERE e.account_id = account AND e.recorded_at < rolled_to
              AND (axis_ <> 'occurred' OR e.occurred_at >= begins AND e.occurred_at < coalesce(ends, 'infinity'))
              AND (axis_ <> 'recorded' OR e.recorded_at >= begins AND e.recorded_at < coalesce(ends, 'infinity'))
            GROUP BY 1) AS d
        WINDOW in_order AS (ORDER BY d.moment)
    ) AS l
    WHERE (l.place / every > (l.place - l.entries) / every OR l.entries_before >= every) AND l.moment > begins
      AND (ends IS NULL OR l.whole - (l.place - l.entries) >= every);
END $$;

-- Cut the stretches of an account into which its entries of this time fell.
CREATE FUNCTION ledger_cut_snapshots(
    account uuid, axis_ text, rolled_from timestamptz, rolled_to timestamptz, every integer)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    stretch record;
BEGIN
    FOR stretch IN
        SELECT DISTINCT coalesce(s.moment, '-infinity') AS begins, coalesce(s.net_kopecks, 0) AS net
        FROM ledger_entries e LEFT JOIN LATERAL (
            SELECT s.moment, s.net_kopecks FROM ledger_snapshots s
            WHERE s.account_id = account AND s.axis = axis_
              AND s.moment <= CASE axis_ WHEN 'occurred' THEN e.occurred_at ELSE e.recorded_at END
            ORDER BY s.moment DESC LIMIT 1) AS s ON true
        WHERE e.account_id = account AND e.recorded_at >= rolled_from AND e.recorded_at < rolled_to
    LOOP
        PERFORM ledger_cut_stretch(account, axis_, stretch.begins, stretch.net, rolled_to, every);
    END LOOP;
END $$;

-- Roll up what is settled since the last time, about so many entries of it at most; one at a time. Returns how many.
CREATE FUNCTION ledger_roll_up(every integer, at_most integer) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
DECLARE
    rollup ledger_rollup;
    rolled_to timestamptz;
    enough timestamptz;
    touched uuid[];
    rolled bigint := 0;
BEGIN
    SELECT * INTO STRICT rollup FROM ledger_rollup FOR UPDATE;
    rolled_to := rollup.rolled_until;
    IF rollup.candidate_xid <= pg_snapshot_xmin(pg_current_snapshot())::text::bigint THEN
        rolled_to := greatest(rolled_to, rollup.candidate_at);
        SELECT e.recorded_at INTO enough FROM ledger_entries e
        WHERE e.recorded_at > rollup.rolled_until AND e.recorded_at < rolled_to
        ORDER BY e.recorded_at OFFSET at_most LIMIT 1;
        rolled_to := least(rolled_to, enough);
    END IF;
    IF rolled_to > rollup.rolled_until THEN
        UPDATE ledger_snapshots s SET net_kopecks = s.net_kopecks + late.net
        FROM (
            SELECT s.account_id, s.moment, sum(ledger_net(e.side, e.amount_kopecks)) AS net
            FROM ledger_entries e JOIN ledger_snapshots s
                ON s.account_id = e.account_id AND s.axis = 'occurred' AND s.moment > e.occurred_at
            WHERE e.recorded_at >= rollup.rolled_until AND e.recorded_at < rolled_to
            GROUP BY s.account_id, s.moment) AS late
        WHERE s.account_id = late.account_id AND s.axis = 'occurred' AND s.moment = late.moment;
        INSERT INTO ledger_kind_totals AS k (kind, debit_kopecks, credit_kopecks)
        SELECT a.kind, coalesce(sum(e.amount_kopecks) FILTER (WHERE e.side = 'debit'), 0),
               coalesce(sum(e.amount_kopecks) FILTER (WHERE e.side = 'credit'), 0)
        FROM ledger_entries e JOIN ledger_accounts a ON a.id = e.account_id
        WHERE e.recorded_at >= rollup.rolled_until AND e.recorded_at < rolled_to GROUP BY a.kind
        ON CONFLICT (kind) DO UPDATE SET debit_kopecks = k.debit_kopecks + excluded.debit_kopecks,
                                         credit_kopecks = k.credit_kopecks + excluded.credit_kopecks;
        SELECT array_agg(DISTINCT e.account_id), count(*) INTO touched, rolled FROM ledger_entries e
        WHERE e.recorded_at >= rollup.rolled_until AND e.recorded_at < rolled_to;
        PERFORM ledger_cut_snapshots(account, axis, rollup.rolled_until, rolled_to, every)
        FROM unnest(touched) AS account, unnest('{occurred,recorded}'::text[]) AS axis;
    END IF;
    -- now() is before this transaction's number was given.
    UPDATE ledger_rollup SET rolled_until = rolled_to, candidate_at = now(),
        candidate_xid = pg_current_xact_id()::text::bigint;
    RETURN rolled;
END $$;

ALTER TABLE ledger_balances ENABLE ALWAYS TRIGGER ledger_balances_guarded;
ALTER TABLE ledger_balances ENABLE ALWAYS TRIGGER ledger_balances_kept;
ALTER TABLE ledger_transactions ENABLE ALWAYS TRIGGER ledger_transactions_stamped;
ALTER TABLE ledger_transactions ENABLE ALWAYS TRIGGER ledger_transactions_verified;
ALTER TABLE ledger_entries ENABLE ALWAYS TRIGGER ledger_entries_0_dated;
ALTER TABLE ledger_entries ENABLE ALWAYS TRIGGER ledger_entries_1_checked;
ALTER TABLE ledger_holds ENABLE ALWAYS TRIGGER ledger_holds_guarded;
ALTER TABLE ledger_holds ENABLE ALWAYS TRIGGER ledger_holds_applied;
ALTER TABLE ledger_holds ENABLE ALWAYS TRIGGER ledger_holds_kept;
ALTER TABLE ledger_hold_postings ENABLE ALWAYS TRIGGER ledger_hold_postings_append_only;

REVOKE INSERT, UPDATE, DELETE ON ledger_holds, ledger_hold_postings, ledger_snapshots, ledger_kind_totals, ledger_rollup
    FROM housler_app;
REVOKE ALL ON ledger_postings, ledger_posting_batches FROM housler_app;
GRANT EXECUTE ON FUNCTION ledger_page(uuid, timestamptz, timestamptz, timestamptz, uuid, integer, integer),
    ledger_net(text, bigint), ledger_net_before(uuid, timestamptz, timestamptz),
    ledger_net_recorded_before(uuid, timestamptz), ledger_roll_up(integer, integer) TO housler_app;
GRANT EXECUTE ON FUNCTION ledger_post(jsonb), ledger_post_many(jsonb), ledger_reserve(jsonb), ledger_release_hold(uuid, text),
    ledger_post_from(uuid, jsonb) TO housler_app;
