"""Tables whose projection has far more partitions than objects: found by listing, not by trying each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from tests.gateway_fixture import unique

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.integration.athena.lake import Lake


def _numbers(values: Sequence[int]) -> pa.Table:
    return pa.table({"n": pa.array(values, pa.int64())})


def test_folders_of_year_month_day_and_hour(lake: Lake) -> None:
    name = unique("hours").replace("-", "_")
    integer = {"year": "2020,2049", "month": "1,12", "day": "1,31", "hour": "0,23"}
    parameters = {"projection.enabled": "true"}
    for key, limits in integer.items():
        parameters |= {f"projection.{key}.type": "integer", f"projection.{key}.range": limits}
        parameters |= {} if key == "year" else {f"projection.{key}.digits": "2"}
    lake.table(name, {"n": "bigint"}, dict.fromkeys(integer, "string"), parameters)
    lake.put_parquet(f"{name}/year=2026/month=02/day=03/hour=04/a.parquet", _numbers([1, 2]))
    lake.put_parquet(f"{name}/year=2026/month=02/day=03/hour=05/a.parquet", _numbers([4]))
    lake.put_parquet(f"{name}/year=2019/month=02/day=03/hour=05/outside.parquet", _numbers([8]))
    lake.put_parquet(f"{name}/year=2026/month=2/day=03/hour=05/other-digits.parquet", _numbers([16]))
    assert lake.rows(f"SELECT sum(n), min(hour), max(hour) FROM {name}") == [["7", "04", "05"]]
    assert lake.rows(f"SELECT sum(n) FROM {name} WHERE year = '2026' AND hour = '04'") == [["3"]]
    assert lake.rows(f"SELECT count(*) FROM {name} WHERE year = '2025'") == [["0"]]
    assert lake.rows(f"SELECT sum(n) FROM {name} WHERE hour = '04' OR month = '03'") == [["3"]]


def test_one_column_whose_values_are_several_folders(lake: Lake) -> None:
    name = unique("datehour").replace("-", "_")
    lake.table(
        name,
        {"n": "bigint"},
        {"datehour": "string"},
        {
            "projection.enabled": "true",
            "projection.datehour.type": "date",
            "projection.datehour.format": "yyyy/MM/dd/HH",
            "projection.datehour.range": "2020/01/01/00,NOW",
            "projection.datehour.interval": "1",
            "projection.datehour.interval.unit": "HOURS",
            "storage.location.template": f"s3://{lake.bucket}/{name}/${{datehour}}/",
        },
    )
    lake.put_parquet(f"{name}/2026/02/03/04/a.parquet", _numbers([1, 2]))
    lake.put_parquet(f"{name}/2026/02/03/05/a.parquet", _numbers([4]))
    assert lake.rows(f"SELECT datehour, sum(n) FROM {name} GROUP BY 1 ORDER BY 1") == [
        ["2026/02/03/04", "3"],
        ["2026/02/03/05", "4"],
    ]
    assert lake.rows(f"SELECT sum(n) FROM {name} WHERE datehour >= '2026/02/03/05'") == [["4"]]
