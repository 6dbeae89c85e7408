"""Objects in S3: locations, listings, and the column file system that reads them."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from local_aws.athena.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyarrow.fs import S3FileSystem

    from local_aws.clients import Clients

_LOCATION = re.compile(r"s3[an]?://([^/]+)/?(.*)$", re.DOTALL)
_LISTING_THREADS = 8


@dataclass(frozen=True)
class Location:
    """A bucket and a key or prefix in it."""

    bucket: str
    key: str

    @property
    def uri(self) -> str:
        """The location as `s3://bucket/key`."""
        return f"s3://{self.bucket}/{self.key}"

    @property
    def folder(self) -> Location:
        """The same place as a prefix: empty, or with a slash at its end."""
        return self if not self.key or self.key.endswith("/") else Location(self.bucket, self.key + "/")


@dataclass(frozen=True)
class StoredObject:
    """One object of a listing; the size is in bytes, compressed if the object is."""

    bucket: str
    key: str
    size: int
    etag: str
    modified: datetime

    @property
    def path(self) -> str:
        """The object as pyarrow's file system names it."""
        return f"{self.bucket}/{self.key}"

    @property
    def uri(self) -> str:
        """The object as Athena's `$path` gives it."""
        return f"s3://{self.bucket}/{self.key}"


def parse_location(uri: str) -> Location:
    """Read an `s3://` address; raises `QueryError` when it is none."""
    match = _LOCATION.match(uri.strip())
    if match is None:
        raise QueryError(
            "HIVE_FILESYSTEM_ERROR", f"'{uri}' is not a location; allowed is s3://bucket/prefix/"
        )
    return Location(match.group(1), match.group(2))


def list_folder(clients: Clients, folder: Location) -> list[StoredObject]:
    """List the data objects below a prefix, by key; hidden ones (a part starting with `_` or `.`) are left out.

    Raises `QueryError` when the bucket is not there.
    """
    prefix = folder.folder.key
    found = (item for item in _pages(clients, folder.bucket, prefix) if _is_data(item, prefix))
    return sorted(found, key=lambda item: item.key)


def list_folders(
    clients: Clients, folders: Sequence[Location]
) -> Iterable[tuple[Location, list[StoredObject]]]:
    """List several prefixes, some at a time; gives each with its objects, in the order asked for."""
    if len(folders) == 1:
        return [(folders[0], list_folder(clients, folders[0]))]
    with ThreadPoolExecutor(_LISTING_THREADS, thread_name_prefix="athena-list") as pool:
        return list(zip(folders, pool.map(lambda item: list_folder(clients, item), folders), strict=True))


def _pages(clients: Clients, bucket: str, prefix: str) -> Iterator[StoredObject]:
    pages = clients.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    try:
        for page in pages:
            for item in page.get("Contents", []):
                yield StoredObject(
                    bucket, item["Key"], item["Size"], item.get("ETag", ""), item["LastModified"]
                )
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise QueryError(
            "HIVE_METASTORE_ERROR" if code == "NoSuchBucket" else "PERMISSION_DENIED",
            f"Error listing s3://{bucket}/{prefix}: {code}: {error.response['Error'].get('Message', '')}",
        ) from error


def _is_data(item: StoredObject, prefix: str) -> bool:
    if item.size == 0 or item.key.endswith("/"):
        return False
    return not any(part.startswith(("_", ".")) for part in item.key[len(prefix) :].split("/"))


@lru_cache(maxsize=4)
def file_system(
    endpoint: str, region: str, access_key: str, secret_key: str, token: str | None
) -> S3FileSystem:
    """Make the file system through which columns are read; one for each endpoint and key pair."""
    from pyarrow.fs import S3FileSystem

    scheme, _, address = endpoint.partition("://")
    return S3FileSystem(
        access_key=access_key,
        secret_key=secret_key,
        session_token=token,
        region=region,
        scheme=scheme,
        endpoint_override=address,
        force_virtual_addressing=False,
        connect_timeout=5,
        request_timeout=65,
    )


def file_system_of(clients: Clients) -> S3FileSystem:
    """Give the file system that reaches what `clients` reach."""
    if clients.endpoint is None:
        raise QueryError("GENERIC_INTERNAL_ERROR", "the local Athena needs an endpoint to read from")
    keys = clients.credentials
    return file_system(
        clients.endpoint, clients.region, keys.access_key_id, keys.secret_access_key, keys.session_token
    )
