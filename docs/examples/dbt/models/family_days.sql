-- How much happened of each kind on each day. Made anew by each run.
{{ config(partitioned_by=['day']) }}

select
    families.family,
    families.title,
    families.billable,
    count(*) as events,
    count(distinct learning_events.user_id) as people,
    min(learning_events.happened_at) as first_at,
    learning_events.day
from {{ ref('learning_events') }} as learning_events
join {{ ref('families') }} as families on families.family = learning_events.family
group by 1, 2, 3, 7
