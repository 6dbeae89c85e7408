-- JSON values are held as DuckDB's JSON: checked text. JSON's own null is not NULL until it is cast.

CREATE OR REPLACE MACRO json_is_null(j) AS j IS NULL OR json_type(j) = 'NULL';

CREATE OR REPLACE MACRO json_cast_failure_(j, target) AS
    fail_('INVALID_CAST_ARGUMENT: Cannot cast to ' || target || '. Unexpected value: ' || CAST(j AS VARCHAR));

CREATE OR REPLACE MACRO json_text(j) AS
    CASE WHEN json_is_null(j) THEN NULL
         WHEN json_type(j) IN ('OBJECT', 'ARRAY') THEN CAST(json_cast_failure_(j, 'varchar') AS VARCHAR)
         ELSE j ->> '$' END;

CREATE OR REPLACE MACRO json_number(j, target) AS
    CASE WHEN json_is_null(j) THEN NULL
         WHEN json_type(j) = 'BOOLEAN' THEN CASE WHEN j ->> '$' = 'true' THEN '1' ELSE '0' END
         WHEN json_type(j) IN ('OBJECT', 'ARRAY') THEN CAST(json_cast_failure_(j, target) AS VARCHAR)
         ELSE j ->> '$' END;

CREATE OR REPLACE MACRO json_boolean(j) AS
    CASE WHEN json_is_null(j) THEN NULL
         WHEN json_type(j) = 'BOOLEAN' THEN j ->> '$' = 'true'
         WHEN json_type(j) = 'VARCHAR' THEN boolean_of_text(j ->> '$')
         WHEN json_type(j) IN ('OBJECT', 'ARRAY') THEN CAST(json_cast_failure_(j, 'boolean') AS BOOLEAN)
         ELSE CAST(j ->> '$' AS DOUBLE) <> 0 END;

CREATE OR REPLACE MACRO json_elements(j, target) AS
    CASE WHEN json_is_null(j) THEN NULL
         WHEN json_type(j) = 'ARRAY' THEN json_extract(j, '$[*]')
         ELSE [json_extract(j, '$[' || CAST(json_cast_failure_(j, target) AS VARCHAR) || ']')] END;

CREATE OR REPLACE MACRO json_names(j) AS json_keys(j);

CREATE OR REPLACE MACRO json_members(j, target) AS
    CASE WHEN json_type(j) = 'OBJECT' THEN json_extract(j, '$.*')
         ELSE [json_extract(j, '$[' || CAST(json_cast_failure_(j, target) AS VARCHAR) || ']')] END;

CREATE OR REPLACE MACRO json_field(j, name, position) AS
    CASE json_type(j)
         WHEN 'ARRAY' THEN json_extract(j, '$[' || CAST(position AS VARCHAR) || ']')
         ELSE json_extract(j, '$.' || CAST(to_json(list_filter(json_keys(j), lambda k: lower(k) = name)[1]) AS VARCHAR)) END;
