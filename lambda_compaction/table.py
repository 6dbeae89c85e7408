"""The table as Glue describes it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from lambda_compaction.clients import Surroundings, error_code
from lambda_compaction.errors import RequestError
from lambda_compaction.request import Request

# Names of temporary tables start with this; the role may make and drop no others.
STAGING_PREFIX = "compaction_"

_FORMATS = {"ParquetHiveSerDe": ("PARQUET", ".parquet"), "OrcSerde": ("ORC", ".orc")}
_ORDERABLE = re.compile(
    r"(tinyint|smallint|int|bigint|float|double|boolean|string|date|timestamp|(decimal|char|varchar)\(.*)$"
)


@dataclass(frozen=True)
class Table:
    """What of a table matters here. Columns and partition keys are (name, Glue type); ``prefix`` ends in /."""

    database: str
    name: str
    columns: tuple[tuple[str, str], ...]
    partition_keys: tuple[tuple[str, str], ...]
    bucket: str
    prefix: str
    format: str
    extension: str

    @property
    def orderable_columns(self) -> tuple[str, ...]:
        """Return the columns by which rows can be ordered."""
        return tuple(name for name, kind in self.columns if _ORDERABLE.match(kind))


def read_table(request: Request, surroundings: Surroundings) -> Table:
    """Look the table up in Glue.

    :raises RequestError: there is none, it is not of Parquet or ORC files, or it lacks a column of the unique key.
    """
    where = f"{request.database}.{request.table}"
    try:
        described: Any = surroundings.glue.get_table(DatabaseName=request.database, Name=request.table)[
            "Table"
        ]
    except ClientError as error:
        if error_code(error) == "EntityNotFoundException":
            raise RequestError(f"there is no table {where} in Glue") from error
        raise
    storage = described.get("StorageDescriptor", {})
    serde = storage.get("SerdeInfo", {}).get("SerializationLibrary", "").rpartition(".")[2]
    # JSON files may hold fields that the table does not have, and a rewrite would lose them.
    if serde not in _FORMATS:
        raise RequestError(
            f"{where} is read with {serde or 'no serde'}; only Parquet and ORC tables can be compacted"
        )
    columns = tuple((column["Name"], column["Type"]) for column in storage["Columns"])
    missing = [name for name in request.unique_key if name not in dict(columns)]
    if missing:
        raise RequestError(f"{where} has no column {', '.join(missing)}, which its unique key names")
    bucket, _, prefix = storage["Location"].removeprefix("s3://").partition("/")
    file_format, extension = _FORMATS[serde]
    return Table(
        database=request.database,
        name=request.table,
        columns=columns,
        partition_keys=tuple((key["Name"], key["Type"]) for key in described.get("PartitionKeys", ())),
        bucket=bucket,
        prefix=prefix if prefix.endswith("/") or not prefix else f"{prefix}/",
        format=file_format,
        extension=extension,
    )
