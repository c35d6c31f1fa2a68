-- The ledger: flows of money that goes back, holds, snapshots, and postings in one statement.

ALTER TABLE ledger_transactions DROP CONSTRAINT ck_ledger_transactions_kind;
ALTER TABLE ledger_transactions ADD CONSTRAINT ck_ledger_transactions_kind CHECK (kind IN (
    'own_funds_in', 'payment_received', 'provider_charge', 'provider_settled', 'charge_covered',
    'step_released', 'fee_swept', 'payouts_funded', 'payout_reserved', 'payout_succeeded', 'payout_failed',
    'payout_returned', 'refund_accepted', 'refund_funded', 'refund_succeeded', 'set_off', 'debt_repaid',
    'debt_written_off', 'suspense_resolved', 'dispute_opened', 'dispute_decided', 'reversal'));
