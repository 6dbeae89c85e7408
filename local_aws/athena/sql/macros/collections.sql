-- Arrays and maps: what is an error in Trino must not be NULL here.

CREATE OR REPLACE MACRO array_subscript(a, n) AS
    CASE WHEN n > len(a) THEN a[1 + fail_('INVALID_FUNCTION_ARGUMENT: Array subscript must be less than or equal to array length: '
              || CAST(n AS VARCHAR) || ' > ' || CAST(len(a) AS VARCHAR))]
         WHEN n = 0 THEN a[1 + fail_('INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1')]
         WHEN n < 0 THEN a[1 + fail_('INVALID_FUNCTION_ARGUMENT: Array subscript is negative: ' || CAST(n AS VARCHAR))]
         ELSE a[n] END;

CREATE OR REPLACE MACRO map_subscript(m, k) AS
    CASE WHEN m IS NULL OR k IS NULL OR map_contains(m, k) THEN map_extract_value(m, k)
         ELSE map_values(m)[fail_('INVALID_FUNCTION_ARGUMENT: Key not present in map: ' || CAST(k AS VARCHAR))] END;

CREATE OR REPLACE MACRO map_of_first_entries(l) AS
    CASE WHEN l IS NULL OR len(l) = 0 THEN NULL
         ELSE map(list_distinct(list_transform(l, lambda e: e.k)),
                  list_transform(list_distinct(list_transform(l, lambda e: e.k)),
                                 lambda key: list_filter(l, lambda e: e.k = key)[-1].v)) END;

CREATE OR REPLACE MACRO map_of_all_entries(l) AS
    CASE WHEN l IS NULL OR len(l) = 0 THEN NULL
         ELSE map(list_distinct(list_transform(l, lambda e: e.k)),
                  list_transform(list_distinct(list_transform(l, lambda e: e.k)),
                                 lambda key: list_transform(list_filter(l, lambda e: e.k = key), lambda e: e.v))) END;
