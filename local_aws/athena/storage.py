"""Objects in S3: locations, listings, and the column file system that reads them."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_plus
from xml.etree import ElementTree

import urllib3

from local_aws.athena.errors import QueryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyarrow.fs import S3FileSystem

    from local_aws.clients import Clients

_LOCATION = re.compile(r"s3[an]?://([^/]+)/?(.*)$", re.DOTALL)
_LISTING_THREADS = 8
_SIGNED_SECONDS = 300
_RETRIES = urllib3.Retry(total=3, backoff_factor=0.2, status_forcelist=(429, 500, 502, 503))
_XML = "{http://s3.amazonaws.com/doc/2006-03-01/}"
_CONTENTS, _KEY, _SIZE, _ETAG, _LAST_MODIFIED = (
    f"{_XML}{name}" for name in ("Contents", "Key", "Size", "ETag", "LastModified")
)


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
    """One object of a listing; the size is in bytes, compressed if the object is, the time is as S3 writes it."""

    bucket: str
    key: str
    size: int
    etag: str
    modified: str

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
    """List a prefix by ListObjectsV2.

    The answers are read here and not by boto3, whose reading of a thousand dates takes longer than the call.
    """
    client = clients.client("s3")
    token: str | None = None
    while True:
        parameters: dict[str, Any] = {"Bucket": bucket, "Prefix": prefix, "EncodingType": "url"}
        if token is not None:
            parameters["ContinuationToken"] = token
        url = client.generate_presigned_url("list_objects_v2", Params=parameters, ExpiresIn=_SIGNED_SECONDS)
        answer = _http().request("GET", url, retries=_RETRIES)
        root = ElementTree.fromstring(answer.data) if answer.data else None  # noqa: S314
        if answer.status != 200 or root is None:
            raise _cannot_list(bucket, prefix, answer.status, root)
        for item in root.iter(_CONTENTS):
            texts = {part.tag: part.text or "" for part in item}
            yield StoredObject(
                bucket, _key(texts[_KEY]), int(texts[_SIZE]), texts[_ETAG], texts[_LAST_MODIFIED]
            )
        token = _text(root, "NextContinuationToken") or None
        if token is None:
            return


def _key(encoded: str) -> str:
    # The one character that the keys of a lake are full of; only what else is encoded takes the long way.
    plain = encoded.replace("%3D", "=")
    return unquote_plus(encoded) if "%" in plain or "+" in plain else plain


def _text(item: Any, name: str) -> str:
    found = item.find(f"{_XML}{name}")
    return "" if found is None else str(found.text or "")


@lru_cache(maxsize=1)
def _http() -> Any:
    return urllib3.PoolManager(maxsize=_LISTING_THREADS, timeout=urllib3.Timeout(connect=5, read=65))


def _cannot_list(bucket: str, prefix: str, status: int, root: Any) -> QueryError:
    code = (
        root.findtext("Code") or root.findtext(f"{_XML}Code") if root is not None else None
    ) or f"HTTP {status}"
    message = root.findtext("Message") or "" if root is not None else ""
    name = "HIVE_METASTORE_ERROR" if code == "NoSuchBucket" else "PERMISSION_DENIED"
    return QueryError(name, f"Error listing s3://{bucket}/{prefix}: {code}: {message}")


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
