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

CREATE OR REPLACE MACRO array_unique(a) AS
    list_filter(a, lambda x, i: coalesce(list_position(a, x), 0) = i);

-- A key that comes several times has its first value, as in Trino; looking for it takes long, so only then.
-- A lambda over a list of one element names the keys, so that they are taken out once.
CREATE OR REPLACE MACRO map_of_entries(l) AS
    CASE WHEN l IS NULL OR len(l) = 0 THEN NULL
         WHEN len(list_distinct(list_transform(l, lambda e: e.k))) = len(l)
         THEN map(list_transform(l, lambda e: e.k), list_transform(l, lambda e: e.v))
         ELSE list_transform([list_transform(l, lambda e: e.k)], lambda ks: map(array_unique(ks),
                  list_transform(array_unique(ks), lambda key: l[list_position(ks, key)].v)))[1] END;

CREATE OR REPLACE MACRO map_of_all_entries(l) AS
    CASE WHEN l IS NULL OR len(l) = 0 THEN NULL
         ELSE list_transform([list_transform(l, lambda e: e.k)], lambda ks: map(array_unique(ks),
                  list_transform(array_unique(ks),
                                 lambda key: list_transform(list_filter(l, lambda e: e.k = key), lambda e: e.v))))[1] END;

-- A NULL among the elements makes "not found" unknown, as everywhere in SQL.
CREATE OR REPLACE MACRO array_has(a, e) AS
    CASE WHEN a IS NULL OR e IS NULL THEN NULL WHEN list_contains(a, e) THEN true
         WHEN len(list_filter(a, lambda x: x IS NULL)) > 0 THEN NULL ELSE false END;

CREATE OR REPLACE MACRO array_common(a, b) AS
    CASE WHEN b IS NULL THEN NULL ELSE array_unique(list_filter(a, lambda x: list_position(b, x) IS NOT NULL)) END;

CREATE OR REPLACE MACRO array_without(a, b) AS
    CASE WHEN b IS NULL THEN NULL ELSE array_unique(list_filter(a, lambda x: list_position(b, x) IS NULL)) END;

CREATE OR REPLACE MACRO array_extreme_(a, found) AS
    CASE WHEN len(list_filter(a, lambda x: x IS NULL)) > 0 THEN NULL ELSE found END;

CREATE OR REPLACE MACRO array_position_(a, e) AS
    CASE WHEN a IS NULL OR e IS NULL THEN NULL ELSE CAST(coalesce(list_position(a, e), 0) AS BIGINT) END;

CREATE OR REPLACE MACRO arrays_share(a, b) AS
    CASE WHEN a IS NULL OR b IS NULL THEN NULL
         WHEN len(list_filter(a, lambda x: x IS NOT NULL AND list_contains(b, x))) > 0 THEN true
         WHEN len(list_filter(a, lambda x: x IS NULL)) + len(list_filter(b, lambda x: x IS NULL)) > 0 THEN NULL
         ELSE false END;

CREATE OR REPLACE MACRO array_has_sequence(a, b) AS
    CASE WHEN a IS NULL OR b IS NULL THEN NULL
         ELSE len(b) = 0 OR len(list_filter(range(1, len(a) - len(b) + 2), lambda i: a[i:i + len(b) - 1] = b)) > 0 END;

CREATE OR REPLACE MACRO array_element(a, n) AS
    CASE WHEN n = 0 THEN a[1 + fail_('INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1')] ELSE a[n] END;

CREATE OR REPLACE MACRO any_true(l) AS
    CASE WHEN l IS NULL THEN NULL WHEN list_contains(l, true) THEN true
         WHEN len(list_filter(l, lambda x: x IS NULL)) > 0 THEN NULL ELSE false END;

CREATE OR REPLACE MACRO all_true(l) AS
    CASE WHEN l IS NULL THEN NULL WHEN list_contains(l, false) THEN false
         WHEN len(list_filter(l, lambda x: x IS NULL)) > 0 THEN NULL ELSE true END;

CREATE OR REPLACE MACRO array_ngrams(a, n) AS
    CASE WHEN a IS NULL THEN NULL WHEN len(a) <= n THEN [a]
         ELSE list_transform(range(1, len(a) - n + 2), lambda i: a[i:i + n - 1]) END;

CREATE OR REPLACE MACRO array_slice_(a, n, l) AS
    CASE WHEN n = 0 THEN a[1 + fail_('INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1'):1]
         WHEN l < 0 THEN a[1 + fail_('INVALID_FUNCTION_ARGUMENT: length must be greater than or equal to 0'):1]
         WHEN abs(n) > len(a) OR l = 0 THEN a[1:0]
         WHEN n > 0 THEN a[n:n + l - 1]
         ELSE a[len(a) + n + 1:len(a) + n + l] END;

CREATE OR REPLACE MACRO array_trimmed(a, n) AS
    CASE WHEN n < 0 THEN a[1 + fail_('INVALID_FUNCTION_ARGUMENT: size must not be negative: ' || CAST(n AS VARCHAR)):1]
         WHEN n > len(a) THEN a[1 + fail_('INVALID_FUNCTION_ARGUMENT: size must not exceed array cardinality '
              || CAST(len(a) AS VARCHAR) || ': ' || CAST(n AS VARCHAR)):1]
         ELSE a[1:len(a) - n] END;

CREATE OR REPLACE MACRO map_of_arrays(k, v) AS
    CASE WHEN k IS NULL OR v IS NULL THEN NULL
         WHEN len(k) <> len(v) THEN map(k[1:0], v[1:fail_('INVALID_FUNCTION_ARGUMENT: Key and value arrays must be the same length')])
         ELSE map(k, v) END;

CREATE OR REPLACE MACRO comparison_(c) AS
    CASE WHEN c BETWEEN -1 AND 1 THEN c
         ELSE fail_('INVALID_FUNCTION_ARGUMENT: Lambda comparator must return either -1, 0, or 1') END;
