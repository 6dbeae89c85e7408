"""Result objects: as Athena writes them, and read back page by page."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa
import pytest
from botocore.exceptions import ClientError

from local_aws.athena.metadata_file import encode_metadata
from local_aws.athena.outputs import ROWS_COLUMN, output_location
from local_aws.athena.results import decode_token, header_bytes, read_page, write_csv
from local_aws.athena.sql import types
from local_aws.athena.values import column_info

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


class OneObject:
    """An S3 with one object, which counts what is fetched of it."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.fetched = 0

    def client(self, _: str) -> OneObject:
        return self

    def get_object(self, *, Range: str, **_: Any) -> dict[str, Any]:  # noqa: N803
        start, end = (int(part) for part in Range.removeprefix("bytes=").split("-"))
        if start >= len(self.body):
            raise ClientError({"Error": {"Code": "InvalidRange", "Message": "not satisfiable"}}, "GetObject")
        data = self.body[start : end + 1]
        self.fetched += len(data)
        last = start + len(data) - 1
        return {"Body": io.BytesIO(data), "ContentRange": f"bytes {start}-{last}/{len(self.body)}"}


def _pages(body: bytes, limit: int, tabs: bool = False) -> list[list[list[str | None]]]:
    store: Any = OneObject(body)
    pages, offset = [], 0
    while True:
        page = read_page(store, "s3://b/k", offset, limit, tabs)
        pages.append(page.rows)
        if page.next_token is None:
            return pages
        offset = decode_token(page.next_token)


@pytest.fixture
def written(tmp_path: Path) -> Callable[[Any], bytes]:
    def write(rows: Any) -> bytes:
        with duckdb.connect() as connection:
            connection.register("rows", rows)
            assert write_csv(connection, "SELECT * FROM rows", tmp_path / "it's.csv") == rows.num_rows
        return (tmp_path / "it's.csv").read_bytes()

    return write


def test_everything_is_quoted_and_null_is_nothing(written: Callable[[Any], bytes]) -> None:
    rows = pa.table({"c": ['a"b', None, "", "x\r\ny\0"], "d": ["1", "2", None, "4,5"]})
    assert header_bytes(["c", 'd"']) == b'"c","d"""\n'
    assert written(rows) == b'"a""b","1"\n,"2"\n"",\n"x\r\ny\0","4,5"\n'
    assert written(rows.slice(0, 0)) == b""
    assert written(pa.table({"c": pa.array([None, "a", None], pa.string())})) == b'\n"a"\n\n'


def test_rows_are_read_back_as_they_were_written(written: Callable[[Any], bytes]) -> None:
    values: list[list[str | None]] = [['a"b', "1"], [None, "2"], ["", None], ["x\ny", "4,5"], ["é", ""]]
    rows = pa.table({name: [row[i] for row in values] for i, name in enumerate(["c", "d"])})
    body = header_bytes(["c", "d"]) + written(rows)
    for limit in (1, 2, 3, 100):
        assert [row for page in _pages(body, limit) for row in page] == [["c", "d"], *values]


def test_a_page_fetches_only_its_part_of_a_large_object(written: Callable[[Any], bytes]) -> None:
    values = [str(n) for n in range(300_000)]
    body = header_bytes(["n"]) + written(pa.table({"n": values}))
    assert body.decode().split() == ['"n"', *(f'"{value}"' for value in values)]
    store: Any = OneObject(body)
    page = read_page(store, "s3://b/k", 0, 1000, False)
    assert len(page.rows) == 1000
    assert store.fetched < len(body) / 4


def test_rows_longer_than_a_fetch(written: Callable[[Any], bytes]) -> None:
    values = ["x" * 700_000, "y" * 10]
    body = header_bytes(["n"]) + written(pa.table({"n": values}))
    assert [row for page in _pages(body, 1) for row in page] == [["n"], [values[0]], [values[1]]]


def test_lines_of_a_text_object() -> None:
    assert _pages(b"a\tb\n\nlast", 2, tabs=True) == [[["a\tb"], [""]], [["last"]]]
    assert _pages(b"", 2, tabs=True) == [[]]


@pytest.mark.parametrize("token", ["", "x", "e30=", "eyJvZmZzZXQiOiAtMX0="])
def test_what_is_no_token(token: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        decode_token(token)


def test_the_column_of_a_count_is_written_as_measured() -> None:
    encoded = encode_metadata("x", [ROWS_COLUMN], "INSERT", 0)
    assert encoded.startswith(b"\x0a\x01x" + b"\x12\x06INSERT" + b"\x18\x00" + b"\x22\x22")
    assert encoded.endswith(b"\x38\x13\x40\x00\x48\x03\x50\x00")


@pytest.mark.parametrize(
    ("kind", "ending"),
    [
        (types.BOOLEAN, b"\x48\x03\x50\x00"),
        (types.DATE, b"\x32\x04date\x40\x00\x48\x03\x50\x00"),
        (types.array(types.INTEGER), b"\x32\x05array\x48\x03"),
        (types.varchar(5), b"\x38\x05\x40\x00\x48\x03\x50\x01"),
    ],
)
def test_which_numbers_are_there_depends_on_the_type(kind: types.Type, ending: bytes) -> None:
    assert encode_metadata("x", [column_info("a", kind)]).endswith(ending)


@pytest.mark.parametrize(
    ("statement", "name"),
    [
        (("DML", "SELECT"), "id.csv"),
        (("DML", "EXPLAIN"), "id.txt"),
        (("DML", "INSERT"), "id"),
        (("DDL", "CREATE_TABLE_AS_SELECT"), "tables/id"),
        (("DDL", "CREATE_TABLE"), "id.txt"),
        (("UTILITY", "SHOW_TABLES"), "id.txt"),
        (("UTILITY", "SHOW_FUNCTIONS"), "id.csv"),
    ],
)
def test_where_results_go(statement: tuple[str, str], name: str) -> None:
    assert output_location("s3://b/q/", "id", *statement) == f"s3://b/q/{name}"
