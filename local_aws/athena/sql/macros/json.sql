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
         ELSE [CAST(CAST(json_cast_failure_(j, target) AS VARCHAR) AS JSON)] END;

CREATE OR REPLACE MACRO json_names(j) AS json_keys(j);

CREATE OR REPLACE MACRO json_members(j, target) AS
    CASE WHEN json_type(j) = 'OBJECT' THEN json_extract(j, '$.*')
         ELSE [CAST(CAST(json_cast_failure_(j, target) AS VARCHAR) AS JSON)] END;

CREATE OR REPLACE MACRO json_field(j, name, position) AS
    CASE json_type(j)
         WHEN 'ARRAY' THEN json_extract(j, '$[' || CAST(position AS VARCHAR) || ']')
         ELSE json_extract(j, '$.' || CAST(to_json(list_filter(json_keys(j), lambda k: lower(k) = name)[1]) AS VARCHAR)) END;

-- What json_extract_scalar gives for something that json_extract found: nothing for objects, arrays and null.
CREATE OR REPLACE MACRO json_scalar_text(j) AS
    CASE left(CAST(j AS VARCHAR), 1) WHEN '"' THEN j ->> '$' WHEN '{' THEN NULL WHEN '[' THEN NULL WHEN 'n' THEN NULL
         ELSE CAST(j AS VARCHAR) END;

-- A number in a text is given as it is written there (1.50, 1e2), while DuckDB has its value only: `written` is a pattern
-- that finds the first number of the name asked for, and it is taken when it has that value.
CREATE OR REPLACE MACRO json_number_as_written(n, source, written) AS
    CASE WHEN n IS NULL OR NOT regexp_matches(n, '[.eE]') THEN n
         WHEN TRY_CAST(regexp_extract(source, written, 1) AS DOUBLE) = TRY_CAST(n AS DOUBLE)
         THEN regexp_extract(source, written, 1) ELSE n END;

CREATE OR REPLACE MACRO json_scalar_in_text(j, source, written) AS
    CASE left(CAST(j AS VARCHAR), 1) WHEN '"' THEN j ->> '$' WHEN '{' THEN NULL WHEN '[' THEN NULL WHEN 'n' THEN NULL
         WHEN 't' THEN 'true' WHEN 'f' THEN 'false'
         ELSE json_number_as_written(CAST(j AS VARCHAR), source, written) END;

CREATE OR REPLACE MACRO json_length(j) AS
    CASE WHEN json_type(j) = 'ARRAY' THEN CAST(json_array_length(j) AS BIGINT) END;

-- A text among the elements comes without its quotes, which is no JSON: it is Trino's mistake, and documented.
CREATE OR REPLACE MACRO json_element_text(j, n) AS
    CASE WHEN json_type(j) <> 'ARRAY' THEN NULL
         WHEN json_type(json_extract(j, n)) = 'VARCHAR' THEN json_extract(j, n) ->> '$'
         WHEN json_type(json_extract(j, n)) = 'NULL' THEN NULL
         ELSE CAST(json_extract(j, n) AS VARCHAR) END;

CREATE OR REPLACE MACRO json_size_of(j) AS
    CASE json_type(j) WHEN 'ARRAY' THEN CAST(json_array_length(j) AS BIGINT)
         WHEN 'OBJECT' THEN CAST(len(json_keys(j)) AS BIGINT) WHEN NULL THEN NULL ELSE CASE WHEN j IS NULL THEN NULL ELSE 0 END END;

CREATE OR REPLACE MACRO json_has(j, text) AS
    CASE WHEN json_type(j) = 'ARRAY' THEN list_contains(CAST(json_extract(j, '$[*]') AS VARCHAR[]), text) END;

CREATE OR REPLACE MACRO json_has_text(j, t) AS
    CASE WHEN json_type(j) = 'ARRAY' THEN len(list_filter(coalesce(CAST(json_extract(j, '$[*]') AS JSON[]), []),
         lambda e: json_type(e) = 'VARCHAR' AND e ->> '$' = t)) > 0 END;

CREATE OR REPLACE MACRO json_has_number(j, n) AS
    CASE WHEN json_type(j) = 'ARRAY' THEN len(list_filter(coalesce(CAST(json_extract(j, '$[*]') AS JSON[]), []),
         lambda e: json_type(e) NOT IN ('VARCHAR', 'OBJECT', 'ARRAY', 'BOOLEAN', 'NULL') AND TRY_CAST(e ->> '$' AS DOUBLE) = n)) > 0 END;

CREATE OR REPLACE MACRO json_array_text(items) AS
    '[' || array_to_string(list_filter(items, lambda e: e IS NOT NULL), ',') || ']';

-- A key that comes again has its last value, at its first place.
CREATE OR REPLACE MACRO json_members_text_(ks, vs, absent) AS
    '{' || array_to_string(list_filter(list_transform(ks, lambda k, i:
        CASE WHEN list_position(ks, k) = i AND NOT (absent AND vs[len(ks) + 1 - list_position(list_reverse(ks), k)] IS NULL)
             THEN CAST(to_json(k) AS VARCHAR) || ':' || coalesce(vs[len(ks) + 1 - list_position(list_reverse(ks), k)], 'null') END),
        lambda m: m IS NOT NULL), ',') || '}';

CREATE OR REPLACE MACRO json_object_text(ks, vs, absent, uniq) AS
    CASE WHEN len(list_filter(ks, lambda k: k IS NULL)) > 0
         THEN fail_as_text_('JSON_OUTPUT_CONVERSION_ERROR: null value passed for JSON object key to JSON_OBJECT function')
         WHEN uniq AND len(list_distinct(ks)) < len(ks)
         THEN fail_as_text_('JSON_OUTPUT_CONVERSION_ERROR: duplicate key passed to JSON_OBJECT function')
         ELSE json_members_text_(ks, vs, absent) END;
