from __future__ import annotations

from local_aws.delivery.conversion.glue_types import PrimitiveType
from local_aws.glue.crawl.cache import SchemaCache
from local_aws.glue.crawl.classify import CustomClassifier
from local_aws.glue.crawl.objects import StoredObject
from local_aws.glue.crawl.schema import Format, Schema


class Reader:
    """Counts what it is asked to read."""

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, item: StoredObject) -> Schema:
        self.read.append(item.key)
        return Schema(Format("json"), ((f"column_{item.bucket}", PrimitiveType("int")),))


def stored(key: str, etag: str = "1", size: int = 1) -> StoredObject:
    return StoredObject("bucket", key, size, etag)


def test_an_object_is_read_once_until_it_changes() -> None:
    cache, reader = SchemaCache(), Reader()
    first = cache.get(stored("a"), (), reader)
    assert cache.get(stored("a"), (), reader) is first
    assert reader.read == ["a"]
    cache.get(stored("a", etag="2"), (), reader)
    cache.get(stored("a", size=2), (), reader)
    cache.get(stored("a"), (CustomClassifier("x", json_path="$"),), reader)
    assert reader.read == ["a"] * 4


def test_the_oldest_are_forgotten() -> None:
    cache, reader = SchemaCache(most_objects=2), Reader()
    for key in ("a", "b", "a", "c", "a", "b"):
        cache.get(stored(key), (), reader)
    assert reader.read == ["a", "b", "c", "b"]


def test_columns_of_many_objects_are_kept_once() -> None:
    cache, reader = SchemaCache(), Reader()
    assert cache.get(stored("a"), (), reader).columns is cache.get(stored("b"), (), reader).columns
