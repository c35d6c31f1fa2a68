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

-- What staff wrote when they settled a task; sealed under its writer's key.
CREATE TABLE operator_task_notes (
    task_id UUID NOT NULL,
    written_by UUID NOT NULL,
    note BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_operator_task_notes PRIMARY KEY (task_id),
    CONSTRAINT fk_operator_task_notes_task_id_operator_tasks FOREIGN KEY (task_id) REFERENCES operator_tasks (id),
    CONSTRAINT fk_operator_task_notes_written_by_users FOREIGN KEY (written_by) REFERENCES users (id)
);
CREATE INDEX ix_operator_task_notes_written_by ON operator_task_notes (written_by);
REVOKE UPDATE, DELETE ON operator_task_notes FROM housler_app;

ALTER TABLE step_up_grants DROP CONSTRAINT ck_step_up_grants_action;
ALTER TABLE step_up_grants ADD CONSTRAINT ck_step_up_grants_action CHECK (action IN (
    'payout_account_add', 'payout_account_choose', 'organization_payout_account_add',
    'organization_payout_account_choose', 'organization_payout_account_confirm', 'refund_create', 'refund_approve',
    'refund_resend', 'step_release', 'dispute_decide', 'suspense_place', 'suspense_return'));
