"""The tables that the corpus is written against."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa

if TYPE_CHECKING:
    from tests.integration.athena.lake import Lake

_ADDRESS = pa.struct([("street", pa.string()), ("zip", pa.int32())])


def make_tables(lake: Lake) -> None:
    """Make `people`, `orders`, `nothing` and their objects."""
    lake.table(
        "people",
        {
            "id": "bigint",
            "name": "string",
            "age": "int",
            "city": "string",
            "score": "double",
            "balance": "decimal(10,2)",
            "born": "date",
            "joined": "timestamp",
            "active": "boolean",
            "tags": "array<string>",
            "attributes": "map<string,int>",
            "address": "struct<street:string,zip:int>",
        },
    )
    lake.put_parquet(
        "people/part-0.parquet",
        pa.table(
            {
                "id": pa.array([1, 2, 3, 4, 5], pa.int64()),
                "name": ["Ada", "Bob", "Cyd", "Dan", None],
                "age": pa.array([36, 41, 29, None, 41], pa.int32()),
                "city": ["London", "Paris", "London", "Rome", "Paris"],
                "score": [1.5, 2.25, None, 4.0, 1e10],
                "balance": pa.array(
                    [Decimal("10.50"), Decimal("-3.25"), Decimal("0.00"), None, Decimal("99999999.99")],
                    pa.decimal128(10, 2),
                ),
                "born": [date(1990, 1, 31), date(1985, 12, 1), date(1997, 2, 28), None, date(1985, 6, 15)],
                "joined": pa.array(
                    [
                        datetime(2026, 1, 1, 10),
                        datetime(2026, 1, 1, 11, 30, 15, 250000),
                        datetime(2026, 2, 3, 4, 5, 6, 789000),
                        None,
                        datetime(2026, 2, 3),
                    ],
                    pa.timestamp("ms"),
                ),
                "active": [True, False, None, True, True],
                "tags": pa.array([["a", "b"], [], None, ["c", None], ["a"]], pa.list_(pa.string())),
                "attributes": pa.array(
                    [[("x", 1), ("y", 2)], [], None, [("x", None)], [("z", 9)]],
                    pa.map_(pa.string(), pa.int32()),
                ),
                "address": pa.array(
                    [
                        {"street": "High St", "zip": 1},
                        {"street": None, "zip": 2},
                        None,
                        {"street": "Via", "zip": None},
                        None,
                    ],
                    _ADDRESS,
                ),
            }
        ),
    )
    lake.table(
        "orders",
        {"order_id": "int", "person_id": "bigint", "amount": "decimal(8,2)", "status": "string"},
        {"dt": "string"},
        {
            "projection.enabled": "true",
            "projection.dt.type": "date",
            "projection.dt.range": "2026-01-01,2026-12-31",
            "projection.dt.format": "yyyy-MM-dd",
        },
    )
    for day, rows in (
        ("2026-01-01", [(1, 1, "10.00", "paid"), (2, 1, "5.50", "open"), (3, 2, "7.25", "paid")]),
        ("2026-01-02", [(4, 3, "1.00", "paid"), (5, 9, "2.00", "open")]),
    ):
        lake.put_parquet(
            f"orders/dt={day}/part-0.parquet",
            pa.table(
                {
                    "order_id": pa.array([row[0] for row in rows], pa.int32()),
                    "person_id": pa.array([row[1] for row in rows], pa.int64()),
                    "amount": pa.array([Decimal(row[2]) for row in rows], pa.decimal128(8, 2)),
                    "status": [row[3] for row in rows],
                }
            ),
        )
    lake.table("nothing", {"a": "int", "b": "string"})
