"""Saved queries and prepared statements of workgroups, which are durable when they are answered."""

from __future__ import annotations

import time
import uuid
from typing import TYPE_CHECKING, Any, Final

from local_aws.athena.earlier import earlier_statements
from local_aws.athena.starting import invalid
from local_aws.athena.workgroups import DEFAULT_WORKGROUP
from local_aws.gateway.service import ApiError
from local_aws.kept import Kept

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from local_aws.clients import Clients

    Parameters = Mapping[str, Any]
    Operation = Callable[[Parameters], Mapping[str, Any]]

_MOST: Final = 50
_QUERIES: Final = "named-queries"
_STATEMENTS: Final = "prepared-statements"
_TAKEN_OVER: Final = "taken-over"
_TOKEN: Final = "ClientRequestToken"  # noqa: S105  (the name of a member)


class SavedStatements:
    """Answers the operations on both for one Region; `check_workgroup` raises `ApiError` for an unknown workgroup.

    `behind` gives the clients of MiniStack, which kept them in earlier versions: they are taken over once.
    """

    def __init__(
        self, folder: Path, check_workgroup: Callable[[str], object], behind: Callable[[], Clients]
    ) -> None:
        self._kept = Kept(folder)
        self._behind = behind
        self._has_earlier = False
        self._check_workgroup = check_workgroup
        self.operations: Mapping[str, Operation] = {
            "BatchGetNamedQuery": self._batch_get_queries,
            "BatchGetPreparedStatement": self._batch_get_statements,
            "CreateNamedQuery": self._create_query,
            "CreatePreparedStatement": self._create_statement,
            "DeleteNamedQuery": self._delete_query,
            "DeletePreparedStatement": self._delete_statement,
            "GetNamedQuery": self._get_query,
            "GetPreparedStatement": self._get_statement,
            "ListNamedQueries": self._list_queries,
            "ListPreparedStatements": self._list_statements,
            "UpdateNamedQuery": self._update_query,
            "UpdatePreparedStatement": self._update_statement,
        }

    def workgroups_of(self, parameters: Parameters) -> list[str]:
        """Return the workgroups of the saved queries that a call names by their ids; unknown ones are left out."""
        queries = self._queries()
        ids = parameters.get("NamedQueryIds") or [parameters.get("NamedQueryId")]
        return list(dict.fromkeys(queries[one]["WorkGroup"] for one in ids if one in queries))

    def has_any(self, workgroup: str) -> bool:
        """Return whether anything is saved in a workgroup."""
        queries = any(query["WorkGroup"] == workgroup for query in self._queries().values())
        return queries or bool(self._statements().get(workgroup))

    def forget(self, workgroup: str) -> None:
        """Drop what was saved in a workgroup that is gone."""
        with self._kept.lock:
            left = {key: query for key, query in self._queries().items() if query["WorkGroup"] != workgroup}
            self._kept.put(_QUERIES, left)
            statements = self._statements()
            statements.pop(workgroup, None)
            self._kept.put(_STATEMENTS, statements)

    def _take_over(self) -> None:
        with self._kept.lock:
            if not self._has_earlier and self._kept.get(_TAKEN_OVER) is None:
                queries, statements = earlier_statements(self._behind())
                self._kept.put(_QUERIES, queries | (self._kept.get(_QUERIES) or {}))
                present = self._kept.get(_STATEMENTS) or {}
                merged = {
                    name: statements.get(name, {}) | present.get(name, {}) for name in statements | present
                }
                self._kept.put(_STATEMENTS, merged)
                self._kept.put(_TAKEN_OVER, True)
            self._has_earlier = True

    def _queries(self) -> dict[str, dict[str, Any]]:
        self._take_over()
        return dict(self._kept.get(_QUERIES) or {})

    def _statements(self) -> dict[str, dict[str, dict[str, Any]]]:
        self._take_over()
        return dict(self._kept.get(_STATEMENTS) or {})

    def _create_query(self, parameters: Parameters) -> Mapping[str, Any]:
        workgroup = parameters.get("WorkGroup") or DEFAULT_WORKGROUP
        self._check_workgroup(workgroup)
        wanted = {**parameters, "WorkGroup": workgroup}
        token = wanted.pop(_TOKEN, None)
        with self._kept.lock:
            queries = self._queries()
            for query_id, query in queries.items():
                if token is not None and query.get(_TOKEN) == token:
                    if _without_token(query) != wanted:
                        raise invalid("Idempotent parameters do not match", "IDEMPOTENT_PARAMETER_MISMATCH")
                    return {"NamedQueryId": query_id}
            query_id = str(uuid.uuid4())
            queries[query_id] = {**wanted, **({_TOKEN: token} if token else {})}
            self._kept.put(_QUERIES, queries)
        return {"NamedQueryId": query_id}

    def _get_query(self, parameters: Parameters) -> Mapping[str, Any]:
        query_id = parameters["NamedQueryId"]
        return {"NamedQuery": _shown(query_id, self._query(self._queries(), query_id))}

    def _batch_get_queries(self, parameters: Parameters) -> Mapping[str, Any]:
        queries = self._queries()
        ids = parameters["NamedQueryIds"]
        return {
            "NamedQueries": [_shown(one, queries[one]) for one in ids if one in queries],
            "UnprocessedNamedQueryIds": [
                {"NamedQueryId": one, "ErrorCode": "INVALID_INPUT", "ErrorMessage": _no_query(one)}
                for one in ids
                if one not in queries
            ],
        }

    def _list_queries(self, parameters: Parameters) -> Mapping[str, Any]:
        workgroup = parameters.get("WorkGroup") or DEFAULT_WORKGROUP
        self._check_workgroup(workgroup)
        ids = [key for key, query in self._queries().items() if query["WorkGroup"] == workgroup]
        page, token = _page(ids, parameters)
        return {"NamedQueryIds": page, **token}

    def _update_query(self, parameters: Parameters) -> Mapping[str, Any]:
        with self._kept.lock:
            queries = self._queries()
            present = self._query(queries, parameters["NamedQueryId"])
            change = {
                name: parameters[name]
                for name in ("Name", "Description", "QueryString")
                if name in parameters
            }
            queries[parameters["NamedQueryId"]] = {**present, **change}
            self._kept.put(_QUERIES, queries)
        return {}

    def _delete_query(self, parameters: Parameters) -> Mapping[str, Any]:
        with self._kept.lock:
            queries = self._queries()
            self._query(queries, parameters["NamedQueryId"])
            del queries[parameters["NamedQueryId"]]
            self._kept.put(_QUERIES, queries)
        return {}

    def _query(self, queries: Mapping[str, dict[str, Any]], query_id: str) -> dict[str, Any]:
        found = queries.get(query_id)
        if found is None:
            # Terraform's provider knows by these words that a query is gone.
            raise invalid(_no_query(query_id))
        return found

    def _create_statement(self, parameters: Parameters) -> Mapping[str, Any]:
        self._check_workgroup(parameters["WorkGroup"])
        name, workgroup = parameters["StatementName"], parameters["WorkGroup"]
        with self._kept.lock:
            if name in self._statements().get(workgroup, {}):
                raise invalid(f"PreparedStatement {name} already exists in workGroup {workgroup}")
            self._keep_statement(parameters)
        return {}

    def _update_statement(self, parameters: Parameters) -> Mapping[str, Any]:
        with self._kept.lock:
            self._statement(parameters)
            self._keep_statement(parameters)
        return {}

    def _get_statement(self, parameters: Parameters) -> Mapping[str, Any]:
        return {"PreparedStatement": self._statement(parameters)}

    def _batch_get_statements(self, parameters: Parameters) -> Mapping[str, Any]:
        self._check_workgroup(parameters["WorkGroup"])
        present = self._statements().get(parameters["WorkGroup"], {})
        names = parameters["PreparedStatementNames"]
        return {
            "PreparedStatements": [present[name] for name in names if name in present],
            "UnprocessedPreparedStatementNames": [
                {
                    "StatementName": name,
                    "ErrorCode": "STATEMENT_NOT_FOUND",
                    "ErrorMessage": _no_statement(name, parameters["WorkGroup"]),
                }
                for name in names
                if name not in present
            ],
        }

    def _list_statements(self, parameters: Parameters) -> Mapping[str, Any]:
        self._check_workgroup(parameters["WorkGroup"])
        present = self._statements().get(parameters["WorkGroup"], {})
        page, token = _page(sorted(present), parameters)
        shown = [
            {"StatementName": name, "LastModifiedTime": present[name]["LastModifiedTime"]} for name in page
        ]
        return {"PreparedStatements": shown, **token}

    def _delete_statement(self, parameters: Parameters) -> Mapping[str, Any]:
        with self._kept.lock:
            self._statement(parameters)
            statements = self._statements()
            del statements[parameters["WorkGroup"]][parameters["StatementName"]]
            self._kept.put(_STATEMENTS, statements)
        return {}

    def _statement(self, parameters: Parameters) -> dict[str, Any]:
        self._check_workgroup(parameters["WorkGroup"])
        name, workgroup = parameters["StatementName"], parameters["WorkGroup"]
        found = self._statements().get(workgroup, {}).get(name)
        if found is None:
            raise ApiError(
                "ResourceNotFoundException", _no_statement(name, workgroup), extra={"ResourceName": name}
            )
        return found

    def _keep_statement(self, parameters: Parameters) -> None:
        statements = self._statements()
        kept = {
            "StatementName": parameters["StatementName"],
            "QueryStatement": parameters["QueryStatement"],
            "WorkGroupName": parameters["WorkGroup"],
            "LastModifiedTime": round(time.time(), 3),
            **({"Description": parameters["Description"]} if "Description" in parameters else {}),
        }
        statements.setdefault(parameters["WorkGroup"], {})[parameters["StatementName"]] = kept
        self._kept.put(_STATEMENTS, statements)


def _page(names: Sequence[str], parameters: Parameters) -> tuple[list[str], dict[str, str]]:
    """Return the page that a call asks for, and its NextToken if there is another one."""
    text = str(parameters.get("NextToken") or "0")
    if not text.isdecimal():
        raise invalid("Invalid NextToken")
    start, size = int(text), int(parameters.get("MaxResults") or _MOST)
    page = list(names[start : start + size])
    return page, {"NextToken": str(start + size)} if start + size < len(names) else {}


def _shown(query_id: str, query: Mapping[str, Any]) -> dict[str, Any]:
    return {**_without_token(query), "NamedQueryId": query_id}


def _without_token(query: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in query.items() if name != _TOKEN}


def _no_query(query_id: str) -> str:
    return f"NamedQuery {query_id} does not exist"


def _no_statement(name: str, workgroup: str) -> str:
    return f"PreparedStatement {name} was not found in workGroup {workgroup}"
