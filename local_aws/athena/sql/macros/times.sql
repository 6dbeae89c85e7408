-- A time zone is a name of the tz database or an offset (+02:00); DuckDB only knows names, so offsets are added.

CREATE OR REPLACE MACRO zone_offset_seconds_(z) AS
    CASE WHEN regexp_full_match(z, '[+-][0-9]{2}:[0-9]{2}')
         THEN (CASE WHEN z[1] = '-' THEN -1 ELSE 1 END)
              * (CAST(z[2:3] AS INTEGER) * 3600 + CAST(z[5:6] AS INTEGER) * 60)
    END;

CREATE OR REPLACE MACRO local_of_instant_(i, z) AS
    CASE WHEN z = 'UTC' THEN i
         WHEN z[1] IN ('+', '-') THEN i + to_seconds(zone_offset_seconds_(z))
         ELSE timezone(z, timezone('UTC', i)) END;

CREATE OR REPLACE MACRO instant_of_local_(t, z) AS
    CASE WHEN z = 'UTC' THEN t
         WHEN z[1] IN ('+', '-') THEN t - to_seconds(zone_offset_seconds_(z))
         ELSE timezone('UTC', timezone(z, t)) END;

CREATE OR REPLACE MACRO tz_pack(i, z) AS
    CASE WHEN i IS NULL OR z IS NULL THEN NULL ELSE struct_pack(i := i, z := z) END;

CREATE OR REPLACE MACRO tz_local(v) AS local_of_instant_(CAST((v).i AS TIMESTAMP), (v).z);

CREATE OR REPLACE MACRO tz_of_local(t, z) AS tz_pack(instant_of_local_(t, z), z);

CREATE OR REPLACE MACRO tz_with_zone(v, z) AS tz_pack((v).i, z);

-- Half up, also before 1970.
CREATE OR REPLACE MACRO round_microseconds_(m, p) AS
    CAST(floor(m / pow(10, 6 - p) + 0.5) AS BIGINT) * CAST(pow(10, 6 - p) AS BIGINT);

CREATE OR REPLACE MACRO round_timestamp(t, p) AS
    CASE WHEN p >= 6 OR t IS NULL THEN t ELSE make_timestamp(round_microseconds_(epoch_us(t), p)) END;

CREATE OR REPLACE MACRO round_tz(v, p) AS tz_pack(round_timestamp((v).i, p), (v).z);

CREATE OR REPLACE MACRO time_of_microseconds_(m) AS
    make_time(CAST(m // 3600000000 AS BIGINT), CAST(m // 60000000 % 60 AS BIGINT), (m % 60000000) / CAST(1000000 AS DOUBLE));

-- A time that is rounded up to midnight is the first of the day.
CREATE OR REPLACE MACRO round_time(t, p) AS
    CASE WHEN p >= 6 OR t IS NULL THEN t
         ELSE time_of_microseconds_(round_microseconds_(epoch_us(t), p) % 86400000000) END;

-- Java's year: with a sign from year 10000 on, and before year 0.
CREATE OR REPLACE MACRO signed_year_(y) AS
    CASE WHEN y > 9999 THEN '+' || CAST(y AS VARCHAR) WHEN y < 0 THEN '-' || lpad(CAST(-y AS VARCHAR), 4, '0')
         ELSE lpad(CAST(y AS VARCHAR), 4, '0') END;

CREATE OR REPLACE MACRO date_text(d) AS
    CASE WHEN year(d) BETWEEN 1 AND 9999 THEN CAST(d AS VARCHAR) ELSE signed_year_(year(d)) || strftime(d, '-%m-%d') END;

CREATE OR REPLACE MACRO timestamp_text(t, p) AS
    CASE WHEN t IS NULL THEN NULL
         ELSE CASE WHEN year(t) BETWEEN 1 AND 9999 THEN strftime(t, '%Y-%m-%d %H:%M:%S')
                   ELSE signed_year_(year(t)) || strftime(t, '-%m-%d %H:%M:%S') END
              || CASE WHEN p > 0 THEN '.' || left(lpad(CAST(epoch_us(t) % 1000000 + CASE WHEN epoch_us(t) % 1000000 < 0
                      THEN 1000000 ELSE 0 END AS VARCHAR), 6, '0') || '000000', p) ELSE '' END END;

-- Java's text of a local time: the seconds are there when they are not zero, fractions in groups of three digits.
CREATE OR REPLACE MACRO java_time_text(t) AS
    strftime(t, '%Y-%m-%dT%H:%M')
    || CASE WHEN epoch_us(t) % 60000000 = 0 THEN '' WHEN epoch_us(t) % 1000000 = 0 THEN strftime(t, ':%S')
            WHEN epoch_us(t) % 1000 = 0 THEN strftime(t, ':%S.%g') ELSE strftime(t, ':%S.%f') END;

CREATE OR REPLACE MACRO timestamp_tz_text(v, p) AS timestamp_text(tz_local(v), p) || ' ' || (v).z;

CREATE OR REPLACE MACRO time_text(t, p) AS
    CASE WHEN t IS NULL THEN NULL ELSE rpad(left(CAST(t AS VARCHAR), 8), 8, '0')
         || CASE WHEN p > 0 THEN '.' || left(rpad(substr(CAST(t AS VARCHAR), 10), 12, '0'), p) ELSE '' END END;

-- A time with time zone: the local time, and the minutes that it is ahead of UTC.
CREATE OR REPLACE MACRO time_tz_pack(t, o) AS
    CASE WHEN t IS NULL OR o IS NULL THEN NULL ELSE struct_pack(t := t, o := CAST(o AS INTEGER)) END;

CREATE OR REPLACE MACRO round_time_tz(v, p) AS time_tz_pack(round_time((v).t, p), (v).o);

-- The instant within the day: it is compared, grouped and sorted by.
CREATE OR REPLACE MACRO time_tz_instant(v) AS
    (epoch_us((v).t) - CAST((v).o AS BIGINT) * 60000000 + 86400000000) % 86400000000;

CREATE OR REPLACE MACRO offset_text_(o) AS
    CASE WHEN o < 0 THEN '-' ELSE '+' END
    || lpad(CAST(abs(o) // 60 AS VARCHAR), 2, '0') || ':' || lpad(CAST(abs(o) % 60 AS VARCHAR), 2, '0');

CREATE OR REPLACE MACRO time_tz_text(v, p) AS time_text((v).t, p) || offset_text_((v).o);

CREATE OR REPLACE MACRO padded_time_(t) AS
    CASE WHEN regexp_full_match(t, '[0-9]{1,2}:[0-9]{1,2}') THEN t || ':00' ELSE t END;

CREATE OR REPLACE MACRO read_time_(t) AS
    CASE WHEN regexp_full_match(t, '[0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}([.][0-9]{1,12})?)?') AND left(t, 2) <> '24'
         THEN TRY_CAST(padded_time_(t) AS TIME) END;

CREATE OR REPLACE MACRO time_of_text(t) AS
    CASE WHEN t IS NULL THEN NULL
         ELSE coalesce(read_time_(trim(t)), make_time(fail_('INVALID_CAST_ARGUMENT: Value cannot be cast to time: ' || t), 0, 0)) END;

CREATE OR REPLACE MACRO time_tz_of_text(t) AS
    CASE WHEN t IS NULL THEN NULL
         WHEN regexp_matches(trim(t), '[+-][0-9]{2}:[0-9]{2}$') AND read_time_(rtrim(left(trim(t), -6))) IS NOT NULL
         THEN time_tz_pack(read_time_(rtrim(left(trim(t), -6))), zone_offset_seconds_(right(trim(t), 6)) // 60)
         WHEN read_time_(trim(t)) IS NOT NULL THEN time_tz_pack(read_time_(trim(t)), 0)
         ELSE time_tz_pack(make_time(fail_('INVALID_CAST_ARGUMENT: Value cannot be cast to time with time zone: ' || t), 0, 0), 0) END;

CREATE OR REPLACE MACRO interval_milliseconds_(v) AS
    CAST(round(epoch(v) * 1000) AS BIGINT);

CREATE OR REPLACE MACRO interval_day_text(v) AS
    CASE WHEN v IS NULL THEN NULL ELSE
         CASE WHEN interval_milliseconds_(v) < 0 THEN '-' ELSE '' END
         || CAST(abs(interval_milliseconds_(v)) // 86400000 AS VARCHAR) || ' '
         || strftime(make_timestamp((abs(interval_milliseconds_(v)) % 86400000) * 1000), '%H:%M:%S.%g') END;

CREATE OR REPLACE MACRO interval_months_(v) AS
    CAST(datepart('year', v) * 12 + datepart('month', v) AS BIGINT);

CREATE OR REPLACE MACRO interval_year_text(v) AS
    CASE WHEN v IS NULL THEN NULL ELSE
         CASE WHEN interval_months_(v) < 0 THEN '-' ELSE '' END
         || CAST(abs(interval_months_(v)) // 12 AS VARCHAR) || '-' || CAST(abs(interval_months_(v)) % 12 AS VARCHAR) END;

CREATE OR REPLACE MACRO date_of_text(t) AS
    CASE WHEN t IS NULL THEN NULL
         WHEN regexp_full_match(trim(t), '[+-]?[0-9]{4,}-[0-9]{1,2}-[0-9]{1,2}') AND TRY_CAST(trim(t) AS DATE) IS NOT NULL
         THEN CAST(trim(t) AS DATE)
         ELSE make_date(CAST(fail_('INVALID_CAST_ARGUMENT: Value cannot be cast to date: ' || t) AS INTEGER)) END;

CREATE OR REPLACE MACRO timestamp_of_text_(t) AS
    CAST(regexp_replace(trim(t), ' ([0-9]{1,2}:[0-9]{1,2})$', ' \1:00') AS TIMESTAMP);

CREATE OR REPLACE MACRO timestamp_of_text(t) AS
    CASE WHEN t IS NULL THEN NULL
         WHEN regexp_full_match(trim(t), '[+-]?[0-9]{4,}-[0-9]{1,2}-[0-9]{1,2}( [0-9]{1,2}:[0-9]{1,2}(:[0-9]{1,2}([.][0-9]{1,12})?)?)?')
              AND NOT contains(t, ' 24:') AND TRY_CAST(regexp_replace(trim(t), ' ([0-9]{1,2}:[0-9]{1,2})$', ' \1:00') AS TIMESTAMP) IS NOT NULL
         THEN timestamp_of_text_(t)
         ELSE make_timestamp(fail_('INVALID_CAST_ARGUMENT: Value cannot be cast to timestamp: ' || t)) END;

CREATE OR REPLACE MACRO tz_failure_(message) AS struct_pack(i := make_timestamp(fail_(message)), z := '');

-- The name of a zone as Trino keeps it, NULL for what is none. Python decides it for all but the most frequent forms.
CREATE OR REPLACE MACRO zone_or_null_(z) AS
    CASE WHEN z IN ('', 'Z', 'UTC', 'GMT', '+00:00', '-00:00') THEN 'UTC'
         WHEN regexp_full_match(z, '[+-](0[0-9]|1[0-3]):[0-5][0-9]') THEN z
         ELSE python_zone(z) END;

CREATE OR REPLACE MACRO zone_name_(z) AS
    CASE WHEN z IS NOT NULL THEN coalesce(zone_or_null_(z),
         fail_as_text_('INVALID_FUNCTION_ARGUMENT: ''' || z || ''' is not a valid time zone')) END;

CREATE OR REPLACE MACRO zoned_parts_(t, n) AS
    regexp_extract(t, '^([+-]?[0-9]{4,}-[0-9]{1,2}-[0-9]{1,2})(?: ([0-9]{1,2}:[0-9]{1,2}(?::[0-9]{1,2}(?:[.][0-9]{1,12})?)?)?\s*(\S.*)?)?$', n);

CREATE OR REPLACE MACRO local_of_zoned_(t) AS
    TRY_CAST(zoned_parts_(t, 1) || ' ' || padded_time_(coalesce(nullif(zoned_parts_(t, 2), ''), '00:00')) AS TIMESTAMP);

CREATE OR REPLACE MACRO tz_of_text(t) AS
    CASE WHEN t IS NULL THEN NULL
         WHEN local_of_zoned_(trim(t)) IS NOT NULL AND NOT contains(t, ' 24:') AND zone_or_null_(zoned_parts_(trim(t), 3)) IS NOT NULL
         THEN tz_of_local(local_of_zoned_(trim(t)), zone_or_null_(zoned_parts_(trim(t), 3)))
         ELSE tz_failure_('INVALID_CAST_ARGUMENT: Value cannot be cast to timestamp with time zone: ' || t) END;

CREATE OR REPLACE MACRO zone_of_offset(hours, minutes) AS
    CASE WHEN hours = 0 AND minutes = 0 THEN 'UTC'
         ELSE CASE WHEN hours < 0 OR minutes < 0 THEN '-' ELSE '+' END
              || lpad(CAST(abs(hours) AS VARCHAR), 2, '0') || ':' || lpad(CAST(abs(minutes) AS VARCHAR), 2, '0') END;

CREATE OR REPLACE MACRO tz_of_seconds(x, z) AS
    tz_pack(make_timestamp(CAST(round(CAST(x AS DOUBLE) * 1000) AS BIGINT) * 1000), z);

CREATE OR REPLACE MACRO tz_offset_seconds(v) AS
    CAST(date_diff('second', CAST((v).i AS TIMESTAMP), tz_local(v)) AS BIGINT);

CREATE OR REPLACE MACRO zone_offset_text(v, separator) AS
    CASE WHEN tz_offset_seconds(v) < 0 THEN '-' ELSE '+' END
    || lpad(CAST(abs(tz_offset_seconds(v)) // 3600 AS VARCHAR), 2, '0') || separator
    || lpad(CAST(abs(tz_offset_seconds(v)) % 3600 // 60 AS VARCHAR), 2, '0');

CREATE OR REPLACE MACRO iso_zone(v) AS CASE WHEN tz_offset_seconds(v) = 0 THEN 'Z' ELSE zone_offset_text(v, ':') END;

CREATE OR REPLACE MACRO date_of_iso(t) AS
    CASE WHEN t IS NULL THEN NULL
         WHEN regexp_full_match(t, '[+-]?[0-9]{4}-[0-9]{2}-[0-9]{2}') THEN CAST(t AS DATE)
         WHEN regexp_full_match(t, '[0-9]{4}-[0-9]{2}') THEN CAST(t || '-01' AS DATE)
         WHEN regexp_full_match(t, '[0-9]{4}') THEN CAST(t || '-01-01' AS DATE)
         WHEN regexp_full_match(t, '[0-9]{4}-W[0-9]{2}(-[1-7])?') THEN CAST(strptime(
              CASE WHEN length(t) = 8 THEN t || '-1' ELSE t END, '%G-W%V-%u') AS DATE)
         WHEN regexp_full_match(t, '[0-9]{4}-[0-9]{3}') THEN CAST(strptime(t, '%Y-%j') AS DATE)
         ELSE make_date(CAST(fail_('INVALID_FUNCTION_ARGUMENT: Invalid format: "' || t || '"') AS INTEGER)) END;

CREATE OR REPLACE MACRO tz_of_iso(t) AS
    CASE WHEN t IS NULL THEN NULL
         WHEN regexp_full_match(t, '[0-9W-]+(T[0-9]{2}(:[0-9]{2}(:[0-9]{2}([.,][0-9]+)?)?)?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?')
         THEN tz_of_local(
              CAST(CAST(date_of_iso(split_part(t, 'T', 1)) AS VARCHAR) || ' '
                  || iso_clock_(regexp_extract(t, 'T([0-9:.,]+)', 1)) AS TIMESTAMP),
              zone_name_(regexp_extract(t, 'T[0-9:.,]+(.*)$', 1)))
         ELSE tz_failure_('INVALID_FUNCTION_ARGUMENT: Invalid format: "' || t || '"') END;

CREATE OR REPLACE MACRO iso_clock_(t) AS
    CASE length(t) WHEN 0 THEN '00:00:00' WHEN 2 THEN t || ':00:00' WHEN 5 THEN t || ':00'
         ELSE left(replace(t, ',', '.'), 12) END;

-- `expression` has the fraction of a second between two groups: of its digits only the first three are read.
CREATE OR REPLACE MACRO read_time(t, expression, format, base) AS
    CASE WHEN t IS NULL THEN NULL
         WHEN regexp_matches(t, expression) THEN coalesce(
              try_strptime(base || CASE WHEN contains(expression, ')\d{0,6}(') THEN regexp_replace(t, expression, '\1\2') ELSE t END, format),
              make_timestamp(fail_('INVALID_FUNCTION_ARGUMENT: Cannot parse "' || t || '": a value is out of range')))
         ELSE make_timestamp(fail_('INVALID_FUNCTION_ARGUMENT: Invalid format: "' || t || '"')) END;

CREATE OR REPLACE MACRO in_century_(r, first) AS
    r + to_years(CAST(CASE WHEN year(r) < first THEN 100 WHEN year(r) >= first + 100 THEN -100 ELSE 0 END AS INTEGER));

CREATE OR REPLACE MACRO read_time_in_century(t, expression, format, base, first) AS
    in_century_(read_time(t, expression, format, base), first);

-- A zone at the end of a text that parse_datetime reads.
CREATE OR REPLACE MACRO without_zone_(t) AS
    regexp_replace(t, ' ?(Z|[+-][0-9]{2}:?[0-9]{2}|[A-Za-z_]+(/[A-Za-z_]+)*)$', '');

CREATE OR REPLACE MACRO zone_at_end_(t) AS
    zone_name_(trim(regexp_extract(t, ' ?(Z|[+-][0-9]{2}:?[0-9]{2}|[A-Za-z_]+(/[A-Za-z_]+)*)$', 1)));

CREATE OR REPLACE MACRO date_shifted(d, shift, message) AS
    CASE WHEN interval_milliseconds_(shift) % 86400000 <> 0
         THEN make_date(CAST(fail_('INVALID_FUNCTION_ARGUMENT: ' || message) AS INTEGER))
         ELSE CAST(d + shift AS DATE) END;

-- A short zone name, as far as it is the same the year round.
CREATE OR REPLACE MACRO zone_short_name(z) AS
    CASE WHEN z = 'UTC' OR z[1] IN ('+', '-') THEN z
         ELSE fail_as_text_('NOT_SUPPORTED: the short name of the zone ' || z || ' is not supported by the local Athena') END;

-- Steps are counted from the start: the end of a month stays the end of the months that are as long.
CREATE OR REPLACE MACRO checked_count_(n) AS
    CASE WHEN n > 50000 THEN fail_('INVALID_FUNCTION_ARGUMENT: The result of the sequence function must not have more than 50000 entries')
         ELSE n END;

CREATE OR REPLACE MACRO checked_step_(first, last, step) AS
    CASE WHEN step = 0 THEN fail_('INVALID_FUNCTION_ARGUMENT: step must not be zero')
         WHEN (step > 0 AND first > last) OR (step < 0 AND first < last)
         THEN fail_('INVALID_FUNCTION_ARGUMENT: sequence stop value should be greater than or equal to start value if step is greater than zero otherwise stop should be less than or equal to start')
         ELSE step END;

CREATE OR REPLACE MACRO number_sequence(first, last, step) AS
    CASE WHEN checked_count_((CAST(last AS HUGEINT) - first) // checked_step_(first, last, step) + 1) > 0
         THEN generate_series(first, last, step) END;

CREATE OR REPLACE MACRO time_sequence(first, last, step) AS
    list_transform(number_sequence(epoch_us(first), epoch_us(last), interval_milliseconds_(step) * 1000), lambda m_: make_timestamp(m_));

CREATE OR REPLACE MACRO whole_days(step) AS
    CASE WHEN interval_milliseconds_(step) % 86400000 <> 0
         THEN to_milliseconds(fail_('INVALID_FUNCTION_ARGUMENT: sequence step must be a day interval if start and end values are dates'))
         ELSE step END;

CREATE OR REPLACE MACRO month_sequence(first, last, step) AS
    list_transform(
        generate_series(0, checked_count_(date_sub('month', first, last)
            // checked_step_(epoch_us(first), epoch_us(last), interval_months_(step)) + 1) - 1),
        lambda n_: first + to_months(CAST(n_ * interval_months_(step) AS INTEGER)));

CREATE OR REPLACE MACRO interval_of_duration(t) AS
    CASE WHEN t IS NULL THEN NULL
         WHEN regexp_full_match(t, '[0-9]+([.][0-9]+)?\s*(ns|us|ms|s|m|h|d)')
         THEN to_milliseconds(CAST(round(CAST(regexp_extract(t, '^[0-9.]+') AS DOUBLE)
              * CASE regexp_extract(t, '[a-z]+$') WHEN 'ns' THEN 1e-6 WHEN 'us' THEN 1e-3 WHEN 'ms' THEN 1 WHEN 's' THEN 1000
                     WHEN 'm' THEN 60000 WHEN 'h' THEN 3600000 ELSE 86400000 END) AS BIGINT))
         ELSE to_milliseconds(fail_('INVALID_FUNCTION_ARGUMENT: duration is not a valid data duration string: ' || t)) END;

CREATE OR REPLACE MACRO readable_part_(n, unit) AS
    CASE WHEN n = 0 THEN NULL WHEN n = 1 THEN '1 ' || unit ELSE CAST(n AS VARCHAR) || ' ' || unit || 's' END;

CREATE OR REPLACE MACRO readable_whole_seconds_(n) AS
    CASE WHEN n = 0 THEN '0 seconds'
         ELSE concat_ws(', ', readable_part_(n // 604800, 'week'), readable_part_(n % 604800 // 86400, 'day'),
              readable_part_(n % 86400 // 3600, 'hour'), readable_part_(n % 3600 // 60, 'minute'),
              readable_part_(n % 60, 'second')) END;

CREATE OR REPLACE MACRO readable_seconds(x) AS
    CASE WHEN x IS NULL THEN NULL
         WHEN NOT isfinite(x) THEN fail_as_text_('INVALID_FUNCTION_ARGUMENT: Invalid argument found: ' || double_text(x))
         ELSE readable_whole_seconds_(CAST(round(abs(x)) AS BIGINT)) END;

-- DuckDB's times with a zone have microseconds: what is finer is refused.
CREATE OR REPLACE MACRO microseconds_of_nanos(n) AS
    CASE WHEN n % 1000 = 0 THEN n // 1000
         ELSE fail_('NOT_SUPPORTED: a time finer than microseconds is not supported by the local Athena') END;

-- Like from_iso8601_timestamp, with all the digits that are held.
CREATE OR REPLACE MACRO tz_of_iso_nanos(t) AS
    CASE WHEN regexp_matches(t, '[.,][0-9]{6}0*[1-9]')
         THEN tz_failure_('NOT_SUPPORTED: a time finer than microseconds is not supported by the local Athena')
         ELSE tz_of_iso(t) END;

-- Times finer than a microsecond: `n` is what they are beyond it, in picoseconds.
CREATE OR REPLACE MACRO fine_with_zone(v, n) AS struct_pack(i := (v).i, z := (v).z, n := n);

CREATE OR REPLACE MACRO fine_of_nanoseconds(n) AS
    CASE WHEN n IS NOT NULL THEN struct_pack(
        i := make_timestamp((n - (n % 1000 + 1000) % 1000) // 1000), z := 'UTC',
        n := CAST((n % 1000 + 1000) % 1000 * 1000 AS INTEGER)) END;

CREATE OR REPLACE MACRO fine_text(t, n, p) AS timestamp_text(t, 6) || left(lpad(CAST(n AS VARCHAR), 6, '0'), p - 6);
