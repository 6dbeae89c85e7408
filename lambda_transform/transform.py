"""What happens to one record: bytes as a producer sent them in, one line of JSON as the lake stores it out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from lambda_transform.derive import check_sent, compile_derivations
from lambda_transform.encode import WRITERS, encode_object, encode_text
from lambda_transform.errors import RefusedError, quote
from lambda_transform.parse import parse_object, parse_record, type_name
from lambda_transform.partition import compile_partition_keys
from lambda_transform.validate import Clock, compile_field, compile_members

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lambda_transform.contract_model import Contract

_NOTHING: Final[dict[str, Any]] = {}

# How much longer than its input an output may be: `rest` escapes quotation marks, and each derived field is short.
_MOST_GROWTH: Final = 3
_DERIVED_BYTES: Final = 4096


class Accepted(NamedTuple):
    """A record to store: its `line` (JSON in UTF-8, ending in a newline) and the values of its partition keys.

    `partition_keys` is None when the dataset is partitioned by time of arrival.
    """

    line: bytes
    partition_keys: Mapping[str, str] | None


class _Kind(NamedTuple):
    """How to judge the records of one variant."""

    members: Callable[[dict[str, Any]], None]
    drop: bool


class Transform:
    """Judges, completes and normalises the records of one dataset.

    Idempotent: the line of an accepted record is accepted again and gives the same line.
    """

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self._clock = Clock()
        self._derivations = compile_derivations(contract)
        self._derived_names = frozenset(field.name for field in contract.derived_fields)
        rest = contract.rest_field
        self._rest = rest.name if rest is not None else None
        self._column_names = frozenset(field.name for field in contract.fields)
        self._columns = tuple((field.name, encode_text(field.name) + ":") for field in contract.sent_fields)
        self._rest_key = encode_text(self._rest) + ":" if self._rest is not None else None
        by_attributes = contract.partitioning.by == "attributes"
        self._partition_keys = compile_partition_keys(contract.partitioning.keys) if by_attributes else None
        self._variant_field = contract.variants.field if contract.variants is not None else None
        self._unknown = contract.variants.unknown if contract.variants is not None else "accept"
        self._plain, self._kinds = self._compile_kinds()

    def set_clock(self, now_seconds: float) -> None:
        """Set the time that `x-max-future-seconds` is measured from, in Unix seconds."""
        self._clock.set(now_seconds)

    def apply(self, data: bytes) -> Accepted | None:
        """Turn the bytes of one record into what is stored; None when the contract drops such records.

        Raises RefusedError with reason, detail and path when the contract does not accept the record.
        """
        limit_bytes = self.contract.max_record_bytes
        too_long = len(data) > limit_bytes
        if too_long and len(data) > _MOST_GROWTH * limit_bytes + _DERIVED_BYTES:
            raise _too_long(len(data), limit_bytes)
        record = parse_record(data)
        sent = _NOTHING
        if not self._derived_names.isdisjoint(record):
            names = [name for name in record if name in self._derived_names]
            sent = {name: record.pop(name) for name in names}
            if self._rest in sent:
                self._merge_rest(record, sent.pop(self._rest))
        # The transform's own output is longer than its input was; the limit is one of the input.
        if too_long and (sent is _NOTHING or len(encode_object(record).encode()) > limit_bytes):
            raise _too_long(len(data), limit_bytes)
        if not self._judge(record):
            return None
        row: dict[str, Any] = {}
        parts = []
        for source, derive in self._derivations:
            fields, text = derive(record.get(source))
            row |= fields
            parts.append(text)
        if sent:
            check_sent(self.contract, sent, row)
        writers = WRITERS
        for name, key in self._columns:
            if name in record:
                value = row[name] = record.pop(name)
                parts.append(key + writers[value.__class__](value))
        others = encode_object(record)
        if self._rest_key is not None:
            parts.append(self._rest_key + encode_text(others))
        elif record:
            parts.append(others[1:-1])
        line = ("{" + ",".join(parts) + "}\n").encode()
        return Accepted(line, self._partition_keys(row) if self._partition_keys is not None else None)

    def _compile_kinds(self) -> tuple[_Kind, dict[str, _Kind]]:
        contract = self.contract
        columns = {field.name: compile_field(field, self._clock) for field in contract.sent_fields}
        required = tuple(field.name for field in contract.sent_fields if field.required)
        # Without a rest column unknown fields stay at the top, where Firehose compares names without case.
        fold_case = self._rest is None

        def kind(fields: dict[str, Any], names: tuple[str, ...], *, drop: bool) -> _Kind:
            members = compile_members(
                columns | fields,
                required + names,
                open_to_more=contract.additional_properties,
                fold_case=fold_case,
            )
            return _Kind(members, drop)

        kinds = {}
        for name, variant in contract.variants.types.items() if contract.variants else ():
            checks = {field.name: compile_field(field, self._clock) for field in variant.fields}
            kinds[name] = kind(checks, tuple(f.name for f in variant.fields if f.required), drop=variant.drop)
        return kind({}, (), drop=False), kinds

    def _merge_rest(self, record: dict[str, Any], text: object) -> None:
        """Put back what a former run of the transform moved into the rest column."""
        rest = self._rest or ""
        if not isinstance(text, str):
            raise RefusedError(
                "derived_conflict",
                f"is {type_name(text)}; the transform makes this field; allowed: JSON text of an object, or nothing",
            ).within(rest)
        try:
            fields = parse_object(text)
            for name in fields:
                if name in record or name in self._column_names:
                    raise RefusedError(
                        "derived_conflict", f"{quote(name)} is also a field of the record itself"
                    )
        except RefusedError as refused:
            raise refused.within(rest) from None
        record.update(fields)

    def _judge(self, record: dict[str, Any]) -> bool:
        """Check a record by the columns and its variant; False when the contract says to drop it."""
        if self._variant_field is None:
            self._plain.members(record)
            return True
        name = record.get(self._variant_field)
        kind = self._kinds.get(name) if name.__class__ is str else None
        if kind is None:
            if self._unknown == "drop" and name.__class__ is str:
                return False
            self._plain.members(record)
            if self._unknown == "reject":
                raise RefusedError(
                    "unknown_variant",
                    f"{quote(name)} is none of the {len(self._kinds)} types of the contract",
                ).within(self._variant_field)
            return True
        kind.members(record)
        return not kind.drop


def _too_long(size_bytes: int, limit_bytes: int) -> RefusedError:
    return RefusedError("too_long", f"has {size_bytes} bytes; allowed: {limit_bytes}")
