"""Tables as Glue answers them: without the empty members that MiniStack adds.

AWS rule: what a table was not given is absent from the answer. Clients hand a table back to UpdateTable as they got
it, and an owner of no letters is refused by boto3 before it is sent.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from local_aws.glue import pages
from local_aws.glue.errors import invalid_input
from local_aws.glue.java_maps import in_java_order
from local_aws.patterns import matching

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local_aws.clients import Clients

_ABSENT_WHEN_EMPTY: Final = ("Description", "Owner")
_ABOUT_THE_LIST: Final = ("Expression", "MaxResults", "NextToken")
# A star that repeats nothing: at the beginning, or behind a letter, digit, underscore, hyphen or bar.
_STAR_ALONE: Final = re.compile(r"(?:(?<=^)|(?<=[\w|-]))\*")


class Tables:
    """Answers GetTable and GetTables; `behind` are clients of MiniStack."""

    def __init__(self, behind: Clients) -> None:
        self._behind = behind

    def get_table(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer GetTable; raises boto3's `ClientError` as MiniStack refuses."""
        return {"Table": as_given(self._behind.client("glue").get_table(**parameters)["Table"])}

    def get_tables(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer one page of GetTables, sorted by name; raises boto3's `ClientError` as MiniStack refuses.

        AWS rule: a database that is not there is refused; MiniStack lists no tables in it. Nor does it know of pages.
        Raises `ApiError` InvalidInputException for an expression that is no pattern.
        """
        glue: Any = self._behind.client("glue")
        asked = {name: value for name, value in parameters.items() if name not in _ABOUT_THE_LIST}
        found = {table["Name"]: table for table in glue.get_tables(**asked)["TableList"]}
        if not found:
            place = {"CatalogId": parameters["CatalogId"]} if parameters.get("CatalogId") else {}
            glue.get_database(**place, Name=parameters["DatabaseName"])
        names = sorted(found)
        if parameters.get("Expression"):
            names = _wanted(names, parameters["Expression"])
        names, token = pages.page(names, parameters, pages.MOST)
        return {"TableList": [as_given(found[name]) for name in names], "NextToken": token}


def _wanted(names: Sequence[str], expression: str) -> list[str]:
    """Return the names that fit a regular expression; a star alone stands for any text, as clients write it."""
    try:
        return matching(_STAR_ALONE.sub(".*", expression), names, ignore_case=True)
    except ValueError as error:
        raise invalid_input(f"The expression {expression!r} is no pattern: {error}.") from error


def as_given(table: Mapping[str, Any]) -> dict[str, Any]:
    """Return a table of MiniStack's without the empty members that nobody gave it, its parameters in Glue's order."""
    given = {key: value for key, value in table.items() if value or key not in _ABSENT_WHEN_EMPTY}
    if given.get("Parameters"):
        given["Parameters"] = dict(in_java_order(given["Parameters"]))
    return given
