"""Tables as Glue answers them: without the empty members that MiniStack adds.

AWS rule: what a table was not given is absent from the answer. Clients hand a table back to UpdateTable as they got
it, and an owner of no letters is refused by boto3 before it is sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.clients import Clients

_ABSENT_WHEN_EMPTY = ("Description", "Owner")


class Tables:
    """Answers GetTable and GetTables; `behind` are clients of MiniStack."""

    def __init__(self, behind: Clients) -> None:
        self._behind = behind

    def get_table(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer GetTable; raises boto3's `ClientError` as MiniStack refuses."""
        return {"Table": as_given(self._behind.client("glue").get_table(**parameters)["Table"])}

    def get_tables(self, parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """Answer one page of GetTables; raises boto3's `ClientError` as MiniStack refuses.

        AWS rule: a database that is not there is refused; MiniStack lists no tables in it.
        """
        glue = self._behind.client("glue")
        page = glue.get_tables(**parameters)
        if not page["TableList"]:
            place = {"CatalogId": parameters["CatalogId"]} if parameters.get("CatalogId") else {}
            glue.get_database(**place, Name=parameters["DatabaseName"])
        return {
            "TableList": [as_given(table) for table in page["TableList"]],
            "NextToken": page.get("NextToken"),
        }


def as_given(table: Mapping[str, Any]) -> dict[str, Any]:
    """Give a table of MiniStack's without the empty members that nobody gave it."""
    return {key: value for key, value in table.items() if value or key not in _ABSENT_WHEN_EMPTY}
