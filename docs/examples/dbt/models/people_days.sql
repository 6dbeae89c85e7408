-- What each person did on each day. A run replaces the days from the last one on, of which more may have come, and leaves the
-- partitions of the days before as they are.
{{ config(materialized='incremental', incremental_strategy='insert_overwrite', partitioned_by=['day']) }}

select
    user_id,
    count(*) as events,
    array_sort(array_agg(distinct family)) as families,
    max(happened_at) as last_at,
    day
from {{ ref('learning_events') }}
where user_id is not null
{% if is_incremental() %}
    and day >= (select max(day) from {{ this }})
{% endif %}
group by user_id, day
