-- The operator desk: dead letters, suspense, tasks.

-- Why messages failed, for whoever finds them among the dead letters.
CREATE TABLE message_failures (
    queue TEXT NOT NULL,
    message_id TEXT NOT NULL,
    reason TEXT NOT NULL,
    failures INTEGER NOT NULL,
    first_failed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    last_failed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_message_failures PRIMARY KEY (queue, message_id)
);
CREATE INDEX ix_message_failures_last_failed_at ON message_failures (last_failed_at);
