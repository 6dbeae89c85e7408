"""SearchTables: the tables of all databases, by the words in what is said of them, and by their properties."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from local_aws.glue import pages
from local_aws.glue.errors import invalid_input
from local_aws.glue.tables import as_given

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from local_aws.clients import Clients

_MOST: Final = 1000
_PROPERTIES: Final = ("Name", "DatabaseName", "Description", "Owner", "TableType", "CreatedBy")
_SORTED_BY: Final = ("Name", "DatabaseName", "CreateTime", "UpdateTime")
# Words as they stand, and the parts of words that underscores join.
_WORD: Final = re.compile(r"\w+")
_PART: Final = re.compile(r"[^\W_]+")


class Search:
    """Answers SearchTables; `behind` are clients of MiniStack, which has no such operation."""

    def __init__(self, behind: Clients) -> None:
        self._behind = behind

    def search_tables(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer one page of SearchTables.

        AWS rule: a text in quotes is what some property is as a whole, others are words; the value of a filter is one
        word of the property. Raises `ApiError` InvalidInputException for filters and orders that are not known here.
        """
        filters = parameters.get("Filters") or []
        for one in filters:
            if one.get("Comparator", "EQUALS") != "EQUALS":
                raise invalid_input(
                    f"Filter of {one.get('Key')!r} by {one['Comparator']}: the local Glue compares with EQUALS only."
                )
        found = {
            f"{table['DatabaseName']}/{table['Name']}": table
            for table in self._all(parameters)
            if _has_text(table, str(parameters.get("SearchText") or ""))
            and all(_matches(table, str(one["Key"]), str(one["Value"])) for one in filters)
        }
        names = sorted(found)
        for order in parameters.get("SortCriteria") or []:
            field = order.get("FieldName", "Name")
            if field not in _SORTED_BY:
                raise invalid_input(
                    f"FieldName is {field!r}; the local Glue sorts by {', '.join(_SORTED_BY)}."
                )
            names.sort(key=lambda name: _order(found[name], field), reverse=order.get("Sort") == "DESC")
        page, token = pages.page(names, parameters, pages.MOST, in_order=False, most=_MOST)
        return {"TableList": [found[name] for name in page], "NextToken": token}

    def _all(self, parameters: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
        glue: Any = self._behind.client("glue")
        place = {"CatalogId": parameters["CatalogId"]} if parameters.get("CatalogId") else {}
        for page in glue.get_paginator("get_databases").paginate(**place):
            for database in page["DatabaseList"]:
                for table in glue.get_tables(**place, DatabaseName=database["Name"])["TableList"]:
                    yield as_given(table)


def _texts(table: Mapping[str, Any]) -> list[str]:
    """Give all that is said of a table: its properties, its columns with their comments, its parameters."""
    columns = [*(table.get("StorageDescriptor") or {}).get("Columns", []), *table.get("PartitionKeys", [])]
    texts = [str(table[name]) for name in _PROPERTIES if table.get(name)]
    texts += [str(column[key]) for column in columns for key in ("Name", "Comment") if column.get(key)]
    return texts + [text for item in (table.get("Parameters") or {}).items() for text in item]


def _words(text: str) -> set[str]:
    return {word.lower() for pattern in (_WORD, _PART) for word in pattern.findall(text)}


def _has_text(table: Mapping[str, Any], text: str) -> bool:
    if len(text) > 1 and text[0] == text[-1] == '"':
        return text[1:-1].lower() in (one.lower() for one in _texts(table))
    there = set().union(*(_words(one) for one in _texts(table)))
    return {word.lower() for word in _WORD.findall(text)} <= there


def _order(table: Mapping[str, Any], field: str) -> tuple[bool, Any]:
    return field in table, table.get(field)


def _matches(table: Mapping[str, Any], key: str, value: str) -> bool:
    held = table.get(key) if key in _PROPERTIES else (table.get("Parameters") or {}).get(key)
    return held is not None and (value.lower() == str(held).lower() or value.lower() in _words(str(held)))
