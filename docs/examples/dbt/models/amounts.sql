-- Every amount of money that an event names. A run appends those that came since.
{{ config(materialized='incremental', incremental_strategy='append') }}

select event_uuid, name, happened_at, amount, currency
from {{ ref('learning_events') }}
where amount is not null
{% if is_incremental() %}
    and happened_at > (select max(happened_at) from {{ this }})
{% endif %}
