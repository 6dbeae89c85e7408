-- Readings of one day; parameter: the day, yyyy-MM-dd.
SELECT taken_at, celsius
FROM readings_deduplicated
WHERE dt = ?
ORDER BY taken_at
