-- Fiscal receipts (54-ФЗ).
SELECT 1;
