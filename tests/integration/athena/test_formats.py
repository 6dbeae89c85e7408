"""Tables of every format, read through a real gateway."""

from __future__ import annotations

import gzip
import io
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.orc as po
import pytest

if TYPE_CHECKING:
    from typing import Any

    from tests.integration.athena.lake import Lake

TEXT_FORMATS = {
    "InputFormat": "org.apache.hadoop.mapred.TextInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat",
}


def _storage(serde: str, **parameters: str) -> dict[str, Any]:
    return {**TEXT_FORMATS, "SerdeInfo": {"SerializationLibrary": serde, "Parameters": parameters}}


OPENX = "org.openx.data.jsonserde.JsonSerDe"
HIVE_JSON = "org.apache.hive.hcatalog.data.JsonSerDe"
LAZY = "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe"
OPEN_CSV = "org.apache.hadoop.hive.serde2.OpenCSVSerde"


def test_json_keys_match_in_any_case_and_nested_values_become_text(lake: Lake) -> None:
    lake.table(
        "json_lines",
        {"errorcode": "string", "attemptsmade": "int", "rawdata": "string", "tags": "array<string>"},
        storage=_storage(OPENX),
    )
    lines = (
        b'{"errorCode":"A","attemptsMade":4,"rawData":{"Deep":[1,2]},"tags":["x","y"]}\n'
        b'{"errorCode":"B","attemptsMade":"1"}\n'
    )
    lake.put("json_lines/one", lines)
    lake.put("json_lines/two.gz", gzip.compress(lines), ContentEncoding="gzip")
    rows = lake.rows("SELECT errorcode, attemptsmade, rawdata, tags FROM json_lines ORDER BY 1, 2")
    assert rows == [["A", "4", '{"deep":[1,2]}', "[x, y]"]] * 2 + [["B", "1", None, None]] * 2


def test_the_bytes_of_a_json_table_are_those_of_its_objects(lake: Lake) -> None:
    lake.table("json_bytes", {"a": "int"}, storage=_storage(OPENX))
    body = gzip.compress(b'{"a":1}\n' * 1000)
    lake.put("json_bytes/x.gz", body)
    execution = lake.run("SELECT sum(a) FROM json_bytes")
    assert lake.results_of(execution)[1] == ["1000"]
    assert execution["Statistics"]["DataScannedInBytes"] == len(body)


def test_a_line_that_is_no_json_is_an_error_unless_it_is_to_be_ignored(lake: Lake) -> None:
    lake.table("json_bad", {"a": "int"}, storage=_storage(OPENX))
    lake.table(
        "json_lenient",
        {"a": "int"},
        storage=_storage(OPENX, **{"ignore.malformed.json": "true"}),
        location=f"s3://{lake.bucket}/json_bad/",
    )
    lake.put("json_bad/x", b'{"a":1}\nnot json\n{"a":3}\n')
    assert lake.failure("SELECT a FROM json_bad").startswith(
        "HIVE_CURSOR_ERROR: Row is not a valid JSON Object"
    )
    assert lake.rows("SELECT a FROM json_lenient ORDER BY 1") == [["1"], ["3"], [None]]


def test_hive_json(lake: Lake) -> None:
    lake.table("hive_json", {"a": "int", "m": "map<string,int>"}, storage=_storage(HIVE_JSON))
    lake.put("hive_json/x", b'{"a":1,"m":{"K":2}}\n')
    assert lake.rows("SELECT a, m FROM hive_json") == [["1", "{K=2}"]]


def test_tab_separated_values(lake: Lake) -> None:
    lake.table(
        "tsv",
        {"a": "int", "b": "string", "d": "decimal(10,2)", "l": "array<int>", "t": "timestamp"},
        parameters={"skip.header.line.count": "1"},
        storage=_storage(LAZY, **{"field.delim": "\t", "collection.delim": ","}),
    )
    lake.put("tsv/x.tsv", b"a\tb\td\tl\tt\n1\tx y\t1.50\t1,2\t2026-01-01 10:00:00.5\nbad\t\\N\n")
    assert lake.rows("SELECT * FROM tsv ORDER BY a") == [
        ["1", "x y", "1.50", "[1, 2]", "2026-01-01 10:00:00.500"],
        [None, None, None, None, None],
    ]


def test_quoted_csv(lake: Lake) -> None:
    lake.table("quoted", {"a": "int", "b": "string", "c": "double"}, storage=_storage(OPEN_CSV))
    lake.put("quoted/x.csv", b'"1","say ""hi"", ok","1.5"\n2,plain\n')
    assert lake.rows("SELECT * FROM quoted ORDER BY a") == [
        ["1", 'say "hi", ok', "1.5"],
        ["2", "plain", None],
    ]


def test_quoted_csv_with_a_wrong_number_is_an_error(lake: Lake) -> None:
    lake.table("quoted_bad", {"a": "int"}, storage=_storage(OPEN_CSV))
    lake.put("quoted_bad/x.csv", b'"x"\n')
    assert "HIVE_BAD_DATA: Error parsing field value 'x'" in lake.failure("SELECT a FROM quoted_bad")


@pytest.mark.parametrize(
    ("serde", "first", "second"),
    [
        (OPENX, b'{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n', b'{"a":3,"b":"y"}\n'),
        (HIVE_JSON, b'{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n', b'{"a":3,"b":"y"}\n'),
        (LAZY, b"1\x01x\n2\x01y\n", b"3\x01y\n"),
        (OPEN_CSV, b"1,x\n2,y\n", b"3,y\n"),
    ],
)
def test_a_condition_may_be_on_columns_that_are_not_selected(
    lake: Lake, serde: str, first: bytes, second: bytes
) -> None:
    name = "unselected_" + serde.rpartition(".")[0].replace(".", "_").lower()
    lake.table(
        name,
        {"a": "int", "b": "string"},
        partitions={"kind": "string"},
        parameters={
            "projection.enabled": "true",
            "projection.kind.type": "enum",
            "projection.kind.values": "one,two",
        },
        storage=_storage(serde),
    )
    lake.put(f"{name}/kind=one/x", first)
    lake.put(f"{name}/kind=two/x", second)
    assert lake.rows(f"SELECT a FROM {name} WHERE b = 'y' ORDER BY 1") == [["2"], ["3"]]
    assert lake.rows(f"SELECT a FROM {name} WHERE kind = 'two'") == [["3"]]
    outer = f"SELECT a FROM (SELECT a, b, kind FROM {name}) WHERE b = 'y' AND kind = 'one'"
    assert lake.rows(outer) == [["2"]]


@pytest.mark.parametrize("by_name", [False, True])
def test_orc_columns_are_found_by_position_unless_told_otherwise(lake: Lake, by_name: bool) -> None:
    name = f"orc_{by_name}".lower()
    lake.table(
        name,
        {"b": "string", "a": "bigint"},
        storage={
            "InputFormat": "org.apache.hadoop.hive.ql.io.orc.OrcInputFormat",
            "OutputFormat": "org.apache.hadoop.hive.ql.io.orc.OrcOutputFormat",
            "SerdeInfo": {
                "SerializationLibrary": "org.apache.hadoop.hive.ql.io.orc.OrcSerde",
                "Parameters": {"orc.column.index.access": "false"} if by_name else {},
            },
        },
    )
    sink = io.BytesIO()
    names = ["a", "b"] if by_name else ["b", "a"]
    columns = {"a": pa.array([1, 2], pa.int32()), "b": pa.array(["x", "y"])}
    po.write_table(pa.table({n if by_name else f"_col{i}": columns[n] for i, n in enumerate(names)}), sink)
    lake.put(f"{name}/x.orc", sink.getvalue())
    execution = lake.run(f"SELECT a, b FROM {name} WHERE a > 1")
    assert lake.results_of(execution)[1:] == [["2", "y"]]
    assert 0 < execution["Statistics"]["DataScannedInBytes"] <= len(sink.getvalue())
    assert lake.rows(f"SELECT count(*) FROM {name}") == [["2"]]


def test_parquet_of_changing_schemas(lake: Lake) -> None:
    """Columns by name in any case, missing ones NULL, narrower numbers widened, finer times rounded."""
    lake.table(
        "evolving",
        {
            "id": "bigint",
            "name": "string",
            "price": "decimal(12,3)",
            "at": "timestamp",
            "who": "struct<first:string,age:int>",
        },
    )
    moment = datetime(2026, 1, 2, 3, 4, 5, 678_900, UTC)
    lake.put_parquet("evolving/1.parquet", pa.table({"id": pa.array([1], pa.int32())}))
    lake.put_parquet(
        "evolving/2.parquet",
        pa.table(
            {
                "ID": pa.array([2], pa.int64()),
                "Name": ["x"],
                "price": pa.array([Decimal("1.50")], pa.decimal128(5, 2)),
                "at": pa.array([moment], pa.timestamp("us", "UTC")),
                "who": pa.array([{"First": "A"}], pa.struct([("First", pa.string())])),
                "unknown": [1],
            }
        ),
    )
    assert lake.rows("SELECT * FROM evolving ORDER BY id") == [
        ["1", None, None, None, None],
        ["2", "x", "1.500", "2026-01-02 03:04:05.679", "{first=A, age=null}"],
    ]
    assert lake.rows("SELECT who.first FROM evolving WHERE name = 'x' AND id = 2") == [["A"]]


def test_parquet_with_int96_times(lake: Lake) -> None:
    lake.table("old_times", {"at": "timestamp"})
    table = pa.table({"at": pa.array([datetime(2026, 1, 2, 3, 4, 5, 678_000)], pa.timestamp("us"))})
    lake.put_parquet("old_times/x.parquet", table, use_deprecated_int96_timestamps=True)
    assert lake.rows("SELECT at FROM old_times") == [["2026-01-02 03:04:05.678"]]


def test_an_object_that_is_no_parquet_is_bad_data(lake: Lake) -> None:
    lake.table("broken", {"a": "int"})
    lake.put("broken/x.parquet", b"this is no parquet file at all")
    assert lake.failure("SELECT a FROM broken").startswith("HIVE_BAD_DATA: Malformed Parquet file")


def test_hidden_and_empty_objects_are_not_data(lake: Lake) -> None:
    lake.table("hidden", {"a": "int"}, storage=_storage(OPENX))
    lake.put("hidden/x", b'{"a":1}\n')
    for key in ("hidden/_SUCCESS", "hidden/.part", "hidden/_temporary/x", "hidden/empty"):
        lake.put(key, b"" if key.endswith("empty") else b'{"a":9}\n')
    assert lake.rows("SELECT sum(a) FROM hidden") == [["1"]]
