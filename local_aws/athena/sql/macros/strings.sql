-- Positions and lengths are counted in code points from 1; a start of 0 or outside the text gives an empty text.

CREATE OR REPLACE MACRO text_from(t, n) AS
    CASE WHEN t IS NULL OR n IS NULL THEN NULL
         WHEN n = 0 OR abs(n) > length(t) THEN '' ELSE substr(t, n) END;

CREATE OR REPLACE MACRO text_between(t, n, l) AS
    CASE WHEN t IS NULL OR n IS NULL OR l IS NULL THEN NULL
         WHEN n = 0 OR l <= 0 OR abs(n) > length(t) THEN '' ELSE substr(t, n, l) END;

CREATE OR REPLACE MACRO part_of_text(t, d, n) AS
    CASE WHEN t IS NULL OR d IS NULL OR n IS NULL THEN NULL
         WHEN n <= 0 THEN fail_as_text_('INVALID_FUNCTION_ARGUMENT: Index must be greater than zero')
         WHEN d = '' THEN CASE WHEN n <= length(t) THEN substr(t, n, 1) END
         ELSE string_split(t, d)[n] END;

CREATE OR REPLACE MACRO split_text(t, d) AS
    CASE WHEN t IS NULL OR d IS NULL THEN NULL
         WHEN d = '' THEN [fail_as_text_('INVALID_FUNCTION_ARGUMENT: The delimiter may not be the empty string')]
         ELSE string_split(t, d) END;

CREATE OR REPLACE MACRO split_text_limited(t, d, n) AS
    CASE WHEN t IS NULL OR d IS NULL OR n IS NULL THEN NULL
         WHEN n <= 0 THEN [fail_as_text_('INVALID_FUNCTION_ARGUMENT: Limit must be positive')]
         WHEN len(string_split(t, d)) <= n THEN string_split(t, d)
         ELSE list_append(string_split(t, d)[1:n - 1], array_to_string(string_split(t, d)[n:], d)) END;

-- One delimiter may stand at the end; every entry has to have one pair.
CREATE OR REPLACE MACRO entries_of_text_(t, entry) AS
    CASE WHEN t = '' THEN [] WHEN ends_with(t, entry) THEN string_split(left(t, length(t) - length(entry)), entry)
         ELSE string_split(t, entry) END;

CREATE OR REPLACE MACRO pair_of_text_(e, pair) AS
    CASE WHEN len(string_split(e, pair)) = 2 THEN struct_pack(k := string_split(e, pair)[1], v := string_split(e, pair)[2])
         ELSE struct_pack(k := fail_as_text_('INVALID_FUNCTION_ARGUMENT: Key-value delimiter must appear exactly once in each entry. Bad input: '''
              || e || ''''), v := '') END;

CREATE OR REPLACE MACRO pairs_of_text_(t, entry, pair) AS
    list_transform(entries_of_text_(t, entry), lambda e: pair_of_text_(e, pair));

CREATE OR REPLACE MACRO replace_text(t, what, new) AS
    CASE WHEN what = '' AND t IS NOT NULL THEN new || regexp_replace(t, '(.)', '\1' || replace(new, '\', '\\'), 'gs')
         ELSE replace(t, what, new) END;

CREATE OR REPLACE MACRO pad_left(t, n, p) AS
    CASE WHEN n < 0 OR n > 2147483647
         THEN fail_as_text_('INVALID_FUNCTION_ARGUMENT: Target length must be in the range [0..2147483647]')
         WHEN p = '' THEN fail_as_text_('INVALID_FUNCTION_ARGUMENT: Padding string must not be empty')
         ELSE lpad(t, CAST(n AS INTEGER), p) END;

CREATE OR REPLACE MACRO pad_right(t, n, p) AS
    CASE WHEN n < 0 OR n > 2147483647
         THEN fail_as_text_('INVALID_FUNCTION_ARGUMENT: Target length must be in the range [0..2147483647]')
         WHEN p = '' THEN fail_as_text_('INVALID_FUNCTION_ARGUMENT: Padding string must not be empty')
         ELSE rpad(t, CAST(n AS INTEGER), p) END;

CREATE OR REPLACE MACRO text_position(t, what, n) AS
    CASE WHEN t IS NULL OR what IS NULL OR n IS NULL THEN NULL
         WHEN what = '' AND n <> 0 THEN 1
         WHEN n = 0 THEN CAST(fail_('INVALID_FUNCTION_ARGUMENT: ''instance'' must be a positive or negative number.') AS BIGINT)
         WHEN n > 0 THEN CASE WHEN len(string_split(t, what)) <= n THEN 0
              ELSE length(array_to_string(string_split(t, what)[1:n], what)) + 1 END
         ELSE CASE WHEN len(string_split(t, what)) <= -n THEN 0
              ELSE length(array_to_string(string_split(t, what)[1:len(string_split(t, what)) + n], what)) + 1 END END;

CREATE OR REPLACE MACRO hamming_distance_(a, b) AS
    CASE WHEN length(a) <> length(b)
         THEN CAST(fail_('INVALID_FUNCTION_ARGUMENT: The input strings to hamming_distance function must have the same length') AS BIGINT)
         WHEN length(a) = 0 THEN 0 ELSE hamming(a, b) END;

CREATE OR REPLACE MACRO grouped_digits(t) AS
    regexp_replace(reverse(regexp_replace(reverse(split_part(t, '.', 1)), '([0-9]{3})', '\1,', 'g')), '^,', '')
    || CASE WHEN contains(t, '.') THEN '.' || split_part(t, '.', 2) ELSE '' END;

-- Unicode has a capital sharp s, and DuckDB uses it; Java's characters have none for it.
CREATE OR REPLACE MACRO upper_text(t) AS
    CASE WHEN contains(t, 'ß') THEN replace(upper(replace(t, 'ß', chr(57344))), chr(57344), 'ß') ELSE upper(t) END;

CREATE OR REPLACE MACRO code_point_text(n) AS
    CASE WHEN n < 0 OR n > 1114111 THEN fail_as_text_('INVALID_FUNCTION_ARGUMENT: Not a valid Unicode code point: ' || CAST(n AS VARCHAR))
         ELSE chr(CAST(n AS INTEGER)) END;

-- Bytes are cut as pairs of hexadecimal digits.
CREATE OR REPLACE MACRO bytes_from(b, n) AS unhex(text_from(hex(b), CASE WHEN n > 0 THEN n * 2 - 1 ELSE n * 2 END));

CREATE OR REPLACE MACRO bytes_between(b, n, l) AS
    unhex(text_between(hex(b), CASE WHEN n > 0 THEN n * 2 - 1 ELSE n * 2 END, l * 2));

CREATE OR REPLACE MACRO bytes_of_hex(t) AS
    CASE WHEN length(t) % 2 = 1 OR NOT regexp_full_match(t, '[0-9A-Fa-f]*')
         THEN unhex(fail_as_text_('INVALID_FUNCTION_ARGUMENT: Invalid hex string: ' || t))
         ELSE unhex(t) END;

CREATE OR REPLACE MACRO uuid_of_bytes(b) AS
    CASE WHEN octet_length(b) <> 16
         THEN CAST(fail_as_text_('INVALID_CAST_ARGUMENT: Invalid UUID binary length: ' || CAST(octet_length(b) AS VARCHAR)) AS UUID)
         ELSE CAST(hex(b) AS UUID) END;
