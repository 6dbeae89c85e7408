"""The fields that the transform computes (`x-derive`), except `rest`, which is made when the record is written."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lambda_transform.encode import WRITERS, encode_text
from lambda_transform.errors import RefusedError, quote
from lambda_transform.formats import column_date_time, date_time, unix_text
from lambda_transform.parse import ExactFloat
from lambda_transform.validate import Clock, compile_field

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambda_transform.contract_model import Contract, Derive, Field

    Compute = Callable[[Any], str | None]

_REMEMBERED: Final = 8_192


class Derived(NamedTuple):
    """What follows from one value: fields by name, and the same as JSON text (`"name":value,...`)."""

    fields: dict[str, str | None]
    text: str


class Derivation(NamedTuple):
    """All fields that are derived from the field `source`: `derive` makes them from its value, None when absent.

    The same value comes again and again (a name, a second), so what was derived is remembered.
    """

    source: str
    derive: Callable[[Any], Derived]


def compile_derivations(contract: Contract) -> tuple[Derivation, ...]:
    """Make the functions of all derived fields but `rest`, one for each field that something is derived from."""
    by_source: dict[str, dict[str, Compute]] = {}
    for field in contract.derived_fields:
        derive = field.derive
        if derive is not None and derive.source is not None:
            computed = by_source.setdefault(derive.source, {})
            computed[field.name] = _function(field, derive, contract.field(derive.source))
    return tuple(Derivation(source, _together(computed)) for source, computed in by_source.items())


def check_sent(contract: Contract, sent: dict[str, Any], derived: dict[str, str | None]) -> None:
    """Check that derived fields which were sent all the same (`sent`) say what was computed (`derived`).

    Raises RefusedError about the first that does not.
    """
    for name, value in sent.items():
        computed = derived[name]
        if value != computed and not _same_moment(contract.field(name), value, computed):
            raise RefusedError(
                "derived_conflict",
                f"{quote(value)} was sent; the contract derives {quote(computed)}; leave the field out",
            ).within(name)


def _same_moment(field: Field, sent: object, computed: str | None) -> bool:
    if field.derive is None or field.derive.function != "datetime" or not isinstance(sent, str):
        return False
    try:
        return date_time(sent) == computed
    except RefusedError:
        return False


def _together(functions: dict[str, Compute]) -> Callable[[Any], Derived]:
    @lru_cache(maxsize=_REMEMBERED)
    def derive(value: Any) -> Derived:
        fields = {name: compute(value) for name, compute in functions.items()}
        text = ",".join(
            f"{encode_text(name)}:{WRITERS[made.__class__](made)}" for name, made in fields.items()
        )
        return Derived(fields, text)

    return derive


def _function(field: Field, derive: Derive, source: Field) -> Compute:
    if derive.function == "part":
        return _part(field, derive)
    of_date = derive.function == "date"
    of_text = source.type == "string"
    stored = column_date_time if field.glue_type == "timestamp" else str

    def compute(value: Any) -> str | None:
        if value is None:
            return None
        text = value if of_text else unix_text(float(value) if isinstance(value, ExactFloat) else value)
        try:
            return text[:10] if of_date else stored(text)
        except RefusedError as refused:
            raise refused.within(field.name) from None

    return compute


def _part(field: Field, derive: Derive) -> Compute:
    check = compile_field(field, Clock())

    def part(value: str | None) -> str | None:
        parts = value.split(derive.separator) if value is not None else ()
        if derive.index >= len(parts):
            return None
        try:
            check(parts[derive.index])
        except RefusedError as refused:
            raise refused.within(field.name) from None
        return parts[derive.index]

    return part
