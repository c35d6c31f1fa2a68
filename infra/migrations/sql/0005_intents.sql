-- Payment intents: terminals, parts of a step, cancellation, their history.
SELECT 1;
