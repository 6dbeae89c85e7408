"""The columns for format conversion, read from Glue and read again as the table changes.

AWS rule: version LATEST picks up updates of the table, reference 4.1; failures have the codes of reference 4.5.
"""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.delivery.conversion import TableSchema
from local_aws.delivery.conversion.errors import SchemaError
from local_aws.delivery.errors import StoppedError, error_code, is_refused_role

if TYPE_CHECKING:
    from local_aws.clients import Clients
    from local_aws.delivery.clock import Clock
    from local_aws.delivery.config import SchemaReference

_LOG = logging.getLogger(__name__)
_FRESH_SECONDS = 5.0
_PAUSE_SECONDS = 1.0

_INVALID_ROLE = "DataFormatConversion.InvalidGlueRole"
# AWS rule: codes of a schema that cannot be had, reference 4.5.
_CODES = {
    "EntityNotFoundException": "DataFormatConversion.EntityNotFound",
    "InvalidInputException": "DataFormatConversion.InvalidInput",
    "AccessDeniedException": "DataFormatConversion.AccessDenied",
    "GlueEncryptionException": "DataFormatConversion.GlueEncryptionException",
    "ValidationException": "DataFormatConversion.ValidationException",
}


class SchemaSource(Protocol):
    """Knows the columns to convert to."""

    def current(self) -> TableSchema:
        """Give them. Raises `SchemaError` when there is no usable table, `StoppedError`."""


class GlueSchemaSource:
    """Reads one table; may be used from several threads."""

    def __init__(
        self, clients: Clients, reference: SchemaReference, clock: Clock, stop: threading.Event
    ) -> None:
        self._client: Any = clients.client("glue")
        self._reference = reference
        self._clock = clock
        self._stop = stop
        self._lock = threading.Lock()
        self._cached: tuple[float, TableSchema] | None = None

    def current(self) -> TableSchema:
        """Give the columns as they were at most a few seconds ago; see `SchemaSource`."""
        with self._lock:
            now = self._clock.steady_seconds()
            if self._cached is not None and now - self._cached[0] < _FRESH_SECONDS:
                return self._cached[1]
            schema = TableSchema.from_glue(self._columns())
            self._cached = (now, schema)
            return schema

    def _columns(self) -> list[dict[str, Any]]:
        while True:
            try:
                return self._read()
            except ClientError as error:
                known = _INVALID_ROLE if is_refused_role(error) else _CODES.get(error_code(error))
                if known is not None:
                    text = str(error.response.get("Error", {}).get("Message", ""))
                    raise SchemaError(known, text) from error
                _LOG.warning("Glue failed, trying again: %s", error)
            except BotoCoreError as error:
                _LOG.warning("Glue cannot be reached, trying again: %s", error)
            if self._stop.wait(_PAUSE_SECONDS):
                raise StoppedError("reading the Glue table was given up")

    def _read(self) -> list[dict[str, Any]]:
        reference = self._reference
        names: dict[str, Any] = {"DatabaseName": reference.database}
        if reference.catalog_id:
            names["CatalogId"] = reference.catalog_id
        if reference.version == "LATEST":
            table = self._client.get_table(**names, Name=reference.table)["Table"]
        else:
            answer = self._client.get_table_version(
                **names, TableName=reference.table, VersionId=reference.version
            )
            table = answer["TableVersion"]["Table"]
        columns: list[dict[str, Any]] = (table.get("StorageDescriptor") or {}).get("Columns") or []
        return columns
