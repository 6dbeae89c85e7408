-- `error()` counts as volatile, so TRY refuses it; a cast that cannot succeed fails just as well, and TRY catches it.

CREATE OR REPLACE MACRO fail_(message) AS CAST('failure<' || message || '>' AS BIGINT);

CREATE OR REPLACE MACRO fail_as_text_(message) AS CAST(fail_(message) AS VARCHAR);
