"""What earlier runs have found in objects that have not changed since."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_aws.glue.crawl.classify import CustomClassifier
    from local_aws.glue.crawl.objects import StoredObject
    from local_aws.glue.crawl.schema import Columns, Schema

_MOST_OBJECTS = 50_000
_MOST_COLUMNS = 1_000


class SchemaCache:
    """Schemas by object, its tag and the custom classifiers; the oldest are forgotten.

    Objects of a table have the same columns, which are kept once.
    """

    def __init__(self, most_objects: int = _MOST_OBJECTS) -> None:
        self._most_objects = most_objects
        self._lock = threading.Lock()
        self._columns: dict[Columns, Columns] = {}
        self._schemas: OrderedDict[tuple[StoredObject, tuple[CustomClassifier, ...]], Schema] = OrderedDict()

    def get(
        self,
        item: StoredObject,
        classifiers: tuple[CustomClassifier, ...],
        classify: Callable[[StoredObject], Schema],
    ) -> Schema:
        """Give the schema of an object; it is only read when its tag or size is new."""
        key = (item, classifiers)
        with self._lock:
            known = self._schemas.get(key)
            if known is not None:
                self._schemas.move_to_end(key)
                return known
        found = classify(item)
        with self._lock:
            if len(self._columns) > _MOST_COLUMNS:
                self._columns.clear()
            found = replace(found, columns=self._columns.setdefault(found.columns, found.columns))
            self._schemas[key] = found
            while len(self._schemas) > self._most_objects:
                self._schemas.popitem(last=False)
        return found
