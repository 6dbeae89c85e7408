"""What a record becomes: derived fields, normalisation, partition keys; and that doing it again changes nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from lambda_transform.errors import RefusedError
from lambda_transform.transform import Transform
from tests.unit.contract.contracts import SHIPPED, columns, parse, small
from tests.unit.contract.documents import records
from tests.unit.lambda_transform.firehose import CUSTOMER, NOW_SECONDS, encoded, transform

AT = "2026-01-02T03:04:05Z"
SIZES: dict[str, Any] = {"id": 1, "at": AT, "name": "a:one", "size": 5}


def _line(made: Transform, record: dict[str, Any] | bytes) -> dict[str, Any]:
    accepted = made.apply(record if isinstance(record, bytes) else json.dumps(record).encode())
    assert accepted is not None
    found: dict[str, Any] = json.loads(accepted.line)
    return found


def _things(**properties: dict[str, Any]) -> Transform:
    return Transform(parse(columns(**properties)))


def _refusal(made: Transform, record: dict[str, Any]) -> tuple[str, str]:
    with pytest.raises(RefusedError) as caught:
        made.apply(json.dumps(record).encode())
    return caught.value.reason, caught.value.path


IDEMPOTENCE = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@IDEMPOTENCE
@given(record=records(SHIPPED["events"], flawed=True))
def test_output_is_input_of_the_same_output_events(record: dict[str, Any]) -> None:
    _twice(transform("events"), record)


@IDEMPOTENCE
@given(record=records(SHIPPED["customers"], flawed=True))
def test_output_is_input_of_the_same_output_customers(record: dict[str, Any]) -> None:
    _twice(transform("customers"), record)


def _twice(made: Transform, record: dict[str, Any]) -> None:
    try:
        once = made.apply(json.dumps(record).encode())
    except RefusedError:
        return
    assert once is not None
    assert made.apply(once.line) == once
    assert made.apply(once.line.strip()) == once


def test_record_at_the_limit_can_be_replayed() -> None:
    """The output is longer than the limit of the input, and still accepted."""
    made = transform()
    limit = SHIPPED["events"].max_record_bytes
    fitting = encoded(note='"' * ((limit - len(encoded(note=""))) // 2))
    assert limit - 2 < len(fitting) <= limit
    once = made.apply(fitting)
    assert once is not None
    assert len(once.line) > limit
    assert made.apply(once.line) == once
    with pytest.raises(RefusedError, match=f"allowed: {limit}"):
        made.apply(fitting.replace(b'"user_id"', b'  "user_id"'))
    with pytest.raises(RefusedError, match=f"allowed: {limit}"):
        made.apply(once.line.replace(b"note", b"note" * 100))


@pytest.mark.parametrize(
    ("name", "kind", "part"),
    [("payment:order:completed", "payment", "order"), ("lesson:started", "lesson", "started")],
)
def test_parts_of_the_name(name: str, kind: str, part: str) -> None:
    record: dict[str, Any] = {"event_name": name}
    if kind == "payment":
        ids = dict.fromkeys(("payment_id", "order_id"), "9b2e6f70-1122-4334-8556-6778899aabbc")
        record |= {**ids, "amount": 1, "currency": "EUR", "payment_method": "card", "fee": 0}
    line = _line(transform(), encoded(**record))
    assert (line["event_type"], line["event_subtype"]) == (kind, part)


def test_missing_part_is_null() -> None:
    document = small()
    document["properties"]["third"] = {
        "type": "string",
        "x-derive": {"function": "part", "from": "name", "separator": ":", "index": 2},
        "x-glue-type": "string",
    }
    made = Transform(parse(document))
    assert _line(made, SIZES)["third"] is None
    assert _line(made, {**SIZES, "third": None})["third"] is None
    assert _refusal(made, {**SIZES, "third": "x"}) == ("derived_conflict", "$.third")


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (1664028820, "2022-09-24T14:13:40Z"),
        (1577836800, "2020-01-01T00:00:00Z"),
        (1709164800, "2024-02-29T00:00:00Z"),
        (1735689599, "2024-12-31T23:59:59Z"),
        (1711846800, "2024-03-31T01:00:00Z"),  # the hour that Europe's clocks skip
    ],
)
def test_datetime_and_date(seconds: int, text: str) -> None:
    line = _line(transform(), encoded(created_at=seconds))
    assert (line["created_datetime"], line["created_date"]) == (text, text[:10])


def test_derived_field_may_be_sent_when_it_is_right() -> None:
    plain = _line(transform(), encoded())
    sent = {
        "created_datetime": "2022-09-24T16:13:40+02:00",
        "event_type": "lesson",
        "created_date": "2022-09-24",
    }
    assert _line(transform(), encoded(**sent)) == plain


def test_payload_text_goes_together_with_new_fields() -> None:
    line = _line(transform(), encoded(platform=..., note=1, payload='{"platform":"tv","Zoë":{"B":1}}'))
    assert json.loads(line["payload"])["platform"] == "tv"
    assert json.loads(line["payload"])["Zoë"] == {"B": 1}
    assert json.loads(line["payload"])["note"] == 1


def test_numbers_keep_their_digits() -> None:
    digits = b'{"a":1.10,"b":[1E5,-0.0,1.5],"c":0.12345678901234567890,"d":1e-400,"e":9223372036854775807,"f":true}'
    line = _line(transform(), encoded()[:-1] + b',"digits":' + digits + b"}")
    assert line["payload"].endswith(f',"digits":{digits.decode()}}}')


def test_text_is_kept_as_utf8() -> None:
    note = 'ünïcode \U0001f600 "quoted" \\ / \x7f \u2028\t'
    accepted = transform().apply(encoded(Note=note))
    assert accepted is not None
    assert "ünïcode \U0001f600".encode() in accepted.line
    assert json.loads(json.loads(accepted.line)["payload"])["Note"] == note


def test_whole_float_becomes_an_integer() -> None:
    """A bigint column takes digits only."""
    line = transform().apply(encoded(created_at=1664028820.0, user_id=42.0))
    assert line is not None
    assert b'"created_at":1664028820,' in line.line
    assert b'\\"user_id\\":42,' in line.line
    exact = _things(size={"type": "integer", "x-glue-type": "bigint"})
    assert _line(exact, b'{"id":1,"at":1,"size":9007199254740993.0}')["size"] == 9007199254740993
    with pytest.raises(RefusedError, match="is number; allowed: integer"):
        exact.apply(b'{"id":1,"at":1,"size":9007199254740992.4}')


def test_nested_times_are_normalised() -> None:
    reset = {"event_name": "account:password:reset", "email": "a@example.com", "ip": "192.0.2.1"}
    line = _line(transform(), encoded(**reset, expires_at="2026-06-01T01:30:00+02:00"))
    assert json.loads(line["payload"])["expires_at"] == "2026-05-31T23:30:00Z"


def test_partition_keys_by_attributes() -> None:
    accepted = transform().apply(encoded())
    assert accepted is not None
    assert accepted.partition_keys == {"event_type": "lesson", "created_date": "2022-09-24"}


def test_no_partition_keys_by_arrival() -> None:
    accepted = transform("customers").apply(json.dumps(CUSTOMER).encode())
    assert accepted is not None
    assert accepted.partition_keys is None


@pytest.mark.parametrize("value", ["", "a/b", "a\nb", "x" * 257])
def test_partition_value_that_is_no_folder(value: str) -> None:
    document = small()
    document["properties"]["name"] |= {"x-projection": {"type": "injected"}}
    document["x-partitioning"]["keys"] = ["name"]
    document["properties"]["kind"].pop("x-projection")
    document["x-variants"]["unknown"] = "accept"
    document["properties"]["kind"].pop("enum")
    made = Transform(parse(document))
    assert _refusal(made, {**SIZES, "name": value}) == ("partition_key", "$.name")
    accepted = made.apply(json.dumps({**SIZES, "name": "x=y z"}).encode())
    assert accepted is not None
    assert accepted.partition_keys == {"name": "x=y z"}


def test_partition_value_that_is_a_number() -> None:
    document = small()
    document["properties"]["id"] |= {"x-projection": {"type": "integer", "range": "0,9"}}
    document["x-partitioning"]["keys"] = ["id", "kind"]
    accepted = Transform(parse(document)).apply(json.dumps(SIZES).encode())
    assert accepted is not None
    assert accepted.partition_keys == {"id": "1", "kind": "a"}


def test_variant_that_is_dropped() -> None:
    made = Transform(parse(small()))
    assert made.apply(json.dumps({**SIZES, "name": "b:two"}).encode()) is None
    assert _refusal(made, {**SIZES, "name": "b:two", "id": "x"}) == ("type", "$.id")


@pytest.mark.parametrize("policy", ["reject", "accept", "drop"])
def test_unknown_variant(policy: str) -> None:
    document = small()
    document["x-variants"]["unknown"] = policy
    made = Transform(parse(document))
    unknown = {**SIZES, "name": "a:new", "size": "any"}
    if policy == "reject":
        assert _refusal(made, unknown) == ("unknown_variant", "$.name")
    elif policy == "drop":
        assert made.apply(json.dumps(unknown).encode()) is None
    else:
        assert _line(made, unknown)["rest"] == '{"size":"any"}'
        assert _refusal(made, {**unknown, "name": "c:new"}) == ("enum", "$.kind")


def test_unknown_field_without_rest_stays() -> None:
    line = _line(transform("customers"), {**CUSTOMER, "note": {"A": 1}})
    assert line["note"] == {"A": 1}
    assert list(line)[-1] == "note"


def test_unknown_field_that_firehose_would_take_for_a_column() -> None:
    assert _refusal(transform("customers"), {**CUSTOMER, "Status": "x"}) == ("ambiguous_name", "$.Status")


def test_closed_contract() -> None:
    document = small()
    document["additionalProperties"] = False
    made = Transform(parse(document))
    assert _line(made, SIZES)["rest"] == '{"size":5}'
    assert _refusal(made, {**SIZES, "more": 1}) == ("additional_property", "$.more")


def test_future_is_measured_from_the_clock() -> None:
    made = transform()
    assert made.apply(encoded(created_at=NOW_SECONDS + 86_400)) is not None
    made.set_clock(NOW_SECONDS - 1)
    with pytest.raises(RefusedError, match="86400 seconds ahead"):
        made.apply(encoded(created_at=NOW_SECONDS + 86_400))
    customers = transform("customers")
    assert (
        customers.apply(json.dumps({**CUSTOMER, "event_date": "2026-11-19T11:06:40.999Z"}).encode())
        is not None
    )
    late = {**CUSTOMER, "event_date": "2026-11-19T13:06:41+02:00"}
    assert _refusal(customers, late) == ("future", "$.event_date")


def test_clock_starts_at_the_time_of_the_machine() -> None:
    assert Transform(SHIPPED["events"]).apply(encoded()) is not None


def test_fractional_seconds_and_text_times() -> None:
    made = _things(
        seen={"type": ["number", "null"], "x-glue-type": "double"},
        day={"type": "string", "format": "date", "x-glue-type": "date"},
        seen_at={
            "type": "string",
            "x-derive": {"function": "datetime", "from": "seen"},
            "x-glue-type": "timestamp",
        },
        day_text={"type": "string", "x-derive": {"function": "date", "from": "day"}, "x-glue-type": "string"},
    )
    line = _line(made, {"id": 1, "at": 1, "seen": 1664028820.25, "day": "2026-02-28"})
    assert (line["seen_at"], line["day_text"]) == ("2022-09-24T14:13:40.250000Z", "2026-02-28")
    assert _line(made, {"id": 1, "at": 1, "seen": None})["seen_at"] is None
    assert _refusal(made, {"id": 1, "at": 1, "seen": 1e15})[0] == "range"
