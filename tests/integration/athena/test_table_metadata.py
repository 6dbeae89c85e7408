"""What Athena checks in the catalog before it reads: types of partitions, buckets, projections, SerDes of DDL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests.integration.athena.test_formats import LAZY, OPENX, _storage

if TYPE_CHECKING:
    from tests.integration.athena.lake import Lake

COUNTER = iter(range(10_000))
STRUCTS = "array<struct<service:string,region:string,impact:struct<contribution:double>>>"


def _partitioned(lake: Lake, columns: dict[str, str], declared: dict[str, str], **table: Any) -> str:
    """Make a table whose one partition declares other columns; return its name."""
    name = f"partitioned_{next(COUNTER)}"
    lake.table(name, columns, {"p": "string"}, storage=table.pop("storage", _storage(OPENX)), **table)
    lake.clients.client("glue").create_partition(
        DatabaseName=lake.database,
        TableName=name,
        PartitionInput={
            "Values": ["1"],
            "StorageDescriptor": {
                "Columns": [{"Name": k, "Type": v} for k, v in declared.items()],
                "Location": f"s3://{lake.bucket}/{name}/p=1/",
            },
        },
    )
    return name


@pytest.mark.parametrize(
    ("table", "partition"),
    [
        ("double", "int"),
        ("string", "double"),
        ("string", "timestamp"),
        ("timestamp", "string"),
        ("int", "bigint"),
        ("boolean", "string"),
        ("date", "timestamp"),
        ("struct<x:int>", "string"),
        ("struct<x:int>", "struct<y:int>"),
        ("map<string,int>", "map<string,bigint>"),
        (STRUCTS, "array<struct<service:string,impact:struct<contribution:double>>>"),
    ],
)
def test_types_that_do_not_turn_into_those_of_the_table(lake: Lake, table: str, partition: str) -> None:
    name = _partitioned(lake, {"a": table}, {"a": partition})
    expected = (
        "HIVE_PARTITION_SCHEMA_MISMATCH: There is a mismatch between the table and partition schemas. The types are"
        f" incompatible and cannot be coerced. The column 'a' in table '{lake.database}.{name}' is declared as type"
        f" '{table}', but partition 'p=1' declared column 'a' as type '{partition}'."
    )
    assert lake.failure(f"SELECT * FROM {name}") == expected
    assert lake.rows(f"SELECT * FROM {name} WHERE p = '2'") == []


@pytest.mark.parametrize(
    ("table", "partition"),
    [
        ("bigint", "int"),
        ("int", "tinyint"),
        ("double", "float"),
        ("decimal(12,2)", "decimal(10,2)"),
        ("string", "varchar(10)"),
        ("string", "int"),
        ("array<bigint>", "array<int>"),
        ("struct<a:bigint,b:int>", "struct<a:int>"),
    ],
)
def test_types_that_turn_into_those_of_the_table(lake: Lake, table: str, partition: str) -> None:
    name = _partitioned(lake, {"a": table}, {"a": partition})
    assert lake.rows(f"SELECT * FROM {name}") == []


def test_columns_are_compared_by_position_or_by_name_as_the_files_are_read(lake: Lake) -> None:
    columns, declared = {"a": "int", "b": "string"}, {"b": "string", "c": "double", "a": "int"}
    assert lake.rows(f"SELECT * FROM {_partitioned(lake, columns, declared, storage=None)}") == []
    by_position = _partitioned(lake, columns, declared)
    reason = lake.failure(f"SELECT b FROM {by_position}")
    assert "The column 'b' in table" in reason
    assert "declared column 'c' as type 'double'" in reason


def test_insert_into_a_bucketed_table_is_refused(lake: Lake) -> None:
    lake.rows(
        f"CREATE TABLE bucketed WITH (external_location = 's3://{lake.bucket}/bucketed/',"
        " bucketed_by = ARRAY['id'], bucket_count = 2) AS SELECT * FROM (VALUES 1, 2) AS t(id)"
    )
    reason = lake.failure("INSERT INTO bucketed VALUES 3")
    assert reason.startswith("NOT_SUPPORTED: INSERT INTO is not supported on the bucketed table")
    assert lake.rows("SELECT count(*) FROM bucketed") == [["2"]]


def _projected(lake: Lake, kind: str = "string", **settings: str) -> str:
    name = f"projected_{next(COUNTER)}"
    parameters = {"projection.enabled": "true"}
    parameters |= {f"projection.id.{key.replace('_', '.')}": value for key, value in settings.items()}
    lake.table(name, {"v": "int"}, {"id": kind}, parameters, _storage(OPENX))
    return name


def test_white_space_is_part_of_an_enum_value_alone(lake: Lake) -> None:
    name = _projected(lake, type=" ENUM ", values="us, eu")
    for number, value in enumerate(("us", "eu", " eu")):
        lake.put(f"{name}/id={value}/x", b'{"v":%d}\n' % number)
    assert lake.rows(f"SELECT id, v FROM {name} ORDER BY v") == [["us", "0"], [" eu", "2"]]
    spaced = _projected(lake, "int", type=" integer", range=" 1 , 3 ", interval=" 2 ", digits=" 2 ")
    for number in range(4):
        lake.put(f"{spaced}/id={number:02}/x", b'{"v":%d}\n' % number)
    assert lake.rows(f"SELECT v FROM {spaced} ORDER BY v") == [["1"], ["3"]]


@pytest.mark.parametrize(
    ("condition", "found"),
    [
        ("id = 'ab'", ["0"]),
        ("id = 'a' || 'b'", ["0"]),
        ("'ab' = id", ["0"]),
        ("id = concat('a', lower('B'))", ["0"]),
        ("id = cast(12 AS varchar)", ["1"]),
        ("id IN ('ab', cast(6 * 2 AS varchar), 'none')", ["0", "1"]),
        ("(id = 'ab' OR id = '12')", ["0", "1"]),
        ("id IN ('ab', '12') AND id IN ('12', 'x')", ["1"]),
        ("id = 'ab' AND id = '12'", []),
        ("id = 'ab' AND id IS NOT NULL", ["0"]),
        ("id = date_format(TIMESTAMP '2020-12-01 00:00:00', '%m')", ["1"]),
        ("id = NULL", []),
    ],
)
def test_constants_are_worked_out_for_injected_columns(lake: Lake, condition: str, found: list[str]) -> None:
    name = _projected(lake, type="injected")
    for number, value in enumerate(("ab", "12")):
        lake.put(f"{name}/id={value}/x", b'{"v":%d}\n' % number)
    assert lake.rows(f"SELECT v FROM {name} WHERE {condition} ORDER BY v") == [[value] for value in found]


@pytest.mark.parametrize(
    "condition",
    ["true", "id > 'a'", "id LIKE 'a%'", "id <> 'a'", "id = 'ab' OR v = 1", "id = cast(v AS varchar)"],
)
def test_injected_columns_need_equality_with_constants(lake: Lake, condition: str) -> None:
    assert lake.failure(f"SELECT v FROM {_projected(lake, type='injected')} WHERE {condition}") == (
        "CONSTRAINT_VIOLATION: For the injected projected partition column id, the WHERE clause must contain only"
        " static equality conditions, and at least one such condition must be present."
    )


def test_a_serde_that_athena_has_not_is_refused_by_ddl(lake: Lake) -> None:
    sql = f"CREATE EXTERNAL TABLE no_serde (a int) ROW FORMAT SERDE 'com.example.X' LOCATION 's3://{lake.bucket}/x/'"
    reason = lake.failure(sql)
    assert reason.startswith(
        "FAILED: Execution Error, return code 1 from org.apache.hadoop.hive.ql.exec.DDLTask."
    )
    assert reason.endswith("Cannot validate serde: com.example.X")


@pytest.mark.parametrize(("kind", "value"), [("date", "notadate"), ("int", "x"), ("bigint", "1.5")])
def test_partition_values_that_are_none_of_their_type(lake: Lake, kind: str, value: str) -> None:
    name = f"valued_{next(COUNTER)}"
    lake.table(name, {"v": "int"}, {"p": kind}, storage=_storage(OPENX))
    lake.rows(f"ALTER TABLE {name} ADD PARTITION (p = '{value}')")
    display = {"int": "INTEGER"}.get(kind, kind.upper())
    assert lake.failure(f"SELECT * FROM {name}") == (
        f"HIVE_INVALID_PARTITION_VALUE: Invalid partition value '{value}' for {display} partition key: p"
    )


def test_the_null_partition_and_special_characters(lake: Lake) -> None:
    name = f"valued_{next(COUNTER)}"
    lake.table(name, {"v": "int"}, {"p": "string", "n": "int"}, storage=_storage(OPENX))
    value = 'a/b:c %="é'
    lake.rows(f"INSERT INTO {name} VALUES (1, '{value}', 1), (2, NULL, NULL)")
    assert lake.rows(f"SELECT v, p, n FROM {name} ORDER BY v") == [["1", value, "1"], ["2", None, None]]
    assert lake.rows(f"SELECT v FROM {name} WHERE p = '{value}'") == [["1"]]
    assert lake.rows(f"SELECT v FROM {name} WHERE n IS NULL") == [["2"]]


def test_a_table_is_described_by_its_name_without_double_quotes(lake: Lake) -> None:
    name = f"described_{next(COUNTER)}"
    lake.table(name, {"v": "int"}, storage=_storage(OPENX))
    with pytest.raises(ClientError, match="no viable alternative at input 'DESCRIBE "):
        lake.start(f'DESCRIBE "{name}"')
    with pytest.raises(ClientError, match="mismatched input '\"described_"):
        lake.start(f'SHOW COLUMNS IN "{name}"')
    lake.rows(f'CREATE VIEW {name}_view AS SELECT v FROM "{name}"')
    assert lake.run(f'DESCRIBE "{name}_view"')["Status"]["State"] == "SUCCEEDED"
    lake.rows(f"DROP VIEW {name}_view")


@pytest.mark.parametrize(
    ("properties", "reason"),
    [
        ({"skip.header.line.count": "1"}, "Inserting into Hive table with skip.header.line.count property"),
        ({"escape.delim": "\\"}, "with the property escape.delim"),
        ({"serialization.null.format": "-"}, "with the property serialization.null.format"),
        ({"serialization.encoding": "windows-1252"}, "with the property serialization.encoding"),
    ],
)
def test_rows_that_would_be_read_as_others_are_not_written(
    lake: Lake, properties: dict[str, str], reason: str
) -> None:
    name = f"written_{next(COUNTER)}"
    lake.table(
        name, {"a": "string", "b": "int"}, storage=_storage(LAZY, **{"field.delim": "9", **properties})
    )
    found = lake.failure(f"INSERT INTO {name} VALUES ('x', 1)")
    assert found.startswith("NOT_SUPPORTED: ")
    assert reason in found


def test_rows_are_written_with_the_delimiter_of_the_table(lake: Lake) -> None:
    name = f"written_{next(COUNTER)}"
    lake.table(name, {"a": "string", "b": "int"}, storage=_storage(LAZY, **{"field.delim": "9"}))
    lake.rows(f"INSERT INTO {name} VALUES ('x', 1), (NULL, 2)")
    assert lake.rows(f"SELECT * FROM {name} ORDER BY b") == [["x", "1"], [None, "2"]]
