"""The errors of a query, as Athena reports them.

    QueryError                 the query ends FAILED; `name: line l:c: message` is its state change reason
    ├── UnsupportedError       something that the local Athena refuses by name
    ├── ExhaustedError         it took more memory, or more space for files, than a query may
    ├── QueryTimeoutError      it ran for longer than a query may
    └── QueryCancelledError    the query ends CANCELLED: stopped by a user or by the scan limit

Measured with engine version 3: the reason of a failed query starts with Trino's error name, an unknown column is
`COLUMN_NOT_FOUND` with type 1006, and the category is 2 for an error of the user and 1 for one of the system.
"""

from __future__ import annotations

from dataclasses import dataclass

SYSTEM_ERROR = 1
USER_ERROR = 2

# Measured with engine version 3, by Trino's error name; a name that is not here is one that was not measured.
_ERROR_TYPES = {
    "TABLE_NOT_FOUND": 1301,
    "SCHEMA_NOT_FOUND": 1301,
    "COLUMN_NOT_FOUND": 1006,
    "CATALOG_NOT_FOUND": 1006,
    "TYPE_MISMATCH": 1002,
    "FUNCTION_NOT_FOUND": 1303,
    "DIVISION_BY_ZERO": 1001,
    "INVALID_CAST_ARGUMENT": 1100,
    "NUMERIC_VALUE_OUT_OF_RANGE": 1100,
    "INVALID_PARAMETER_USAGE": 1100,
    "MISSING_COLUMN_NAME": 1100,
    "INVALID_FUNCTION_ARGUMENT": 1106,
    "TABLE_ALREADY_EXISTS": 1110,
    "NOT_FOUND": 1300,
    "FAILED": 1100,
    "NOT_SUPPORTED": 1200,
}
_OTHER_USER_ERROR_TYPE = 1000
_SYSTEM_ERROR_TYPE = 200
# From AWS's table of error types, which has several numbers for each of these.
_SYSTEM_ERROR_TYPES = {"EXCEEDED_MEMORY_LIMIT": 1, "EXCEEDED_TIME_LIMIT": 206}


@dataclass(frozen=True)
class Position:
    """A place in the query's text: line and column, both counted from 1."""

    line: int
    column: int


class QueryError(Exception):
    """A query that cannot be answered.

    `name` is Trino's error name (`TABLE_NOT_FOUND`), `position` where in the text, when it has a place. `error_type`
    and `error_message` are for the Hive side, whose numbers do not follow from the name.
    """

    def __init__(
        self,
        name: str,
        message: str,
        position: Position | None = None,
        category: int = USER_ERROR,
        retryable: bool = False,
        error_type: int | None = None,
        error_message: str | None = None,
    ) -> None:
        self.name = name
        self.message = message
        self.position = position
        self.category = category
        self.retryable = retryable
        self._error_type = error_type
        self._error_message = error_message
        super().__init__(self.reason)

    @property
    def reason(self) -> str:
        """The text of the execution's `StateChangeReason`."""
        place = f"line {self.position.line}:{self.position.column}: " if self.position else ""
        return f"{self.name}: {place}{self.message}"

    @property
    def error_message(self) -> str:
        """The text of AthenaError's `ErrorMessage`: the reason, unless the Hive side reports another one."""
        return self._error_message or self.reason

    @property
    def error_type(self) -> int:
        """The number of the error in Athena's error catalogue."""
        if self._error_type is not None:
            return self._error_type
        if self.category == SYSTEM_ERROR:
            return _SYSTEM_ERROR_TYPES.get(self.name, _SYSTEM_ERROR_TYPE)
        return _ERROR_TYPES.get(self.name, _OTHER_USER_ERROR_TYPE)


class UnsupportedError(QueryError):
    """Valid on Athena, and not available here; says by name what it is."""

    def __init__(self, what: str, position: Position | None = None) -> None:
        super().__init__("NOT_SUPPORTED", f"{what} is not supported by the local Athena", position)


class QueryCancelledError(QueryError):
    """The query was stopped: by StopQueryExecution, or because it read more than its workgroup allows."""

    def __init__(self, reason: str) -> None:
        super().__init__("QUERY_CANCELLED", reason)

    @property
    def reason(self) -> str:
        """The text of the execution's `StateChangeReason`, which has no error name in front here."""
        return self.message


class ExhaustedError(QueryError):
    """The query took more memory, or more space for files, than one query may."""

    def __init__(self) -> None:
        super().__init__(
            "EXCEEDED_MEMORY_LIMIT", "Query exhausted resources at this scale factor", category=SYSTEM_ERROR
        )


class QueryTimeoutError(QueryError):
    """The query ran for longer than one query may."""

    def __init__(self) -> None:
        super().__init__("EXCEEDED_TIME_LIMIT", "Query timeout", category=SYSTEM_ERROR)

    @property
    def reason(self) -> str:
        """The text of the execution's `StateChangeReason`, which has no error name in front here."""
        return self.message
