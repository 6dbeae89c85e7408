-- Digests hold their values, each with its weight; set digests hold texts with their counts.

CREATE OR REPLACE MACRO digest_weight(w, least) AS
    CASE WHEN least = 0 AND w <= 0 THEN CAST(fail_('INVALID_FUNCTION_ARGUMENT: weight must be > 0') AS DOUBLE)
         WHEN w < least THEN CAST(fail_('INVALID_FUNCTION_ARGUMENT: weight must be >= 1') AS DOUBLE)
         ELSE w END;

CREATE OR REPLACE MACRO digest_accuracy(a) AS
    CASE WHEN a > 0 AND a < 1 THEN true
         ELSE fail_('INVALID_FUNCTION_ARGUMENT: Percentile accuracy must be exclusively between 0 and 1, was '
                    || double_text(a)) = 1 END;

CREATE OR REPLACE MACRO digest_quantiles(d, shares) AS
    python_percentiles(list_transform(d, lambda p: p.v), list_transform(d, lambda p: p.w), shares);

CREATE OR REPLACE MACRO values_at_places(sorted, shares) AS
    list_transform(python_quantile_places(list_transform(sorted, lambda p: p.w), shares), lambda i: sorted[i].v);

CREATE OR REPLACE MACRO quantile_of_value(d, x) AS
    CASE WHEN x < list_min(list_transform(d, lambda p: p.v)) OR x > list_max(list_transform(d, lambda p: p.v)) THEN NULL
         ELSE coalesce(list_sum(list_transform(list_filter(d, lambda p: p.v < x), lambda p: p.w)), 0)
              / list_sum(list_transform(d, lambda p: p.w)) END;

CREATE OR REPLACE MACRO intersection_of(a, b) AS CAST(len(list_intersect(a, b)) AS BIGINT);

CREATE OR REPLACE MACRO jaccard_of(a, b) AS len(list_intersect(a, b)) / len(list_distinct(list_concat(a, b)));

CREATE OR REPLACE MACRO hash_counts_of(d) AS
    map_of_entries(list_transform(map_entries(d), lambda e: struct_pack(k := python_set_digest_hash(e.key),
                                                                      v := CAST(least(e.value, 32767) AS SMALLINT))));

CREATE OR REPLACE MACRO merged_counts(maps) AS
    list_transform([flatten(list_transform(maps, lambda m: map_entries(m)))], lambda es:
        map_from_entries(list_transform(list_distinct(list_transform(es, lambda e: e.key)), lambda t: struct_pack(
            k := t, v := CAST(list_sum(list_transform(list_filter(es, lambda e: e.key = t), lambda e: e.value)) AS BIGINT)))))[1];

CREATE OR REPLACE MACRO checksum_of_null() AS -7046029288634856825;

CREATE OR REPLACE MACRO histogram_of(a) AS
    CASE WHEN a IS NULL THEN NULL
         ELSE list_transform([list_filter(a, lambda e: e IS NOT NULL)], lambda l: map_from_entries(list_transform(array_unique(l),
                  lambda x: struct_pack(k := x, v := CAST(len(list_filter(l, lambda e: e = x)) AS BIGINT)))))[1] END;

CREATE OR REPLACE MACRO tile_coordinates(t) AS
    CASE WHEN t IS NOT NULL THEN struct_pack(x := CAST(python_tile_x(t) AS INTEGER), y := CAST(python_tile_y(t) AS INTEGER)) END;
