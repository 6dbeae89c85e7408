-- One event; parameter: its id.
SELECT * FROM events WHERE event_uuid = ?
