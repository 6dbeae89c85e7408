"""Which requests to a bucket are counted: its metrics configurations, kept in one JSON file."""

from __future__ import annotations

import json
import logging
import threading
from typing import TYPE_CHECKING, Any

from local_aws.durable import write_json

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_log = logging.getLogger(__name__)


class Configurations:
    """The configurations by bucket and id, as the API has them; for many threads."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._found: dict[str, dict[str, Any]] = {}

    def load(self) -> None:
        """Read the file; one that cannot be read is left as it is and named in the log."""
        if not self._path.exists():
            return
        try:
            self._found = json.loads(self._path.read_text(encoding="utf-8"))
        except ValueError:
            _log.exception("the metrics configurations in %s cannot be read; there are none", self._path)

    def of(self, bucket: str) -> Mapping[str, Any]:
        """Give a bucket's configurations by their ids."""
        return self._found.get(bucket, {})

    def put(self, bucket: str, id_: str, configuration: Mapping[str, Any]) -> None:
        """Keep a configuration; durable when this returns."""
        with self._lock:
            self._keep({**self._found, bucket: {**self.of(bucket), id_: configuration}})

    def delete(self, bucket: str, id_: str | None = None) -> None:
        """Forget one configuration of a bucket, or all."""
        with self._lock:
            left = {key: value for key, value in self.of(bucket).items() if id_ not in (None, key)}
            others = {name: found for name, found in self._found.items() if name != bucket}
            self._keep({**others, bucket: left} if left else others)

    def _keep(self, found: dict[str, dict[str, Any]]) -> None:
        write_json(self._path, found)
        # Readers take no lock: they see the old whole or the new whole.
        self._found = found
