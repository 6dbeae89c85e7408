"""A small lake for the Athena tests: buckets, Glue tables and Parquet objects, made through the public APIs."""

from __future__ import annotations

import io
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from tests.gateway_fixture import unique
from tests.waiting import LIMIT_SECONDS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local_aws.clients import Clients

PARQUET_STORAGE = {
    "InputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat",
    "OutputFormat": "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat",
    "SerdeInfo": {"SerializationLibrary": "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"},
}


@dataclass
class Lake:
    """One database with its bucket."""

    clients: Clients
    database: str
    bucket: str
    objects: dict[str, int] = field(default_factory=dict)

    @property
    def results(self) -> str:
        return f"s3://{self.bucket}/results/"

    def create(self) -> None:
        self.clients.client("s3").create_bucket(Bucket=self.bucket)
        self.clients.client("glue").create_database(DatabaseInput={"Name": self.database})

    def put(self, key: str, body: bytes, **extra: Any) -> None:
        self.clients.client("s3").put_object(Bucket=self.bucket, Key=key, Body=body, **extra)
        self.objects[key] = len(body)

    def put_parquet(self, key: str, table: Any, **options: Any) -> bytes:
        sink = io.BytesIO()
        pq.write_table(table, sink, **options)
        self.put(key, sink.getvalue())
        return sink.getvalue()

    def table(
        self,
        name: str,
        columns: Mapping[str, str],
        partitions: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
        storage: Mapping[str, Any] | None = None,
        location: str | None = None,
    ) -> None:
        """Create a table at `<bucket>/<name>/`, Parquet unless `storage` says otherwise."""
        self.clients.client("glue").create_table(
            DatabaseName=self.database,
            TableInput={
                "Name": name,
                "TableType": "EXTERNAL_TABLE",
                "Parameters": {"EXTERNAL": "TRUE", **(parameters or {})},
                "PartitionKeys": [{"Name": k, "Type": v} for k, v in (partitions or {}).items()],
                "StorageDescriptor": {  # type: ignore[typeddict-item]
                    "Columns": [{"Name": k, "Type": v} for k, v in columns.items()],
                    "Location": location or f"s3://{self.bucket}/{name}/",
                    **(storage or PARQUET_STORAGE),
                },
            },
        )

    def start(self, sql: str, **arguments: Any) -> str:
        arguments.setdefault("ResultConfiguration", {"OutputLocation": self.results})
        arguments.setdefault("QueryExecutionContext", {"Database": self.database})
        answer = self.clients.client("athena").start_query_execution(QueryString=sql, **arguments)
        return str(answer["QueryExecutionId"])

    def wait(self, execution_id: str, seconds: float = LIMIT_SECONDS) -> dict[str, Any]:
        athena = self.clients.client("athena")
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            execution: Any = athena.get_query_execution(QueryExecutionId=execution_id)["QueryExecution"]
            if execution["Status"]["State"] in ("SUCCEEDED", "FAILED", "CANCELLED"):
                return dict(execution)
            time.sleep(0.02)
        raise AssertionError(f"query {execution_id} did not finish within {seconds} s")

    def run(self, sql: str, **arguments: Any) -> dict[str, Any]:
        """Run a query to its end, whatever that is; gives its execution."""
        return self.wait(self.start(sql, **arguments))

    def rows(self, sql: str, **arguments: Any) -> list[list[str | None]]:
        """Run a query that succeeds; gives its rows without the header, as texts."""
        execution = self.run(sql, **arguments)
        assert execution["Status"]["State"] == "SUCCEEDED", execution["Status"].get("StateChangeReason")
        return self.results_of(execution)[1:]

    def results_of(self, execution: Mapping[str, Any]) -> list[list[str | None]]:
        pages = (
            self.clients.client("athena")
            .get_paginator("get_query_results")
            .paginate(QueryExecutionId=execution["QueryExecutionId"])
        )
        return [
            [cell.get("VarCharValue") for cell in row["Data"]]
            for page in pages
            for row in page["ResultSet"]["Rows"]
        ]

    def failure(self, sql: str, **arguments: Any) -> str:
        """Run a query that fails; gives the reason."""
        execution = self.run(sql, **arguments)
        assert execution["Status"]["State"] == "FAILED", execution["Status"]
        return str(execution["Status"]["StateChangeReason"])


def events(names: Sequence[str], amounts: Sequence[float]) -> Any:
    """Make an Arrow table like the lake's events."""
    count = len(names)
    return pa.table(
        {
            "event_name": pa.array(names, pa.string()),
            "amount": pa.array(amounts, pa.float64()),
            "user_id": pa.array(range(count), pa.int64()),
            "at": pa.array([1_700_000_000_000 + i for i in range(count)], pa.timestamp("ms")),
        }
    )


def made_workgroup(lake: Lake, **settings: Any) -> str:
    """Make a workgroup of its own with this configuration, and return its name."""
    name = unique("group")
    configuration: Any = settings
    lake.clients.client("athena").create_work_group(Name=name, Configuration=configuration)
    return name
