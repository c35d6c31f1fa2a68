-- Release by act, milestone, date and days; disputes.
SELECT 1;
