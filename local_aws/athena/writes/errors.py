"""The errors of statements that write."""

from __future__ import annotations

from local_aws.athena.errors import QueryError


def property_error(name: str, value: object, allowed: str) -> QueryError:
    """Make the error of a property in WITH whose value is not allowed."""
    return QueryError(
        "INVALID_TABLE_PROPERTY", f"Invalid value for the property '{name}': {value!r}; allowed is {allowed}"
    )
