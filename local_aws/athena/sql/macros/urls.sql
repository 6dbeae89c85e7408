-- An address in the parts of RFC 3986; what is no address has no parts.

CREATE OR REPLACE MACRO url_part(u, n) AS
    nullif(regexp_extract(u, '^(([^:/?#]+):)?(//([^/?#]*))?([^?#]*)(\?([^#]*))?(#(.*))?', n), NULL);

CREATE OR REPLACE MACRO url_decoded_(u, part) AS CASE WHEN u IS NULL THEN NULL ELSE url_decode(part) END;

CREATE OR REPLACE MACRO url_host(u) AS
    CASE WHEN u IS NULL THEN NULL ELSE
    nullif(regexp_replace(regexp_replace(regexp_extract(u, '^(([^:/?#]+):)?(//([^/?#]*))?', 4), '^.*@', ''), ':[0-9]*$', ''), '') END;

CREATE OR REPLACE MACRO url_port(u) AS
    TRY_CAST(nullif(regexp_extract(regexp_extract(u, '^(([^:/?#]+):)?(//([^/?#]*))?', 4), ':([0-9]+)$', 1), '') AS BIGINT);

CREATE OR REPLACE MACRO url_parameter(u, name) AS
    CASE WHEN u IS NULL OR name IS NULL THEN NULL ELSE
    url_decode(replace(list_filter(list_transform(string_split(url_part(u, 7), '&'),
        lambda p: struct_pack(k := split_part(p, '=', 1), v := substr(p, length(split_part(p, '=', 1)) + 2))),
        lambda p: p.k = name)[1].v, '+', ' ')) END;

CREATE OR REPLACE MACRO url_form_encoded(t) AS
    replace(replace(replace(url_encode(t), '%20', '+'), '~', '%7E'), '%2A', '*');

CREATE OR REPLACE MACRO padded_base64_(t) AS t || repeat('=', (4 - length(t) % 4) % 4);
