-- How warm it was, day by day.
SELECT dt, min(celsius) AS coldest, max(celsius) AS warmest, count(*) AS readings
FROM readings_deduplicated
GROUP BY dt
ORDER BY dt
