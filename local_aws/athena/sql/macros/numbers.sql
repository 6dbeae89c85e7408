-- Trino rounds half away from zero; DuckDB's decimal division is a floating one, so digits are divided as whole numbers.

CREATE OR REPLACE MACRO divide_half_up(a, b) AS
    CAST(a // b + CASE WHEN abs(a % b) * 2 >= abs(b)
                       THEN CASE WHEN (a < 0) = (b < 0) THEN 1 ELSE -1 END ELSE 0 END AS HUGEINT);

CREATE OR REPLACE MACRO decimal_text_of_digits(d, s) AS
    CASE WHEN d < 0 THEN '-' ELSE '' END
    || left(lpad(CAST(abs(d) AS VARCHAR), CAST(greatest(s + 1, length(CAST(abs(d) AS VARCHAR))) AS INTEGER), '0'), -s)
    || '.' || right(lpad(CAST(abs(d) AS VARCHAR), CAST(greatest(s + 1, length(CAST(abs(d) AS VARCHAR))) AS INTEGER), '0'), s);

CREATE OR REPLACE MACRO cube_root(x) AS
    CASE WHEN round(cbrt(x)) * round(cbrt(x)) * round(cbrt(x)) = x THEN round(cbrt(x)) ELSE cbrt(x) END;

-- DuckDB leaves the zero in front of the point away when all digits are behind it.
CREATE OR REPLACE MACRO fraction_text(x) AS
    CASE WHEN x < 0 THEN '-0.' ELSE '0.' END || split_part(CAST(x AS VARCHAR), '.', 2);

CREATE OR REPLACE MACRO floating_remainder(a, b) AS fmod(a, b);

CREATE OR REPLACE MACRO round_floating(x, n) AS
    CASE WHEN isnan(x) OR isinf(x) OR (n >= 0 AND abs(x) >= 4503599627370496) THEN x ELSE round(x, n) END;

CREATE OR REPLACE MACRO round_decimal(x, n, scale) AS CASE WHEN n >= scale THEN x ELSE round(x, n) END;

CREATE OR REPLACE MACRO truncate_decimal(x, n, scale) AS CASE WHEN n >= scale THEN x ELSE trunc(x, n) END;

CREATE OR REPLACE MACRO square_root(x) AS CASE WHEN x < 0 THEN CAST('nan' AS DOUBLE) ELSE sqrt(x) END;

CREATE OR REPLACE MACRO asin_(x) AS CASE WHEN abs(x) > 1 THEN CAST('nan' AS DOUBLE) ELSE asin(x) END;

CREATE OR REPLACE MACRO acos_(x) AS CASE WHEN abs(x) > 1 THEN CAST('nan' AS DOUBLE) ELSE acos(x) END;

CREATE OR REPLACE MACRO logarithm_(x, kind) AS
    CASE WHEN x < 0 THEN CAST('nan' AS DOUBLE) WHEN x = 0 THEN CAST('-inf' AS DOUBLE)
         ELSE CASE kind WHEN 'ln' THEN ln(x) WHEN 'log2' THEN log2(x) ELSE log10(x) END END;

-- Shifts are those of a type with so many bits: what is shifted out is gone.
CREATE OR REPLACE MACRO wrapped_(x, bits) AS
    CAST(((x % CAST(pow(2::DOUBLE, bits) AS HUGEINT)) + CAST(pow(2::DOUBLE, bits) AS HUGEINT) + CAST(pow(2::DOUBLE, bits - 1) AS HUGEINT))
         % CAST(pow(2::DOUBLE, bits) AS HUGEINT) - CAST(pow(2::DOUBLE, bits - 1) AS HUGEINT) AS BIGINT);

CREATE OR REPLACE MACRO shift_left_(x, n, bits) AS
    CASE WHEN n >= bits THEN 0 ELSE wrapped_(CAST(x AS HUGEINT) * CAST(pow(2::DOUBLE, n) AS HUGEINT), bits) END;

CREATE OR REPLACE MACRO shift_right_(x, n, bits) AS
    CASE WHEN n >= bits THEN 0 WHEN n = 0 THEN x
         ELSE CAST((CASE WHEN x < 0 THEN CAST(x AS HUGEINT) + CAST(pow(2::DOUBLE, bits) AS HUGEINT) ELSE CAST(x AS HUGEINT) END)
                   // CAST(pow(2::DOUBLE, n) AS HUGEINT) AS BIGINT) END;

CREATE OR REPLACE MACRO shift_right_arithmetic_(x, n, bits) AS
    CASE WHEN n >= bits - 1 THEN CASE WHEN x < 0 THEN -1 ELSE 0 END ELSE x >> n END;

CREATE OR REPLACE MACRO bit_count_(x, bits) AS CAST(CASE WHEN bits >= 64 THEN bit_count(x)
    ELSE bit_count(x & ((CAST(1 AS BIGINT) << bits) - 1)) END AS BIGINT);

CREATE OR REPLACE MACRO width_bucket_(x, low, high, n) AS
    CASE WHEN x IS NULL OR low IS NULL OR high IS NULL OR n IS NULL THEN NULL
         WHEN n <= 0 THEN fail_('INVALID_FUNCTION_ARGUMENT: bucketCount must be greater than 0')
         WHEN isnan(x) THEN fail_('INVALID_FUNCTION_ARGUMENT: operand must not be NaN')
         WHEN NOT isfinite(low) THEN fail_('INVALID_FUNCTION_ARGUMENT: first bound must be finite')
         WHEN NOT isfinite(high) THEN fail_('INVALID_FUNCTION_ARGUMENT: second bound must be finite')
         WHEN low = high THEN fail_('INVALID_FUNCTION_ARGUMENT: bounds cannot equal each other')
         WHEN low < high THEN CASE WHEN x < low THEN 0 WHEN x >= high THEN n + 1
              ELSE CAST(floor((x - low) / (high - low) * n) AS BIGINT) + 1 END
         ELSE CASE WHEN x > low THEN 0 WHEN x <= high THEN n + 1
              ELSE CAST(floor((low - x) / (low - high) * n) AS BIGINT) + 1 END END;

CREATE OR REPLACE MACRO checked_radix_(base) AS
    CASE WHEN base < 2 OR base > 36 THEN fail_('INVALID_FUNCTION_ARGUMENT: Radix must be between 2 and 36') ELSE base END;

CREATE OR REPLACE MACRO from_base_(t, base) AS
    CASE WHEN t IS NULL OR base IS NULL THEN NULL
         WHEN NOT regexp_full_match(lower(t), '[+-]?[0-9a-z]+') OR ltrim(lower(t), '+-' || left('0123456789abcdefghijklmnopqrstuvwxyz', CAST(checked_radix_(base) AS INTEGER))) <> ''
         THEN fail_('INVALID_FUNCTION_ARGUMENT: Not a valid base-' || CAST(base AS VARCHAR) || ' number: ' || t)
         ELSE CASE WHEN starts_with(t, '-') THEN -1 ELSE 1 END * list_reduce(list_transform(string_split(lower(ltrim(t, '+-')), ''),
         lambda c: CAST(strpos('0123456789abcdefghijklmnopqrstuvwxyz', c) - 1 AS BIGINT)), lambda a, b: a * base + b) END;

CREATE OR REPLACE MACRO to_base_(x, base) AS
    CASE WHEN x < 0 THEN '-' ELSE '' END || lower(to_base(abs(x), CAST(checked_radix_(base) AS INTEGER)));

-- Half away from zero. What is no number and what is too large are told apart, as Trino does.
CREATE OR REPLACE MACRO whole_of_floating(x, source, target) AS
    CASE WHEN isnan(x) THEN fail_('INVALID_CAST_ARGUMENT: Cannot cast ' || source || ' NaN to ' || target)
         WHEN abs(x) < CAST(9223372036854775807 AS DOUBLE) THEN CAST(round(x) AS BIGINT)
         WHEN x IS NULL THEN NULL
         ELSE fail_(CASE WHEN target = 'bigint' THEN 'INVALID_CAST_ARGUMENT: Unable to cast ' || floating_text_(CAST(x AS DOUBLE)) || ' to bigint'
                         ELSE 'NUMERIC_VALUE_OUT_OF_RANGE: Out of range for ' || target || ': ' || floating_text_(CAST(x AS DOUBLE)) END) END;

-- What is too large for a real is infinite.
CREATE OR REPLACE MACRO real_of_double(x) AS
    CASE WHEN x IS NOT NULL THEN coalesce(TRY_CAST(x AS FLOAT), CAST(CASE WHEN x > 0 THEN 'inf' ELSE '-inf' END AS FLOAT)) END;

CREATE OR REPLACE MACRO random_below_(n) AS
    CASE WHEN n <= 0 THEN fail_('INVALID_FUNCTION_ARGUMENT: bound must be positive') ELSE CAST(floor(random() * n) AS BIGINT) END;

CREATE OR REPLACE MACRO random_between_(a, b) AS
    CASE WHEN a >= b THEN fail_('INVALID_FUNCTION_ARGUMENT: start value must be less than stop value')
         ELSE CAST(a + floor(random() * (CAST(b AS HUGEINT) - a)) AS BIGINT) END;

-- Kilometres between two points on a sphere, by Vincenty's formula.
CREATE OR REPLACE MACRO great_circle_(a, b, d) AS
    atan2(sqrt(cos(b) * sin(d) * (cos(b) * sin(d))
               + (cos(a) * sin(b) - sin(a) * cos(b) * cos(d)) * (cos(a) * sin(b) - sin(a) * cos(b) * cos(d))),
          sin(a) * sin(b) + cos(a) * cos(b) * cos(d)) * 6371.01e0;

CREATE OR REPLACE MACRO great_circle(lat1, lon1, lat2, lon2) AS
    CASE WHEN abs(lat1) > 90 OR abs(lat2) > 90 THEN CAST(fail_('INVALID_FUNCTION_ARGUMENT: Latitude must be between -90 and 90') AS DOUBLE)
         WHEN abs(lon1) > 180 OR abs(lon2) > 180 THEN CAST(fail_('INVALID_FUNCTION_ARGUMENT: Longitude must be between -180 and 180') AS DOUBLE)
         ELSE great_circle_(radians(lat1), radians(lat2), radians(lon1) - radians(lon2)) END;

CREATE OR REPLACE MACRO bin_of(x, bins) AS
    CASE WHEN x IS NULL OR bins IS NULL THEN NULL
         WHEN len(bins) = 0 THEN fail_('INVALID_FUNCTION_ARGUMENT: Bins cannot be an empty array')
         WHEN isnan(x) THEN fail_('INVALID_FUNCTION_ARGUMENT: Operand cannot be NaN')
         ELSE CAST(len(list_filter(bins, lambda b: b <= x)) AS BIGINT) END;
