"""What may be set on a node of the syntax tree: the parser knows more than Athena, and marks it on known nodes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlglot import exp

if TYPE_CHECKING:
    from collections.abc import Mapping


_PAIR = ("this", "expression")
_QUERY_TAIL = ("order", "limit", "offset", "with_")
_KNOWN: Mapping[type[exp.Expr], tuple[str, ...]] = {
    exp.Column: ("this", "table", "db", "catalog"),
    exp.Identifier: ("this", "quoted"),
    exp.Dot: _PAIR,
    exp.DPipe: (*_PAIR, "safe"),
    exp.Neg: ("this",),
    exp.Paren: ("this",),
    exp.And: _PAIR,
    exp.Or: _PAIR,
    exp.Not: ("this",),
    exp.Is: _PAIR,
    exp.Between: ("this", "low", "high"),
    exp.In: ("this", "expressions", "query"),
    exp.Exists: ("this",),
    exp.Like: (*_PAIR, "negate"),
    exp.Escape: _PAIR,
    exp.Case: ("this", "ifs", "default"),
    exp.If: ("this", "true", "false"),
    exp.Cast: ("this", "to"),
    exp.TryCast: ("this", "to", "requires_string", "safe"),
    exp.Bracket: ("this", "expressions", "offset"),
    exp.Array: ("expressions",),
    exp.Tuple: ("expressions",),
    exp.Anonymous: ("this", "expressions"),
    exp.Extract: _PAIR,
    exp.Trim: (*_PAIR, "position"),
    exp.StrPosition: ("this", "substr"),
    exp.Substring: ("this", "start", "length"),
    exp.Normalize: ("this", "form"),
    exp.AtTimeZone: ("this", "zone"),
    exp.Literal: ("this", "is_string"),
    exp.Interval: ("this", "unit"),
    exp.Window: ("this", "partition_by", "order", "spec", "alias", "over"),
    exp.Filter: _PAIR,
    exp.WithinGroup: _PAIR,
    exp.GroupConcat: ("this", "separator", "on_overflow"),
    exp.Select: (
        "expressions",
        "from_",
        "joins",
        "where",
        "group",
        "having",
        "windows",
        "distinct",
        "operation_modifiers",
        "sample",
        *_QUERY_TAIL,
    ),
    exp.Union: (*_PAIR, "distinct", *_QUERY_TAIL),
    exp.Intersect: (*_PAIR, "distinct", *_QUERY_TAIL),
    exp.Except: (*_PAIR, "distinct", *_QUERY_TAIL),
    exp.Subquery: ("this", "alias", "sample", *_QUERY_TAIL),
    exp.Values: ("expressions", "alias", "sample", *_QUERY_TAIL),
    exp.Table: (
        *("this", "db", "catalog", "alias", "joins", "sample", "version", "when", "pivots", "changes"),
        *_QUERY_TAIL,
    ),
    exp.Join: ("this", "on", "using", "side", "kind", "method"),
    exp.Unnest: ("expressions", "alias", "offset"),
    exp.Lateral: ("this", "alias", "view", "outer", "ordinality"),
    exp.Star: (),
    exp.Alias: ("this", "alias"),
    exp.Ordered: ("this", "desc", "nulls_first"),
    exp.Group: ("expressions", "all", "cube", "rollup", "grouping_sets"),
    exp.Distinct: ("expressions",),
    exp.Limit: ("expression",),
    exp.Offset: ("expression",),
    exp.Fetch: ("direction", "count", "limit_options"),
}
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.Mod)


def unknown_argument(node: exp.Expr) -> str | None:
    """Name what is set on a node and nothing here looks at, `JOIN with PIVOTS`; None when there is no such thing."""
    known = _KNOWN.get(type(node))
    if known is None or isinstance(node, _ARITHMETIC):
        return None
    for name, value in node.args.items():
        if name not in known and value not in (None, False, [], ()):
            return f"{type(node).__name__.upper()} with {name.strip('_').upper()}"
    return None
