"""Turns a data contract into a generator: one column for each field that producers send."""

from __future__ import annotations

import json
import math
import random
from dataclasses import dataclass, field, replace

from lambda_transform.contract_model import Contract, Fake, Field
from producer.errors import GenerationError
from producer.generation.columns import (
    ArrayColumn,
    ChoiceColumn,
    ClockColumn,
    ClockForm,
    Column,
    ConstantColumn,
    DecimalColumn,
    FreshColumn,
    IntegerColumn,
    NullableColumn,
    PoolColumn,
    TokenColumn,
    UuidColumn,
)
from producer.generation.encoder import Member, ObjectColumn
from producer.generation.fakers import faker_maker, valid
from producer.generation.generator import Generator, Kind
from producer.generation.judge import judge
from producer.generation.limits import Steps, steps, usual_decimals
from producer.generation.patterns import PatternError, compile_pattern
from producer.generation.pools import Make, Pool
from producer.generation.streams import EXACT_INTEGERS, Stream, python_random

USUAL_TEXT_LENGTH = 12
USUAL_ARRAY_ITEMS = (1, 3)


def compile_contract(contract: Contract, seed: int) -> Generator:
    """Make the generator of a dataset.

    :param seed: decides every value that does not come from the clock.
    :raises GenerationError: some field has rules for which no value can be made; the message names it.
    """
    compiler = _Compiler(contract, seed)
    variants = contract.variants
    kinds = [
        Kind(v.name, v.weight, compiler.members(v.fields, f"{contract.dataset}[{v.name}]"))
        for v in (variants.types.values() if variants else ())
        if v.weight
    ]
    if variants and not kinds:
        raise GenerationError(
            f"{contract.dataset}: every type in x-variants has weight 0; nothing can be made"
        )
    return Generator(
        contract.dataset,
        compiler.members(contract.sent_fields, contract.dataset, leave=variants.field if variants else None),
        contract.unique_key[0],
        contract.max_record_bytes,
        variants.field if variants else None,
        kinds,
        compiler.stream(f"{contract.dataset} kinds") if kinds else None,
    )


@dataclass
class _Compiler:
    contract: Contract
    seed: int
    _pools: dict[str, Pool] = field(default_factory=dict)

    def stream(self, name: str) -> Stream:
        return Stream(self.seed, name)

    def members(self, fields: tuple[Field, ...], place: str, leave: str | None = None) -> tuple[Member, ...]:
        """Compile the fields of an object; the one called ``leave`` gets no values of its own."""
        return tuple(
            Member(f.name, ConstantColumn(None)) if f.name == leave else self._member(f, f"{place}.{f.name}")
            for f in fields
        )

    def _member(self, f: Field, path: str) -> Member:
        share = f.fake.null_share
        column = self._column(f, path)
        if not share:
            return Member(f.name, column)
        if not f.required:
            return Member(f.name, column, share, self.stream(f"{path} absent"))
        if not f.nullable:
            raise GenerationError(
                f"{path}: x-fake leaves it out of {share:.0%} of the records, but the field is required; "
                'drop "null", or the requirement, or allow type null'
            )
        return Member(f.name, NullableColumn(self.stream(f"{path} null"), column, share))

    def _column(self, f: Field, path: str) -> Column:
        makers = {
            "auto": self._auto,
            "faker": self._faker,
            "choice": self._choice,
            "now": self._clock,
            "uuid": self._uuid,
            "range": self._range,
        }
        return makers[f.fake.kind](f, path)

    def _faker(self, f: Field, path: str) -> Column:
        args = dict(f.fake.args or {})
        return self._pooled(f, path, faker_maker(f, path, f.fake.faker or "", args), f"{f.fake.faker} {args}")

    def _choice(self, f: Field, path: str) -> Column:
        for value in f.fake.choices:
            _check(f, path, value, "x-fake chooses" if f.enum is None else "its values include")
        if len(f.fake.choices) == 1:
            return ConstantColumn(f.fake.choices[0])
        return ChoiceColumn(self.stream(path), f.fake.choices, f.fake.weights)

    def _clock(self, f: Field, path: str) -> Column:
        form: ClockForm = "unix" if f.type == "integer" else "unix-fraction"
        if f.fake.clock == "iso8601":
            form = "date" if f.format == "date" else "iso8601"
        samples = {"unix": 1700000000, "unix-fraction": 1700000000.123, "date": "2023-11-14"}
        _check(f, path, samples.get(form, "2023-11-14T22:13:20.123Z"), "x-fake makes times such as")
        return ClockColumn(self.stream(path), form, f.fake.spread_seconds)

    def _uuid(self, f: Field, path: str) -> Column:
        _check(f, path, "123e4567-e89b-42d3-a456-426614174000", "x-fake makes UUIDs such as")
        return UuidColumn(self.stream(path))

    def _range(self, f: Field, path: str) -> Column:
        decimals = 0 if f.type == "integer" else f.fake.decimals
        found = steps(f, decimals, f.fake.low, f.fake.high)
        if found is None:
            raise GenerationError(
                f"{path}: no number in x-fake's range [{f.fake.low}, {f.fake.high}] is allowed by the field's limits"
            )
        return self._numbers(f, path, found)

    def _auto(self, f: Field, path: str) -> Column:
        if f.enum is not None:
            values = tuple(v for v in f.enum if v is not None) or (None,)
            return self._choice(replace(f, fake=Fake("choice", choices=values)), path)
        if self._is_time(f):
            return self._clock(
                replace(f, fake=Fake("now", clock="iso8601" if f.type == "string" else "unix")), path
            )
        if f.type in ("integer", "number"):
            return self._usual_numbers(f, path)
        if f.type == "string":
            return self._text(f, path)
        if f.type == "array":
            return self._array(f, path)
        if f.type == "object":
            return ObjectColumn(self.members(f.properties, path))
        if f.type == "boolean":
            return ChoiceColumn(self.stream(path), (True, False))
        return ConstantColumn(None)

    def _is_time(self, f: Field) -> bool:
        if f.type == "string":
            return f.format in ("date", "date-time")
        # A number is a time when the contract treats it as one.
        return f.type in ("integer", "number") and (
            f.max_future_seconds is not None
            or f.name == self.contract.event_time
            or f.glue_type == "timestamp"
        )

    def _usual_numbers(self, f: Field, path: str) -> Column:
        decimals = 0 if f.type == "integer" else usual_decimals(f)
        width = {"width": EXACT_INTEGERS} if self._is_key(f) else {}
        found = steps(f, decimals, **width)
        while found is None and f.type == "number" and decimals < 9:
            decimals += 1  # a range narrower than a hundredth
            found = steps(f, decimals, **width)
        if found is None:
            raise GenerationError(
                f"{path}: its limits leave no number; correct minimum and maximum, or give it x-fake"
            )
        return self._numbers(f, path, found)

    def _numbers(self, f: Field, path: str, found: Steps) -> Column:
        for step in (found.low, found.high):
            value = step / 10**found.decimals if found.decimals else step
            _check(f, path, value, "its range has")
        if found.decimals:
            return DecimalColumn(self.stream(path), found.low, found.high, found.decimals)
        return IntegerColumn(self.stream(path), found.low, found.high)

    def _text(self, f: Field, path: str) -> Column:
        if f.format == "uuid":
            return self._uuid(f, path)
        if f.format == "email":
            return self._pooled(f, path, faker_maker(f, path, "email", {}), "email")
        if f.pattern is not None:
            try:
                make = compile_pattern(f.pattern)
            except PatternError as error:
                raise GenerationError(
                    f"{path}: no text can be made for its pattern {f.pattern!r} ({error}); give it an x-fake, "
                    'such as {"faker": "bothify", "args": {"text": "??-####"}}'
                ) from error
            return self._pooled(f, path, valid(f, path, make, "its pattern"), f"pattern {f.pattern}")
        most = math.inf if f.max_length is None else f.max_length
        length = int(min(max(USUAL_TEXT_LENGTH, f.min_length or 0), most))
        if length < (f.min_length or 0):
            raise GenerationError(f"{path}: minLength {f.min_length} is above maxLength {f.max_length}")
        _check(f, path, "a" * length, "without x-fake it gets text such as")
        return TokenColumn(self.stream(path), length)

    def _array(self, f: Field, path: str) -> Column:
        low, high = USUAL_ARRAY_ITEMS
        low = (
            f.min_items
            if f.min_items is not None
            else min(low, f.max_items if f.max_items is not None else low)
        )
        high = f.max_items if f.max_items is not None else max(high, low)
        if low > high:
            raise GenerationError(f"{path}: minItems {low} is above maxItems {high}")
        items = f.items or Field("items", ("string",), required=True)
        return ArrayColumn(self.stream(f"{path} length"), self._column(items, f"{path}[]"), low, high)

    def _pooled(self, f: Field, path: str, make: Make, kind: str) -> Column:
        if self._is_key(f):
            return FreshColumn(Pool(make, self._source(path)))
        # Fields with the same rules share a pool: the same names serve every variant.
        rules = json.dumps(
            [kind, f.types, f.enum, f.pattern, f.format, f.min_length, f.max_length, *_limits(f)]
        )
        pool = self._pools.setdefault(rules, Pool(make, self._source(rules)))
        return PoolColumn(self.stream(path), pool)

    def _source(self, name: str) -> random.Random:
        return python_random(self.seed, name)

    def _is_key(self, f: Field) -> bool:
        return f.name in self.contract.unique_key and f in self.contract.fields


def _limits(f: Field) -> tuple[object, ...]:
    return f.minimum, f.maximum, f.exclusive_minimum, f.exclusive_maximum, f.glue_type


def _check(f: Field, path: str, value: object, what: str) -> None:
    refused = judge(f)(value)
    if refused is not None:
        raise GenerationError(f"{path}: {what} {value!r}, which the contract refuses ({refused})")
