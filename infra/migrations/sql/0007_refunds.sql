-- Refunds and the debts that follow from them.
SELECT 1;
