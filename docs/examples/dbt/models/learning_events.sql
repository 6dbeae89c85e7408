-- The lake's events with the fields that the models here need, typed.
{{ config(materialized='view') }}

select
    event_uuid,
    event_type as family,
    event_name as name,
    cast(created_date as date) as day,
    created_datetime as happened_at,
    cast(json_extract_scalar(payload, '$.user_id') as bigint) as user_id,
    cast(
        coalesce(json_extract_scalar(payload, '$.amount'), json_extract_scalar(payload, '$.total'))
        as decimal(12, 2)
    ) as amount,
    json_extract_scalar(payload, '$.currency') as currency
from {{ source('lake', 'events') }}
