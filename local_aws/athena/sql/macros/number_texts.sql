-- Numbers to and from text. A floating number has two texts: in results and in format it is Java's, plain from 1E-3 up
-- to 1E7 and otherwise d.dddE<n>; CAST writes the SQL standard's d.dddE<n> for all. DuckDB's shortest digits are the same.

CREATE OR REPLACE MACRO digits_of_(s) AS
    CASE WHEN contains(s, 'e') THEN replace(split_part(s, 'e', 1), '.', '') ELSE ltrim(replace(s, '.', ''), '0') END;

CREATE OR REPLACE MACRO exponent_of_(s) AS
    CASE WHEN contains(s, 'e') THEN CAST(split_part(s, 'e', 2) AS INTEGER)
         WHEN starts_with(s, '0.') THEN length(ltrim(substr(s, 3), '0')) - length(s) + 1
         ELSE length(split_part(s, '.', 1)) - 1 END;

CREATE OR REPLACE MACRO with_exponent_(digits, exponent) AS
    left(digits, 1) || CASE WHEN length(digits) > 1 THEN '.' || substr(digits, 2) ELSE '.0' END
    || 'E' || CAST(exponent AS VARCHAR);

CREATE OR REPLACE MACRO scientific_(s) AS with_exponent_(rtrim(digits_of_(s), '0'), exponent_of_(s));

CREATE OR REPLACE MACRO floating_text_(x) AS
    CASE WHEN x IS NULL THEN NULL
         WHEN isnan(x) THEN 'NaN'
         WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'Infinity' ELSE '-Infinity' END
         WHEN x = 0 OR (abs(x) >= 1e-3 AND abs(x) < 1e7) THEN CAST(x AS VARCHAR)
         ELSE CASE WHEN x < 0 THEN '-' ELSE '' END || scientific_(CAST(abs(x) AS VARCHAR)) END;

CREATE OR REPLACE MACRO floating_cast_text_(x) AS
    CASE WHEN x IS NULL THEN NULL
         WHEN isnan(x) THEN 'NaN'
         WHEN isinf(x) THEN CASE WHEN x > 0 THEN 'Infinity' ELSE '-Infinity' END
         WHEN x = 0 THEN replace(CAST(x AS VARCHAR), '.0', 'E0')
         ELSE CASE WHEN x < 0 THEN '-' ELSE '' END || scientific_(CAST(abs(x) AS VARCHAR)) END;

CREATE OR REPLACE MACRO double_text(x) AS floating_text_(CAST(x AS DOUBLE));

CREATE OR REPLACE MACRO real_text(x) AS floating_text_(CAST(x AS FLOAT));

CREATE OR REPLACE MACRO double_cast_text(x) AS floating_cast_text_(CAST(x AS DOUBLE));

CREATE OR REPLACE MACRO real_cast_text(x) AS floating_cast_text_(CAST(x AS FLOAT));

CREATE OR REPLACE MACRO text_that_fits(t, n, shown, target) AS
    CASE WHEN length(t) <= n OR t IS NULL THEN t
         ELSE fail_as_text_('INVALID_CAST_ARGUMENT: Value ' || shown || ' cannot be represented as ' || target) END;

CREATE OR REPLACE MACRO number_text(t, target) AS
    CASE WHEN t IS NULL THEN NULL
         WHEN regexp_full_match(t, '[+-]?[0-9]+') THEN t
         WHEN target NOT IN ('TINYINT', 'SMALLINT', 'INTEGER', 'BIGINT')
              AND regexp_full_match(trim(t), '[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?') THEN trim(t)
         WHEN target IN ('DOUBLE', 'REAL') AND trim(t) IN ('NaN', 'Infinity', '+Infinity', '-Infinity') THEN trim(t)
         ELSE fail_as_text_('INVALID_CAST_ARGUMENT: Cannot cast ''' || t || ''' to '
                    || CASE target WHEN 'INTEGER' THEN 'INT' ELSE target END) END;

CREATE OR REPLACE MACRO boolean_of_text(t) AS
    CASE WHEN lower(t) IN ('t', 'true', '1') THEN true
         WHEN lower(t) IN ('f', 'false', '0') THEN false
         WHEN t IS NULL THEN NULL
         ELSE CAST(fail_('INVALID_CAST_ARGUMENT: Cannot cast ''' || t || ''' to BOOLEAN') AS BOOLEAN) END;
