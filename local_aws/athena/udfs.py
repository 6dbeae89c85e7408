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

from local_aws.athena import udf_addresses, udf_digests, udf_json, udf_regexes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import duckdb


_ARROW = {
    "VARCHAR": pa.string(),
    "VARCHAR[]": pa.list_(pa.string()),
    "BOOLEAN": pa.bool_(),
    "BIGINT": pa.int64(),
    "BLOB": pa.binary(),
    "DOUBLE[]": pa.list_(pa.float64()),
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
        raise ValueError(
            f"failure<INVALID_FUNCTION_ARGUMENT: Cannot convert value to JSON: '{text}'>' to INT64"
        ) from None


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
            for name, function, kinds, kind in (
                *udf_regexes.FUNCTIONS,
                *udf_json.FUNCTIONS,
                *udf_digests.FUNCTIONS,
                *udf_addresses.FUNCTIONS,
            )
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
