-- The operator desk: dead letters, suspense, tasks.
SELECT 1;
