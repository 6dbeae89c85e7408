"""What the SerDes of text do with lines that are not as they should be, and with the properties of tables."""

from __future__ import annotations

import bz2
import gzip
import zlib
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest

from tests.integration.athena.test_formats import HIVE_JSON, LAZY, OPEN_CSV, OPENX, TEXT_FORMATS, _storage

if TYPE_CHECKING:
    from typing import Any

    from tests.integration.athena.lake import Lake

REGEX = "org.apache.hadoop.hive.serde2.RegexSerDe"
COUNTER = iter(range(10_000))


def _table(
    lake: Lake,
    columns: dict[str, str],
    serde: str,
    body: bytes,
    parameters: dict[str, str] | None = None,
    name: str = "x",
    properties: dict[str, str] | None = None,
) -> str:
    """Make a table of one object; return its name."""
    table = f"lines_{next(COUNTER)}"
    lake.table(table, columns, parameters=parameters, storage=_storage(serde, **(properties or {})))
    lake.put(f"{table}/{name}", body)
    return table


ABC = {"a": "string", "b": "string", "c": "string"}


@pytest.mark.parametrize(
    ("serde", "body", "rows"),
    [
        (OPEN_CSV, b'1,"one\ntwo",x\n2,"three",y\n', [["1", None, None], [None] * 3, ["2", "three", "y"]]),
        (OPEN_CSV, b'\n"",,\n', [[None] * 3, ["", "", ""]]),
        (OPEN_CSV, b"1\n1,2,3,4\n", [["1", None, None], ["1", "2", "3"]]),
        (OPEN_CSV, b"\\N,a\x00b,\xff\n", [["N", "a\0b", "\ufffd"]]),
        (LAZY, b"\n\\N\x01\x01x\x01more\n", [["", None, None], [None, "", "x"]]),
        (LAZY, b"\xef\xbb\xbfa\x01b\r\nc\rd", [["a", "b", None], ["c", None, None], ["d", None, None]]),
    ],
)
def test_a_line_is_a_row(lake: Lake, serde: str, body: bytes, rows: list[list[str | None]]) -> None:
    table = _table(lake, ABC, serde, body)
    assert lake.rows(f"SELECT * FROM {table}") == rows
    assert lake.rows(f"SELECT count(*) FROM {table}") == [[str(len(rows))]]


@pytest.mark.parametrize("kind", ["int", "bigint", "double", "date", "timestamp", "decimal(5,2)"])
def test_an_empty_text_is_no_value_of_another_type_for_open_csv(lake: Lake, kind: str) -> None:
    table = _table(lake, {"a": "string", "n": kind}, OPEN_CSV, b'x,""\ny,1\n')
    assert lake.failure(f"SELECT * FROM {table}") == (
        "HIVE_BAD_DATA: Error parsing field value '' for field 1: For input string: \"\""
    )
    assert lake.rows(f"SELECT a FROM {table}") == [["x"], ["y"]]
    assert lake.rows(f"SELECT count(*) FROM {table}") == [["2"]]
    lenient = _table(
        lake, {"a": "string", "n": kind}, OPEN_CSV, b"x,\n", {"use.null.for.invalid.data": "TRUE"}
    )
    assert lake.rows(f"SELECT * FROM {lenient}") == [["x", None]]


def test_dates_and_timestamps_of_open_csv_are_numbers(lake: Lake) -> None:
    table = _table(lake, {"d": "date", "t": "timestamp"}, OPEN_CSV, b"18276,1579059880123\n")
    assert lake.rows(f"SELECT * FROM {table}") == [["2020-01-15", "2020-01-15 03:44:40.123"]]
    written = _table(lake, {"d": "date"}, OPEN_CSV, b"2020-01-15\n")
    assert "HIVE_BAD_DATA: Error parsing field value '2020-01-15'" in lake.failure(f"SELECT * FROM {written}")


def test_the_characters_of_open_csv(lake: Lake) -> None:
    table = _table(
        lake,
        ABC,
        OPEN_CSV,
        b"'a|b'|c^d|'e^'f'\n",
        properties={"separatorChar": "|", "quoteChar": "'", "escapeChar": "^"},
    )
    assert lake.rows(f"SELECT * FROM {table}") == [["a|b", "cd", "e'f"]]
    tabs = _table(lake, ABC, OPEN_CSV, b"a\tb\tc\n", properties={"separatorChar": "\\t"})
    assert lake.rows(f"SELECT * FROM {tabs}") == [["a", "b", "c"]]
    first = {
        "separatorChar": "|!",
        "escapeChar": '"',
    }  # of one only the first counts, the other means a backslash
    odd = _table(lake, ABC, OPEN_CSV, b'"a\\"b"|!c|d\n', properties=first)
    assert lake.rows(f"SELECT * FROM {odd}") == [['a"b', "!c", "d"]]
    off = _table(lake, ABC, OPEN_CSV, b'"a",b,c\n', properties={"quoteChar": "\0", "escapeChar": "\0"})
    assert lake.rows(f"SELECT * FROM {off}") == [['"a"', "b", "c"]]
    same = _table(lake, ABC, OPEN_CSV, b"a\n", properties={"separatorChar": '"'})
    assert "separator, quote, and escape characters must be different" in lake.failure(
        f"SELECT a FROM {same}"
    )


@pytest.mark.parametrize(
    ("line", "key"),
    [
        (b'{"URL":"x","Url":"y"}', "url"),
        (b'{"url":"x","url":"y"}', "url"),
        (b'{"url":"x","o":{"K":1,"k":2}}', "k"),
    ],
)
def test_keys_in_several_cases_are_an_error_of_openx(lake: Lake, line: bytes, key: str) -> None:
    table = _table(lake, {"url": "string"}, OPENX, line)
    expected = f'HIVE_CURSOR_ERROR: Row is not a valid JSON Object - JSONException: Duplicate key "{key}"'
    assert lake.failure(f"SELECT * FROM {table}").startswith(expected)
    assert lake.failure(f"SELECT count(*) FROM {table}").startswith(expected)
    lenient = _table(lake, {"url": "string"}, OPENX, line, properties={"ignore.malformed.json": "true"})
    assert lake.rows(f"SELECT * FROM {lenient}") == [[None]]
    assert lake.rows(f"SELECT count(*) FROM {lenient}") == [["1"]]


def test_keys_in_several_cases_with_mappings(lake: Lake) -> None:
    properties = {"case.insensitive": "false", "mapping.u1": "URL", "mapping.u2": "Url"}
    columns = {"u1": "string", "u2": "string"}
    table = _table(lake, columns, OPENX, b'{"URL":"x","Url":"y"}\n', properties=properties)
    assert lake.rows(f"SELECT * FROM {table}") == [["x", "y"]]


def test_the_last_of_equal_keys_counts_for_hive_json(lake: Lake) -> None:
    table = _table(lake, {"url": "string"}, HIVE_JSON, b'{"url":"x","url":"y"}\n')
    assert lake.rows(f"SELECT * FROM {table}") == [["y"]]


@pytest.mark.parametrize("serde", [OPENX, HIVE_JSON])
def test_malformed_json_fails_whatever_is_read_of_it(lake: Lake, serde: str) -> None:
    table = _table(lake, {"a": "int"}, serde, b'{"a":1}\n{"a":2\n')
    for sql in (f"SELECT a FROM {table}", f"SELECT count(*) FROM {table}"):
        assert lake.failure(sql).startswith("HIVE_CURSOR_ERROR: Row is not a valid JSON Object")


def test_rows_can_be_counted_when_a_value_has_another_type(lake: Lake) -> None:
    table = _table(lake, {"a": "int", "b": "string"}, OPENX, b'{"a":"x","b":"y"}\n')
    assert lake.failure(f"SELECT a FROM {table}").startswith("HIVE_BAD_DATA")
    assert lake.rows(f"SELECT b FROM {table}") == [["y"]]
    assert lake.rows(f"SELECT count(*) FROM {table}") == [["1"]]


@pytest.mark.parametrize("serde", [OPENX, HIVE_JSON])
def test_json_of_another_encoding(lake: Lake, serde: str) -> None:
    body = '{"a":"é€"}\n'.encode("windows-1252")
    table = _table(lake, {"a": "string"}, serde, body, properties={"serialization.encoding": "windows-1252"})
    assert lake.rows(f"SELECT * FROM {table}") == [["é€"]]


def test_dots_in_keys(lake: Lake) -> None:
    table = _table(lake, {"a_b": "int"}, OPENX, b'{"a.b":1}\n', properties={"dots.in.keys": "true"})
    assert lake.rows(f"SELECT * FROM {table}") == [["1"]]


@pytest.mark.parametrize(
    ("serde", "line"), [(LAZY, b"%s\n"), (OPENX, b'{"t":"%s"}\n'), (HIVE_JSON, b'{"t":"%s"}\n')]
)
def test_fractions_of_a_second_are_rounded_to_milliseconds(lake: Lake, serde: str, line: bytes) -> None:
    texts = (b"2020-01-01 00:00:00.123456789", b"2020-01-01 00:00:00.1235", b"2020-12-31 23:59:59.9995")
    table = _table(lake, {"t": "timestamp"}, serde, b"".join(line % text for text in texts))
    assert lake.rows(f"SELECT t FROM {table}") == [
        ["2020-01-01 00:00:00.123"],
        ["2020-01-01 00:00:00.124"],
        ["2021-01-01 00:00:00.000"],
    ]


def test_timestamp_formats_of_lines(lake: Lake) -> None:
    formats = "yyyy-MM-dd'T'HH:mm:ss,dd/MMM/yyyy"
    body = b"2020-01-02T03:04:05\n02/Jan/2020\n2020-01-02 00:00:00\nx\n"
    table = _table(lake, {"t": "timestamp"}, LAZY, body, properties={"timestamp.formats": formats})
    assert lake.rows(f"SELECT t FROM {table}") == [
        ["2020-01-02 03:04:05.000"],
        ["2020-01-02 00:00:00.000"],
        ["2020-01-02 00:00:00.000"],
        [None],
    ]


def test_binary_is_base64_in_lines(lake: Lake) -> None:
    table = _table(lake, {"b": "binary"}, LAZY, b"YWJj\n")
    assert lake.rows(f"SELECT b, from_utf8(b) FROM {table}") == [["61 62 63", "abc"]]


def test_header_and_footer_lines_are_those_of_each_object(lake: Lake) -> None:
    counts = {"skip.header.line.count": "2", "skip.footer.line.count": "1"}
    table = _table(lake, {"a": "string"}, LAZY, b"h\nh\n1\n2\nend\n", counts)
    lake.put(f"{table}/y", b"h\r\nh\r\n3\r\nend")
    lake.put(f"{table}/short", b"h\n")
    assert lake.rows(f"SELECT a FROM {table} ORDER BY 1") == [["1"], ["2"], ["3"]]
    assert lake.rows(f"SELECT count(*) FROM {table}") == [["3"]]
    wrong = _table(lake, {"a": "string"}, LAZY, b"1\n", {"skip.header.line.count": "one"})
    assert lake.failure(f"SELECT a FROM {wrong}").startswith(
        "HIVE_INVALID_METADATA: Invalid value for skip.header"
    )


@pytest.mark.parametrize(
    ("properties", "body", "row"),
    [
        ({"field.delim": "||"}, b"a|b|c\n", ["a", "b", "c"]),
        ({"field.delim": "9"}, b"a\tb\tc\n", ["a", "b", "c"]),
        ({"field.delim": "\\t", "line.delim": "\n"}, b"a\tb\tc\n", ["a", "b", "c"]),
        ({"field.delim": ",", "escape.delim": "\\"}, b"a\\,b,c\\\\,d\n", ["a,b", "c\\", "d"]),
        ({"field.delim": ",", "serialization.null.format": "-"}, b"-,,\\N\n", [None, "", "\\N"]),
        ({"field.delim": ",", "serialization.null.format": ""}, b",a,\n", [None, "a", None]),
        (
            {"field.delim": ",", "serialization.last.column.takes.rest": "true"},
            b"a,b,c,d\n",
            ["a", "b", "c,d"],
        ),
        ({"field.delim": ",", "serialization.encoding": "windows-1252"}, b"\x80,b,c\n", ["€", "b", "c"]),
    ],
)
def test_properties_of_lines_are_read(
    lake: Lake, properties: dict[str, str], body: bytes, row: list[str | None]
) -> None:
    table = _table(lake, ABC, LAZY, body, properties=properties)
    assert lake.rows(f"SELECT * FROM {table}") == [row]


@pytest.mark.parametrize(
    "properties",
    [
        {"line.delim": "|"},
        {"serialization.encoding": "no-such-code"},
        {"serialization.encoding": "utf-16"},
        {"hive.lazysimple.extended_boolean_literal": "true"},
        {"timestamp.formats": "yyyy G"},
    ],
)
def test_properties_that_are_not_available_are_named(lake: Lake, properties: dict[str, str]) -> None:
    table = _table(lake, {"a": "timestamp"}, LAZY, b"", properties=properties)
    reason = lake.failure(f"SELECT a FROM {table}")
    assert reason.startswith("NOT_SUPPORTED: The property")
    assert next(iter(properties)) in reason


def test_nested_values_of_lines(lake: Lake) -> None:
    columns = {"l": "array<array<int>>", "m": "map<string,array<int>>", "s": "struct<a:int,b:array<string>>"}
    properties = {"field.delim": ",", "collection.delim": "|", "mapkey.delim": ":"}
    table = _table(lake, columns, LAZY, b"1:2|3,k:4\x045|n:\\N|k:9,7|x:y\n,,\n", properties=properties)
    assert lake.rows(f"SELECT * FROM {table}") == [
        ["[[1, 2], [3]]", "{k=[4, 5], n=null}", "{a=7, b=[x, y]}"],
        ["[]", "{}", "{a=null, b=null}"],
    ]


def test_regex_serde(lake: Lake) -> None:
    table = _table(
        lake,
        {"ip": "string", "n": "int", "at": "timestamp"},
        REGEX,
        b"1.2.3.4 17 [2020-01-02 03:04:05.6789 ]\nother\n1.2.3.4 - [-]\n",
        properties={"input.regex": r"(\S+) (\S+) \[([^\]]*)\]"},
    )
    assert lake.rows(f"SELECT * FROM {table}") == [
        ["1.2.3.4", "17", "2020-01-02 03:04:05.679"],
        [None, None, None],
        ["1.2.3.4", None, None],
    ]
    assert lake.rows(f"SELECT count(*) FROM {table}") == [["3"]]


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({}, 'HIVE_INVALID_METADATA: This table does not have serde property "input.regex"!'),
        ({"input.regex": "(a"}, "HIVE_INVALID_METADATA: input.regex"),
        ({"input.regex": "(a)(b)"}, "HIVE_CURSOR_ERROR: Number of matching groups doesn't match"),
    ],
)
def test_patterns_that_do_not_fit(lake: Lake, properties: dict[str, str], reason: str) -> None:
    table = _table(lake, {"a": "string"}, REGEX, b"", properties=properties)
    assert lake.failure(f"SELECT a FROM {table}").startswith(reason)


def _hadoop_block(data: bytes, codec: str) -> bytes:
    packed = pa.Codec(codec).compress(data, asbytes=True)
    return b"".join([len(data).to_bytes(4, "big"), len(packed).to_bytes(4, "big"), packed])


LINE = b"a\x01b\x01c\n"
PACKED: dict[str, Any] = {
    "x.gz": gzip.compress(LINE) + gzip.compress(LINE),
    "x.bz2": bz2.compress(LINE * 2),
    "x.deflate": zlib.compress(LINE * 2),
    "x.zst": pa.Codec("zstd").compress(LINE * 2, asbytes=True),
    "x.snappy": _hadoop_block(LINE, "snappy") * 2,
    "x.lz4": _hadoop_block(LINE * 2, "lz4_raw"),
    "y.lz4": pa.Codec("lz4").compress(LINE * 2, asbytes=True),
}


@pytest.mark.parametrize("name", PACKED)
def test_objects_are_unpacked_by_their_extension(lake: Lake, name: str) -> None:
    table = _table(lake, ABC, LAZY, PACKED[name], name=name)
    assert lake.rows(f"SELECT * FROM {table}") == [["a", "b", "c"]] * 2
    broken = _table(lake, ABC, LAZY, PACKED[name][:-6], name=name)
    assert lake.failure(f"SELECT * FROM {broken}").startswith("HIVE_CURSOR_ERROR: Failed to read file")


UNAVAILABLE = [
    "com.amazon.emr.hive.serde.CloudTrailSerde",
    "com.amazonaws.glue.serde.GrokSerDe",
    "com.amazon.ionhiveserde.IonHiveSerDe",
    "org.apache.hadoop.hive.serde2.columnar.LazyBinaryColumnarSerDe",
]


@pytest.mark.parametrize("serde", UNAVAILABLE)
def test_serdes_that_are_not_available_are_named_without_objects_too(lake: Lake, serde: str) -> None:
    table = f"lines_{next(COUNTER)}"
    lake.table(table, ABC, storage=_storage(serde))
    assert f"The SerDe {serde} with the input format" in lake.failure(f"SELECT a FROM {table}")


@pytest.mark.parametrize(
    ("storage", "reason"),
    [
        (
            _storage("com.example.NoSerDe"),
            "HIVE_SERDE_NOT_FOUND: deserializer does not exist: com.example.NoSerDe",
        ),
        (TEXT_FORMATS, "HIVE_INVALID_METADATA: Table storage descriptor is missing SerDe info"),
        (
            {"SerdeInfo": {"SerializationLibrary": LAZY}},
            "HIVE_UNSUPPORTED_FORMAT: Unable to create input format",
        ),
        (
            {
                "InputFormat": "org.apache.hadoop.hive.ql.io.SymlinkTextInputFormat",
                "SerdeInfo": {"SerializationLibrary": LAZY},
            },
            f"NOT_SUPPORTED: The SerDe {LAZY} with the input format org.apache.hadoop.hive.ql.io.Symlink",
        ),
    ],
)
@pytest.mark.parametrize("filled", [False, True])
def test_storage_that_nothing_reads(lake: Lake, storage: dict[str, Any], reason: str, filled: bool) -> None:
    table = f"lines_{next(COUNTER)}"
    lake.table(table, ABC, storage=storage)
    if filled:
        lake.put(f"{table}/x", LINE)
    for sql in (f"SELECT a FROM {table}", f"SELECT count(*) FROM {table}"):
        assert lake.failure(sql).startswith(reason)
