"""Evaluating an expression once that is needed several times.

A macro repeats its arguments, and macros inside macros repeat them many times over: what is more than a column or a
literal is bound to a name instead. DuckDB has no LET; a lambda over a list of one element is one. It is folded away
when everything in it is constant. The name comes from the expression, so that the same expression is always the same
text: GROUP BY compares texts.
"""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from local_aws.athena.sql import macros
from local_aws.athena.sql.typed import Typed

if TYPE_CHECKING:
    from collections.abc import Callable

_LONG = 400
_SUBQUERY = re.compile(r"\((?:SELECT|WITH) ")


@lru_cache(maxsize=1)
def _macro_call() -> re.Pattern[str]:
    names = "|".join(re.escape(name) for name in sorted(macros.names(), key=len, reverse=True))
    return re.compile(rf"\b(?:{names})\(")


def repeats(form: str) -> bool:
    """Tell whether a form may use an argument more than once: itself, or by a macro in it."""
    places = re.findall(r"\{\w*\}", form)
    return len(places) != len(set(places)) or _macro_call().search(form) is not None


def is_heavy(value: Typed) -> bool:
    """Tell whether a value is better evaluated once: it has a macro in it, or is long."""
    if value.literal is not None or value.type.name == "function":
        return False
    return len(value.sql) > _LONG or _macro_call().search(value.sql) is not None


def named(value: Typed) -> Typed:
    """Give the name that stands for a value inside `bound`."""
    return Typed("s_" + hashlib.sha256(value.sql.encode()).hexdigest()[:12], value.type)


def has_subquery(value: Typed) -> bool:
    """Tell whether there is a subquery in the text of a value; a literal with such a text is taken for one."""
    return _SUBQUERY.search(value.sql) is not None


def bound(value: Typed, inside: Typed) -> Typed:
    """Give `inside`, which uses the name of `value`, with the name bound to it."""
    if has_subquery(inside):  # DuckDB has none in lambdas: the value is written out after all
        return Typed(re.sub(rf"\b{named(value).sql}\b", lambda _: value.sql, inside.sql), inside.type)
    return Typed(f"list_transform([{value.sql}], lambda {named(value).sql}: {inside.sql})[1]", inside.type)


def shared(value: Typed, build: Callable[[Typed], Typed]) -> Typed:
    """Build something from a value, which is evaluated once however often it is used."""
    return bound(value, build(named(value))) if is_heavy(value) else build(value)
