-- Each day's events are in family_days as often as in the lake.
select day, counted.events, learned.events as of_lake
from (select day, sum(events) as events from {{ ref('family_days') }} group by 1) as counted
full join (select day, count(*) as events from {{ ref('learning_events') }} group by 1) as learned using (day)
where counted.events is distinct from learned.events
