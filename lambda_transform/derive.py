"""The fields that the transform computes (`x-derive`), except `rest`, which is made when the record is written."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from lambda_transform.errors import RefusedError, quote
from lambda_transform.formats import date_time, unix_text
from lambda_transform.parse import ExactFloat
from lambda_transform.validate import Clock, compile_field

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambda_transform.contract_model import Contract, Derive, Field

_REMEMBERED = 65_536


class Derivation(NamedTuple):
    """One computed field: `compute` gives its value from the value of `source` (None when that is absent)."""

    name: str
    source: str
    compute: Callable[[Any], str | None]
    equals: Callable[[Any, str | None], bool]


def compile_derivations(contract: Contract) -> tuple[Derivation, ...]:
    """Make the functions of all derived fields but `rest`, in the order of the contract."""
    made = []
    for field in contract.derived_fields:
        derive = field.derive
        if derive is None or derive.source is None:
            continue
        source = contract.field(derive.source)
        made.append(Derivation(field.name, source.name, _function(field, derive, source), _equality(derive)))
    return tuple(made)


def refuse_contradiction(name: str, sent: object, computed: str | None) -> None:
    """Raise RefusedError about a derived field whose value was sent and is another one than computed."""
    raise RefusedError(
        "derived_conflict",
        f"{quote(sent)} was sent; the contract derives {quote(computed)}; leave the field out",
    ).within(name)


def _function(field: Field, derive: Derive, source: Field) -> Callable[[Any], str | None]:
    if derive.function == "part":
        return _part(field, derive)
    is_text = source.type == "string"
    of_date = derive.function == "date"
    text: Callable[[Any], str] = _same if is_text else _epoch_text

    def compute(value: Any) -> str | None:
        if value is None:
            return None
        return text(value)[:10] if of_date else text(value)

    return compute


def _same(value: str) -> str:
    return value


@lru_cache(maxsize=_REMEMBERED)
def _epoch_text(seconds: float) -> str:
    return unix_text(float(seconds) if isinstance(seconds, ExactFloat) else seconds)


def _part(field: Field, derive: Derive) -> Callable[[Any], str | None]:
    separator, index = derive.separator, derive.index
    check = compile_field(field, Clock())

    @lru_cache(maxsize=_REMEMBERED)
    def part(value: str | None) -> str | None:
        if value is None:
            return None
        parts = value.split(separator)
        if index >= len(parts):
            return None
        try:
            check(parts[index])
        except RefusedError as refused:
            raise refused.within(field.name) from None
        return parts[index]

    return part


def _equality(derive: Derive) -> Callable[[Any, str | None], bool]:
    if derive.function != "datetime":
        return lambda sent, computed: sent == computed

    def same_moment(sent: Any, computed: str | None) -> bool:
        if sent == computed:
            return True
        try:
            return isinstance(sent, str) and date_time(sent) == computed
        except RefusedError:
            return False

    return same_moment
