"""Whatever the transform accepts, Firehose's conversion turns into a row that says the same (reference 4.2, 4.4)."""

from __future__ import annotations

import base64
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lambda_transform.handler import answer
from lambda_transform.transform import Transform
from local_aws.delivery.conversion import Converter, FormatConfig, TableSchema
from tests.unit.contract.contracts import SHIPPED, columns, parse
from tests.unit.contract.documents import records
from tests.unit.lambda_transform.firehose import event_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lambda_transform.contract import Contract

OPENX_TO_PARQUET = FormatConfig.from_api(
    {
        "InputFormatConfiguration": {"Deserializer": {"OpenXJsonSerDe": {}}},
        "OutputFormatConfiguration": {"Serializer": {"ParquetSerDe": {}}},
    }
)
NOW_SECONDS = 253_402_200_000
ROUNDS = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def _rows(
    contract: Contract, sent: Sequence[dict[str, Any]]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Lines of the accepted records, and the rows that the conversion makes of them."""
    event = event_of(*[json.dumps(record).encode() for record in sent])
    answered = answer(Transform(contract), event, now_seconds=NOW_SECONDS)["records"]
    lines = [base64.b64decode(record["data"]) for record in answered if record["result"] == "Ok"]
    schema = TableSchema.from_glue([{"Name": name, "Type": glue} for name, glue in contract.glue_columns])
    converted = Converter(schema, OPENX_TO_PARQUET).convert(lines)
    assert converted.failures == ()
    return [json.loads(line) for line in lines], converted.table.to_pylist()


def _is_same(text: str, stored: datetime) -> bool:
    # A column of microseconds: Python's datetime, and the comparison, stop there.
    return datetime.fromisoformat(text) == stored.replace(tzinfo=UTC)


@ROUNDS
@given(st.lists(records(SHIPPED["events"], flawed=True), min_size=1, max_size=8))
def test_events(sent: list[dict[str, Any]]) -> None:
    lines, rows = _rows(SHIPPED["events"], sent)
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        assert _is_same(line.pop("created_datetime"), row.pop("created_datetime"))
        del line["event_type"], line["created_date"]
        assert row == line


@ROUNDS
@given(st.lists(records(SHIPPED["customers"], flawed=True), min_size=1, max_size=8))
def test_customers(sent: list[dict[str, Any]]) -> None:
    lines, rows = _rows(SHIPPED["customers"], sent)
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        assert _is_same(line.pop("event_date"), row.pop("event_date"))
        assert row == {name: line[name] for name in row}


@pytest.mark.parametrize(
    ("schema", "glue", "sent", "stored"),
    [
        ({"type": "integer"}, "tinyint", [-128, 127.0, None], [-128, 127, None]),
        ({"type": "integer"}, "bigint", [2**63 - 1, -(2**63), 1e3], [2**63 - 1, -(2**63), 1000]),
        ({"type": "integer"}, "timestamp", [0, 1664028820], [datetime(1970, 1, 1), datetime(2022, 9, 24, 14, 13, 40)]),
        ({"type": "number"}, "double", [0.1, 5, -1e-300], [0.1, 5.0, -1e-300]),
        ({"type": "number"}, "float", [0.5, 3], [0.5, 3.0]),
        ({"type": "number"}, "decimal(20,2)", [1, 99.5, 1234567890123.45, 123456789012345.67],
         [Decimal("1.00"), Decimal("99.50"), Decimal("1234567890123.45")]),
        ({"type": "boolean"}, "boolean", [True, False], [True, False]),
        ({"type": "string"}, "varchar(3)", ["abc", "", "äöü"], ["abc", "", "äöü"]),
        ({"type": "string", "format": "date"}, "date", ["2024-02-29"], [date(2024, 2, 29)]),
        ({"type": "string", "format": "date-time"}, "timestamp", ["2024-02-29T01:00:00.123+02:00"],
         [datetime(2024, 2, 28, 23, 0, 0, 123000)]),
        ({"type": "array", "items": {"type": "integer"}}, "array<int>", [[1, 2], []], [[1, 2], []]),
        ({"type": "object", "properties": {"Deep": {"type": "string"}}}, "struct<deep:string>",
         [{"Deep": "X"}, {}], [{"deep": "X"}, {"deep": None}]),
    ],
)  # fmt: skip
def test_every_type_a_column_may_have(
    schema: dict[str, Any], glue: str, sent: list[Any], stored: list[Any]
) -> None:
    nullable = {**schema, "type": [schema["type"], "null"]}
    contract = parse(columns(thing={**nullable, "x-glue-type": glue}))
    _, rows = _rows(contract, [{"id": 1, "at": 1, "thing": value} for value in sent])
    assert [row["thing"] for row in rows] == stored
