-- The newest hundred events.
SELECT * FROM events ORDER BY created_at DESC LIMIT 100
