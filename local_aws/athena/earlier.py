"""Saved queries and prepared statements of a state folder from before they were kept here: MiniStack has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from local_aws.clients import Clients


def earlier_statements(
    behind: Clients,
) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, dict[str, Any]]]]:
    """Return saved queries by their ids, and prepared statements by workgroup and name, as MiniStack has them.

    Raises boto3's errors.
    """
    athena: Any = behind.client("athena")
    queries: dict[str, dict[str, Any]] = {}
    statements: dict[str, dict[str, dict[str, Any]]] = {}
    for page in _pages(athena.list_work_groups):
        for group in page["WorkGroups"]:
            name = group["Name"]
            for ids in _pages(athena.list_named_queries, WorkGroup=name):
                for query_id in ids.get("NamedQueryIds", []):
                    query = athena.get_named_query(NamedQueryId=query_id)["NamedQuery"]
                    queries[query_id] = {key: value for key, value in query.items() if key != "NamedQueryId"}
            for listed in _pages(athena.list_prepared_statements, WorkGroup=name):
                for one in listed.get("PreparedStatements", []):
                    found = athena.get_prepared_statement(WorkGroup=name, StatementName=one["StatementName"])[
                        "PreparedStatement"
                    ]
                    modified = found["LastModifiedTime"].timestamp()
                    statements.setdefault(name, {})[one["StatementName"]] = {
                        **found,
                        "LastModifiedTime": modified,
                    }
    return queries, statements


def _pages(call: Any, **parameters: Any) -> Any:
    """Yield the pages of a list."""
    token: dict[str, str] = {}
    while True:
        page = call(**parameters, **token)
        yield page
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}
