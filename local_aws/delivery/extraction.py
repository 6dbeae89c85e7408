"""Partition keys from the record itself, by a jq query.

AWS rule: evaluated on the record after the transform; values are turned into text; null or empty text fails, and so
does a record that is not one JSON document, reference 5.2 and 5.4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import jq
import orjson

from local_aws.delivery.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NOT_JSON = "Non JSON record provided"
_NO_RESULT = "The jq query gave no object"


class Extractor:
    """One compiled query. Raises `ConfigError` when it does not compile."""

    def __init__(self, query: str) -> None:
        try:
            self._program = jq.compile(query)
        except ValueError as error:
            raise ConfigError(f"the jq query {query!r} does not compile: {error}") from error

    def extract(self, records: Sequence[bytes]) -> tuple[list[Mapping[str, str]], dict[int, str]]:
        """Give the keys of each record, and by index why a record has none (its keys are empty then)."""
        keys: list[Mapping[str, str]] = []
        failed: dict[int, str] = {}
        for index, record in enumerate(records):
            found, problem = self._one(record)
            keys.append(found)
            if problem is not None:
                failed[index] = problem
        return keys, failed

    def _one(self, record: bytes) -> tuple[dict[str, str], str | None]:
        try:
            orjson.loads(record)
            results = self._program.input_text(record.decode("utf-8")).all()
        except ValueError as error:
            is_json = _is_json(record)
            return {}, str(error) if is_json else NOT_JSON
        if len(results) != 1 or not isinstance(results[0], dict):
            return {}, _NO_RESULT
        return {name: _as_text(value) for name, value in results[0].items()}, None


def _is_json(record: bytes) -> bool:
    try:
        orjson.loads(record)
    except ValueError:
        return False
    return True


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    return orjson.dumps(value).decode("utf-8")
