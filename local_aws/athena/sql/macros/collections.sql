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
    CASE WHEN a IS NULL THEN NULL
         WHEN n <= 0 THEN [a[1:fail_('INVALID_FUNCTION_ARGUMENT: N must be positive')]]
         WHEN len(a) <= n THEN [a]
         ELSE list_transform(range(1, len(a) - n + 2), lambda i: a[i:i + n - 1]) END;

CREATE OR REPLACE MACRO array_slice_(a, n, l) AS
    CASE WHEN a IS NULL OR n IS NULL OR l IS NULL THEN NULL
         WHEN n = 0 THEN a[1 + fail_('INVALID_FUNCTION_ARGUMENT: SQL array indices start at 1'):1]
         WHEN l < 0 THEN a[1 + fail_('INVALID_FUNCTION_ARGUMENT: length must be greater than or equal to 0'):1]
         WHEN abs(n) > len(a) OR l = 0 THEN a[1:0]
         WHEN n > 0 THEN a[n:n + l - 1]
         ELSE a[len(a) + n + 1:len(a) + n + l] END;

CREATE OR REPLACE MACRO array_trimmed(a, n) AS
    CASE WHEN n < 0 THEN a[1 + fail_('INVALID_FUNCTION_ARGUMENT: size must not be negative: ' || CAST(n AS VARCHAR)):1]
         WHEN n > len(a) THEN a[1 + fail_('INVALID_FUNCTION_ARGUMENT: size must not exceed array cardinality '
              || CAST(len(a) AS VARCHAR) || ': ' || CAST(n AS VARCHAR)):1]
         ELSE a[1:len(a) - n] END;

CREATE OR REPLACE MACRO repeated_key_(ks) AS
    CAST(list_aggregate(ks, 'mode') AS VARCHAR);

CREATE OR REPLACE MACRO map_of_arrays(k, v) AS
    CASE WHEN k IS NULL OR v IS NULL THEN NULL
         WHEN len(k) <> len(v) THEN map(k[1:0], v[1:fail_('INVALID_FUNCTION_ARGUMENT: Key and value arrays must be the same length')])
         WHEN list_aggregate(k, 'count') < len(k) THEN map(k[1:0], v[1:fail_('INVALID_FUNCTION_ARGUMENT: map key cannot be null')])
         WHEN len(list_distinct(k)) < len(k)
         THEN map(k[1:0], v[1:fail_('INVALID_FUNCTION_ARGUMENT: Duplicate map keys (' || repeated_key_(k) || ') are not allowed')])
         ELSE map(k, v) END;

CREATE OR REPLACE MACRO comparison_(c) AS
    CASE WHEN c BETWEEN -1 AND 1 THEN c
         ELSE fail_('INVALID_FUNCTION_ARGUMENT: Lambda comparator must return either -1, 0, or 1') END;

CREATE OR REPLACE MACRO split_to_map(t, entry, pair) AS
    CASE WHEN t IS NULL OR entry IS NULL OR pair IS NULL THEN NULL ELSE
    list_transform([pairs_of_text_(t, entry, pair)], lambda ps:
        CASE WHEN len(list_distinct(list_transform(ps, lambda p: p.k))) < len(ps)
             THEN map([fail_as_text_('INVALID_FUNCTION_ARGUMENT: Duplicate keys ('
                  || repeated_key_(list_transform(ps, lambda p: p.k)) || ') are not allowed')], [''])
             ELSE map_from_entries(ps) END)[1] END;

CREATE OR REPLACE MACRO split_to_multimap(t, entry, pair) AS
    CASE WHEN t IS NULL OR entry IS NULL OR pair IS NULL THEN NULL
         WHEN t = '' THEN CAST(map([], []) AS MAP(VARCHAR, VARCHAR[])) ELSE map_of_all_entries(pairs_of_text_(t, entry, pair)) END;

CREATE OR REPLACE MACRO map_length_(m) AS sqrt(list_sum(list_transform(map_values(m), lambda v: v * v)));

CREATE OR REPLACE MACRO map_cosine(a, b) AS
    CASE WHEN map_length_(a) = 0 OR map_length_(b) = 0 THEN NULL
         ELSE coalesce(list_sum(list_transform(list_filter(map_keys(a), lambda k: map_contains(b, k)),
                  lambda k: map_extract_value(a, k) * map_extract_value(b, k))), 0e0) / (map_length_(a) * map_length_(b)) END;

CREATE OR REPLACE MACRO steps_from_to(first, last, step) AS
    CASE WHEN step = 0 THEN [CAST(fail_('INVALID_FUNCTION_ARGUMENT: Step must not be zero') AS BIGINT)]
         WHEN (step > 0 AND last < first) OR (step < 0 AND last > first)
         THEN [CAST(fail_('INVALID_FUNCTION_ARGUMENT: Stop must not be on the other side of start than step goes') AS BIGINT)]
         ELSE range(CAST(first AS BIGINT), CAST(last + CASE WHEN step > 0 THEN 1 ELSE -1 END AS BIGINT), CAST(step AS BIGINT)) END;

-- The most frequent values with their counts; what sorts first wins among equals.
CREATE OR REPLACE MACRO most_frequent(m, n, capacity) AS
    CASE WHEN n < 2 THEN map([], [CAST(fail_('INVALID_FUNCTION_ARGUMENT: approx_most_frequent bucket count must be greater than one, input bucket count: '
              || CAST(n AS VARCHAR)) AS BIGINT)][1:0])
         WHEN m IS NULL THEN NULL
         ELSE map_from_entries(list_transform(list_sort(list_transform(map_entries(m),
              lambda e: struct_pack(c := -CAST(e.value AS BIGINT), k := e.key)))[1:n], lambda s: struct_pack(k := s.k, v := -s.c))) END;

CREATE OR REPLACE MACRO entropy_of_counts(l) AS
    CASE WHEN l IS NULL THEN 0e0
         WHEN len(list_filter(l, lambda c: c < 0)) > 0
         THEN CAST(fail_('INVALID_FUNCTION_ARGUMENT: Entropy count argument must be non-negative') AS DOUBLE)
         WHEN coalesce(list_sum(l), 0) = 0 THEN 0e0
         ELSE greatest(log2(list_sum(l)) - list_sum(list_transform(list_filter(l, lambda c: c > 0), lambda c: c * log2(c))) / list_sum(l), 0e0) END;

CREATE OR REPLACE MACRO standard_error(e) AS
    CASE WHEN e BETWEEN 0.0040625e0 AND 0.26e0 THEN e
         ELSE CAST(fail_('INVALID_FUNCTION_ARGUMENT: Standard error must be in [0.0040625, 0.26]: ' || CAST(e AS VARCHAR)) AS DOUBLE) END;

CREATE OR REPLACE MACRO listagg_within_limit(t) AS
    CASE WHEN strlen(t) > 1048576
         THEN fail_as_text_('EXCEEDED_FUNCTION_MEMORY_LIMIT: Concatenated string has the length in bytes larger than the maximum output length 1048576')
         ELSE t END;

CREATE OR REPLACE MACRO checked_combinations(a, n) AS
    CASE WHEN n < 0 THEN [a[1:fail_('INVALID_FUNCTION_ARGUMENT: combination size must not be negative: ' || CAST(n AS VARCHAR))]]
         WHEN n > 5 THEN [a[1:fail_('INVALID_FUNCTION_ARGUMENT: combination size must not exceed 5: ' || CAST(n AS VARCHAR))]]
         ELSE list_transform(python_combinations(len(a), n), lambda c: list_transform(c, lambda i: a[i])) END;

CREATE OR REPLACE MACRO array_shuffled(a) AS
    list_transform(list_sort(list_transform(a, lambda e: struct_pack(r := random(), v := e))), lambda s: s.v);

CREATE OR REPLACE MACRO array_joined(a, b) AS
    CASE WHEN a IS NULL OR b IS NULL THEN NULL ELSE array_unique(list_concat(a, b)) END;

CREATE OR REPLACE MACRO array_removed(a, x) AS
    CASE WHEN x IS NULL THEN NULL ELSE list_filter(a, lambda e: (e <> x) IS NOT FALSE) END;

CREATE OR REPLACE MACRO joined_texts(separator, texts) AS
    CASE WHEN separator IS NULL OR texts IS NULL THEN NULL
         ELSE array_to_string(list_filter(texts, lambda e: e IS NOT NULL), separator) END;
