"""Functions that DuckDB does not have, in Python: called with whole batches, NULL in gives NULL out."""

from __future__ import annotations

import hashlib
import hmac
import json
import zlib
from typing import TYPE_CHECKING, Any

import orjson
import pyarrow as pa
from duckdb.func import FunctionNullHandling, PythonUDFType

from local_aws.athena import (
    udf_addresses,
    udf_binary,
    udf_collections,
    udf_colors,
    udf_digests,
    udf_geometry,
    udf_json,
    udf_json_table,
    udf_regexes,
    udf_statistics,
    udf_texts,
    udf_tiles,
    udf_zones,
)
from local_aws.athena.udf_failures import invalid_argument

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import duckdb


_ARROW = {
    "VARCHAR": pa.string(),
    "VARCHAR[]": pa.list_(pa.string()),
    "VARCHAR[][]": pa.list_(pa.list_(pa.string())),
    "BOOLEAN": pa.bool_(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "FLOAT": pa.float32(),
    "DOUBLE": pa.float64(),
    "DECIMAL(38, 0)": pa.decimal128(38, 0),
    "BIGINT[][]": pa.list_(pa.list_(pa.int64())),
    "STRUCT(k DOUBLE, v DOUBLE)[]": pa.list_(pa.struct([("k", pa.float64()), ("v", pa.float64())])),
    "STRUCT(t VARCHAR, g VARCHAR[])[]": pa.list_(
        pa.struct([("t", pa.string()), ("g", pa.list_(pa.string()))])
    ),
    "DOUBLE[]": pa.list_(pa.float64()),
    "BIGINT[]": pa.list_(pa.int64()),
    "BLOB": pa.binary(),
    "BLOB[]": pa.list_(pa.binary()),
}


def _canonical_json(text: str) -> str:
    """Write a JSON text without spaces and with sorted keys, as Trino's json_parse does."""
    try:
        return orjson.dumps(orjson.loads(text), option=orjson.OPT_SORT_KEYS).decode()
    except orjson.JSONDecodeError:
        pass
    except TypeError:  # numbers beyond 64 bits
        return json.dumps(json.loads(text), separators=(",", ":"), sort_keys=True, ensure_ascii=False)
    try:
        return json.dumps(
            json.loads(text, parse_constant=_refuse),
            separators=(",", ":"),
            sort_keys=True,
            ensure_ascii=False,
        )
    except ValueError:
        raise invalid_argument(f"Cannot convert value to JSON: '{text}'") from None


def _refuse(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _hmac(data: bytes, key: bytes, name: str) -> bytes:
    return hmac.new(key, data, name).digest()


def _by_row(function: Callable[..., Any], kind: Any, count: int) -> Callable[..., Any]:
    def apply(*columns: Any) -> Any:
        rows: Sequence[tuple[Any, ...]] = list(zip(*(column.to_pylist() for column in columns), strict=True))
        return pa.array([None if None in row else function(*row) for row in rows], kind)

    # DuckDB counts the parameters of what it is given.
    by_count: dict[int, Callable[..., Any]] = {
        1: lambda first: apply(first),
        2: lambda first, second: apply(first, second),
        3: lambda first, second, third: apply(first, second, third),
        4: lambda first, second, third, fourth: apply(first, second, third, fourth),
    }
    return by_count[count]


def register(connection: duckdb.DuckDBPyConnection) -> None:
    """Add the functions to a database."""
    table: Sequence[tuple[str, Callable[..., Any], list[Any], str, Any]] = (
        ("python_canonical_json", _canonical_json, ["VARCHAR"], "VARCHAR", pa.string()),
        ("python_sha512", lambda data: hashlib.sha512(data).digest(), ["BLOB"], "BLOB", pa.binary()),
        ("python_utf8", lambda data: data.decode(errors="replace"), ["BLOB"], "VARCHAR", pa.string()),
        ("python_crc32", zlib.crc32, ["BLOB"], "BIGINT", pa.int64()),
        ("python_hmac", _hmac, ["BLOB", "BLOB", "VARCHAR"], "BLOB", pa.binary()),
        *(
            (name, function, kinds, kind, _ARROW[kind])
            for family in (
                udf_addresses,
                udf_binary,
                udf_collections,
                udf_colors,
                udf_digests,
                udf_geometry,
                udf_json,
                udf_json_table,
                udf_regexes,
                udf_statistics,
                udf_texts,
                udf_tiles,
                udf_zones,
            )
            for name, function, kinds, kind in family.FUNCTIONS
        ),
    )
    for name, function, parameters, result, kind in table:
        connection.create_function(
            name,
            _by_row(function, kind, len(parameters)),
            parameters,
            result,
            type=PythonUDFType.ARROW,
            null_handling=FunctionNullHandling.SPECIAL,  # a function may give NULL for what is not NULL
        )
