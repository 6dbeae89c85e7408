"""Compiling JSON_TABLE: rows come from a Python function as texts, and become values of the columns' types here."""

# ruff: noqa: S608  the SQL here is made from a syntax tree, with every name and text quoted

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.sql import types
from local_aws.athena.sql.casts import cast
from local_aws.athena.sql.json_table_grammar import JsonNested
from local_aws.athena.sql.sql_json import checked_path, document, passed_values, scalar_of
from local_aws.athena.sql.type_text import type_of_node
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import quote_text

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.athena.sql.expressions import Compiler
    from local_aws.athena.sql.json_table_grammar import JsonColumn, JsonTable
    from local_aws.athena.sql.types import Type


def json_table(compiler: Compiler, node: JsonTable) -> tuple[str, list[tuple[str, Type]]]:
    """Return the query of a JSON_TABLE, and the names and types of its columns c1, c2, …."""
    table = _Table(compiler, node)
    root = table.path(node)
    chosen = node.args.get("plan")
    if isinstance(chosen, dict):
        plan = table.chosen(chosen)
        if sorted(table.seen) != sorted(table.parts):
            raise UnsupportedError("A PLAN that does not name all paths once", compiler.place(node))
    else:
        plan = table.default(
            node, root, "INNER" if "INNER" in (chosen or ()) else "OUTER", "CROSS" in (chosen or ())
        )
    spec = {"plan": plan, "width": len(table.values), "on_error": table.on_error}
    call = f"python_json_table({document(compiler, node.this)}, {quote_text(json.dumps(spec))}, {table.passed()})"
    texts = ", ".join(f"{value.sql} AS c{index}" for index, value in enumerate(table.values, start=1))
    text = f"SELECT {texts} FROM (SELECT unnest({call}) AS j_) AS json_rows_"
    return text, list(zip(table.names, [value.type for value in table.values], strict=True))


class _Table:
    """The columns of one JSON_TABLE in their order, and its paths by name."""

    def __init__(self, compiler: Compiler, node: JsonTable) -> None:
        self.compiler = compiler
        self.node = node
        self.on_error = "ERROR" if str(node.args.get("on_error") or "").startswith("ERROR") else "EMPTY"
        self.names: list[str] = []
        self.values: list[Typed] = []
        self.parts: dict[str, dict[str, Any]] = {}
        self.nested: dict[int, list[tuple[JsonNested, dict[str, Any]]]] = {}
        self.seen: list[str] = []
        self.used: set[str] = set()

    def passed(self) -> str:
        """Write the values of PASSING."""
        return passed_values(self.compiler, self.node, self.used)

    def path(self, node: JsonTable | JsonNested) -> dict[str, Any]:
        """Take in a path with its columns and nested paths, in the order in which they are written."""
        made: dict[str, Any] = {"path": self._checked(node.args["path"].name), "columns": []}
        inner: list[tuple[JsonNested, dict[str, Any]]] = []
        for column in node.args["columns"]:
            if isinstance(column, JsonNested):
                inner.append((column, self.path(column)))
            else:
                made["columns"].append(self._column(column))
        self.nested[id(node)] = inner
        name = node.args.get("path_name")
        if name is not None:
            self.parts[name] = made
        return made

    def default(
        self, node: JsonTable | JsonNested, made: Mapping[str, Any], join: str, crossed: bool
    ) -> dict[str, Any]:
        """Return the plan that joins each path with those nested in it."""
        inner = [self.default(one, part, join, crossed) for one, part in self.nested[id(node)]]
        if not inner:
            return dict(made)
        child = inner[0] if len(inner) == 1 else {"cross" if crossed else "union": inner}
        return {**made, "join": join, "child": child}

    def chosen(self, plan: Mapping[str, Any]) -> dict[str, Any]:
        """Return a plan that is written, with the paths in the place of their names."""
        for word in ("union", "cross"):
            if word in plan:
                return {word: [self.chosen(part) for part in plan[word]]}
        name = plan.get("name")
        if name not in self.parts:
            raise QueryError("INVALID_PLAN", f"path {name} is not defined", self.compiler.place(self.node))
        self.seen.append(str(name))
        made = dict(self.parts[str(name)])
        if "child" in plan:
            made |= {"join": plan["join"], "child": self.chosen(plan["child"])}
        return made

    def _checked(self, text: str) -> str:
        self.used |= checked_path(self.compiler, self.node, text).variables
        return text

    def _column(self, column: JsonColumn) -> dict[str, Any]:
        index, kind = len(self.values), str(column.args["kind"])
        cell = Typed(f"j_[{index + 1}]", types.VARCHAR)
        self.names.append(column.this.name)
        if kind == "ordinality":
            self.values.append(Typed(f"CAST({cell.sql} AS BIGINT)", types.BIGINT))
            return {"kind": kind, "index": index}
        target = type_of_node(column.args["type"])
        if column.args.get("path") is None:
            raise UnsupportedError("A column of JSON_TABLE without a path", self.compiler.place(self.node))
        failed = "ERROR" if self.on_error == "ERROR" else "NULL"
        words = {
            name: default if column.args.get(name) is None else str(column.args[name].this)
            for name, default in (("on_empty", "NULL"), ("on_error", failed))
        }
        spec = {"kind": kind, "index": index, "path": self._checked(column.args["path"].name), **words}
        if kind == "query":
            if not target.is_text:
                raise UnsupportedError(
                    f"A column FORMAT JSON of the type {target}", self.compiler.place(self.node)
                )
            self.values.append(cast(cell, target))
            return {
                **spec,
                "wrapper": column.args.get("wrapper") or "WITHOUT",
                "quotes": column.args.get("quotes") or "KEEP",
            }
        self.values.append(scalar_of(self.compiler, column, target, cell, words["on_error"]))
        return {**spec, "returning": target.name}
