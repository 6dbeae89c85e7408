"""Names of the catalog, folded to lower case as Glue does.

AWS rule (measured: floci-io/floci#1202, apache/flink-connector-aws#206): names of databases, tables and columns are
stored in lower case, and any spelling finds them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

# Members that hold one folded name, or a list of them, wherever they stand in a request.
_NAMES: Final = frozenset(
    {
        "BucketColumns",
        "Column",
        "ColumnName",
        "ColumnNames",
        "DatabaseName",
        "Keys",
        "SkewedColumnNames",
        "TableName",
        "TablesToDelete",
    }
)
# Structures, or lists of them, whose member Name is a folded name.
_NAMED: Final = frozenset({"Columns", "DatabaseInput", "PartitionKeys", "TableInput"})
# Operations whose own member Name is a database or a table.
_ABOUT_NAME: Final = frozenset(
    {"DeleteDatabase", "DeleteTable", "GetDatabase", "GetTable", "UpdateDatabase", "UpdateTable"}
)


def folded(operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of a call on the catalog with every name of a database, table or column in lower case."""
    found: dict[str, Any] = _folded(parameters)
    if operation in _ABOUT_NAME and isinstance(found.get("Name"), str):
        found["Name"] = found["Name"].lower()
    return found


def _folded(value: Any, *, named: bool = False) -> Any:
    if isinstance(value, dict):
        return {
            key: _lower(member)
            if key in _NAMES or (named and key == "Name")
            else _folded(member, named=key in _NAMED)
            for key, member in value.items()
        }
    if isinstance(value, list):
        return [_folded(member, named=named) for member in value]
    return value


def _lower(value: Any) -> Any:
    if isinstance(value, str):
        return value.lower()
    return [_lower(member) for member in value] if isinstance(value, list) else value
