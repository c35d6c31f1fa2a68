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
