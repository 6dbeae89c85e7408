"""The compiled checks and the `jsonschema` library give the same verdict on the standard keywords."""

from __future__ import annotations

import json
import re
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import jsonschema
from hypothesis import HealthCheck, given, settings

from lambda_transform.errors import RefusedError
from lambda_transform.transform import Transform
from tests.unit.contract.contracts import SHIPPED
from tests.unit.contract.documents import plain_schema, records

if TYPE_CHECKING:
    from lambda_transform.contract import Contract

FORMATS = jsonschema.FormatChecker(formats=("uuid", "date"))
# The last day but one that has a date, so that only the standard keywords judge a time.
END_OF_TIME = 253_402_300_799 - 86_400


@FORMATS.checks("email")
def _email(value: object) -> bool:
    return not isinstance(value, str) or ("@" in value and " " not in value)


@FORMATS.checks("date-time")
def _date_time(value: object) -> bool:
    if not isinstance(value, str):
        return True
    if not re.fullmatch(r"[^ ]{10}[Tt][^ ]{8}.*(?:[Zz]|[+-][0-9]{2}:[0-9]{2})", value):
        return False
    try:
        return datetime.fromisoformat(value.upper()).utcoffset() is not None
    except ValueError:
        return False


@cache
def _validator(dataset: str, kind: str | None) -> jsonschema.Draft202012Validator:
    return jsonschema.Draft202012Validator(plain_schema(SHIPPED[dataset], kind), format_checker=FORMATS)


@cache
def _transform(dataset: str) -> Transform:
    transform = Transform(SHIPPED[dataset])
    transform.set_clock(END_OF_TIME)
    return transform


def _agree(contract: Contract, record: dict[str, Any]) -> bool:
    kind = record.get(contract.variants.field) if contract.variants is not None else None
    if contract.variants is not None and kind not in contract.variants.types:
        return True  # whether such a record is accepted is no standard keyword's matter
    expected = [error.message for error in _validator(contract.dataset, kind).iter_errors(record)]
    refused = _refusal(contract, record)
    assert (refused is None) == (not expected), f"transform: {refused}; jsonschema: {expected}"
    return refused is None


def _refusal(contract: Contract, record: dict[str, Any]) -> str | None:
    try:
        _transform(contract.dataset).apply(json.dumps(record).encode())
    except RefusedError as refused:
        return f"{refused.path} {refused.detail}"
    return None


ROUNDS = settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@ROUNDS
@given(record=records(SHIPPED["events"], flawed=True))
def test_events(record: dict[str, Any]) -> None:
    _agree(SHIPPED["events"], record)


@ROUNDS
@given(record=records(SHIPPED["customers"], flawed=True))
def test_customers(record: dict[str, Any]) -> None:
    _agree(SHIPPED["customers"], record)


@settings(ROUNDS, max_examples=60)
@given(record=records(SHIPPED["events"], flawed=False))
def test_what_is_made_to_be_valid_is_accepted(record: dict[str, Any]) -> None:
    assert _agree(SHIPPED["events"], record)
