-- Bank statements, provider registries, and what differs between them and the ledger.
SELECT 1;
