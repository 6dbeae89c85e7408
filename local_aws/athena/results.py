"""Results in S3: the CSV and the text file that Athena writes, and pages of rows read back from them."""

from __future__ import annotations

import base64
import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

from boto3.exceptions import S3UploadFailedError
from botocore.exceptions import ClientError

from local_aws.athena.errors import QueryError
from local_aws.athena.sql.types import quote_text
from local_aws.athena.storage import parse_location
from local_aws.athena.uploads import noted_upload

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import duckdb

    from local_aws.clients import Clients

MAX_PAGE_ROWS = 1000
# AWS rule: a row has at most 32 MB; a page ends before its rows come to more than this.
_MAX_ROW_BYTES = 64 * 1024 * 1024
_PAGE_BYTES = 8 * 1024 * 1024
_READ_BYTES = 256 * 1024
_AS_ATHENA = """(FORMAT csv, HEADER false, QUOTE '"', ESCAPE '"', FORCE_QUOTE *, NULLSTR '')"""


def header_bytes(names: Sequence[str]) -> bytes:
    """Write the header line, or another one in which no value is NULL."""
    doubled = (name.replace('"', '""') for name in names)
    return (",".join(f'"{name}"' for name in doubled) + "\n").encode()


def write_csv(connection: duckdb.DuckDBPyConnection, sql: str, path: Path) -> int:
    """Run DuckDB SQL that gives texts and write its rows into a local file; gives the number of rows.

    They are as Athena writes them: every value quoted, quotes doubled, nothing at all for NULL. There is no header.
    """
    row = connection.execute(f"COPY ({sql}) TO {quote_text(str(path))} {_AS_ATHENA}").fetchone()
    return int(row[0]) if row is not None else 0


def local_path(uri: str) -> Path | None:
    """Return the file of a `file://` address, where results that a workgroup manages are kept; else None."""
    parts = urlsplit(uri)
    return Path(unquote(parts.path)) if parts.scheme == "file" else None


def put_file(clients: Clients, path: Path, uri: str, content_type: str, extra: Mapping[str, Any]) -> None:
    """Store a local file at an `s3://` or `file://` address; raises `QueryError` when S3 refuses it."""
    kept = local_path(uri)
    if kept is not None:
        shutil.copyfile(path, kept)
        return
    location = parse_location(uri)
    arguments = {"ContentType": content_type, **extra}
    try:
        with noted_upload(path, uri):
            clients.client("s3").upload_file(str(path), location.bucket, location.key, ExtraArgs=arguments)
    except Exception as error:
        raise _cannot_write(uri, error) from error


def put_bytes(clients: Clients, data: bytes, uri: str, content_type: str, extra: Mapping[str, Any]) -> None:
    """Store bytes at an `s3://` or `file://` address; raises `QueryError` when S3 refuses them."""
    kept = local_path(uri)
    if kept is not None:
        kept.write_bytes(data)
        return
    location = parse_location(uri)
    try:
        clients.client("s3").put_object(
            Bucket=location.bucket, Key=location.key, Body=data, ContentType=content_type, **extra
        )
    except ClientError as error:
        raise _cannot_write(uri, error) from error


class NoBucketError(QueryError):
    """The bucket in which a result should be stored is not there."""


def _cannot_write(uri: str, error: Exception) -> QueryError:
    has_bucket = not isinstance(error, ClientError | S3UploadFailedError) or "(NoSuchBucket)" not in str(
        error
    )
    kind = QueryError if has_bucket else NoBucketError
    return kind("GENERIC_USER_ERROR", f"Unable to write query results to {uri}: {error}")


class RowTooLongError(Exception):
    """A row of a result is too long for an answer of the API."""


@dataclass(frozen=True)
class Page:
    """Rows of a result, each a list of texts (None for NULL), and where the next page starts."""

    rows: list[list[str | None]]
    next_token: str | None


def _encode(offset: int) -> str:
    return base64.urlsafe_b64encode(json.dumps({"offset": offset}).encode()).decode()


def decode_token(token: str) -> int:
    """Give the offset that a page token stands for; raises `ValueError` when it is none of ours."""
    offset = json.loads(base64.urlsafe_b64decode(token))["offset"]
    if not isinstance(offset, int) or offset < 0:
        raise ValueError(f"{token!r} is not a page token")
    return offset


def read_page(clients: Clients, uri: str, offset: int, limit: int, separated_by_tab: bool) -> Page:
    """Read up to `limit` rows from a result object, from a byte offset on; only that part of the object is fetched.

    Measured: a full page has a token even when nothing follows.
    A page with large rows has fewer of them. Raises `ClientError` when the object is not there (any more), and
    `RowTooLongError`.
    """
    data = b""
    step = _READ_BYTES
    while True:
        more, size = _read_range(clients, uri, offset + len(data), step)
        data += more
        step *= 2
        complete = offset + len(data) >= size
        rows = (_tab_rows if separated_by_tab else _csv_rows)(data, limit, complete)
        if len(rows) >= limit or complete or (rows and len(data) >= _PAGE_BYTES):
            break
        if len(data) >= _MAX_ROW_BYTES:
            raise RowTooLongError(f"a row at byte {offset} has more than {_MAX_ROW_BYTES} bytes")
    used = rows[-1][1] if rows else 0
    following = _encode(offset + used) if offset + used < size or len(rows) == limit else None
    return Page([row for row, _ in rows], following)


def _read_range(clients: Clients, uri: str, start: int, length: int) -> tuple[bytes, int]:
    """Read up to `length` bytes of an object, none behind its end; gives them and the size of the whole object."""
    kept = local_path(uri)
    if kept is not None:
        with kept.open("rb") as stream:
            stream.seek(start)
            return stream.read(length), kept.stat().st_size
    location = parse_location(uri)
    wanted = f"bytes={start}-{start + length - 1}"
    try:
        answer = clients.client("s3").get_object(Bucket=location.bucket, Key=location.key, Range=wanted)
    except ClientError as error:
        if error.response["Error"]["Code"] != "InvalidRange":
            raise
        return b"", start
    return answer["Body"].read(), int(answer["ContentRange"].rpartition("/")[2])


def _csv_rows(data: bytes, limit: int, complete: bool) -> list[tuple[list[str | None], int]]:
    """Read rows of a CSV as it is written here, each with the offset of its end; a row cut off is left out."""
    rows: list[tuple[list[str | None], int]] = []
    position = 0
    while position < len(data) and len(rows) < limit:
        row: list[str | None] = []
        while True:
            if data[position : position + 1] == b'"':
                end = _closing_quote(data, position + 1)
                if end < 0 or (end + 1 >= len(data) and not complete):
                    return rows
                row.append(data[position + 1 : end].decode().replace('""', '"'))
                position = end + 1
            else:
                row.append(None)
            following = data[position : position + 1]
            if not following and not complete:
                return rows
            position += 1
            if following != b",":
                break
            if position >= len(data) and not complete:
                return rows
        rows.append((row, position))
    return rows


def _closing_quote(data: bytes, start: int) -> int:
    while True:
        end = data.find(b'"', start)
        if end < 0 or data[end + 1 : end + 2] != b'"':
            return end
        start = end + 2


def _tab_rows(data: bytes, limit: int, complete: bool) -> list[tuple[list[str | None], int]]:
    """Read rows of a text result (SHOW, DESCRIBE): a line is one row of one column.

    Measured: an object that ends in a line end has an empty row behind it (EXPLAIN).
    """
    rows: list[tuple[list[str | None], int]] = []
    position = 0
    while position < len(data) and len(rows) < limit:
        end = data.find(b"\n", position)
        if end < 0:
            if not complete:
                break
            end = len(data)
        rows.append(([data[position:end].decode()], end + 1))
        position = end + 1
    if complete and data.endswith(b"\n") and position == len(data) and len(rows) < limit:
        rows.append(([""], position + 1))
    return rows
