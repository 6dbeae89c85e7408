"""Random scenarios: a delivery stream, its records, a function with moods, and what happens meanwhile.

All choices come from one `random.Random`, so that a scenario is its seed.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from tests.conformance.model import scenario as names
from tests.conformance.model.function import CALL_FAILURES, FAILURES, Bomb, Treatment
from tests.conformance.model.random_records import Marks, puts
from tests.conformance.model.random_requests import COLUMNS, Traits, one_in, request, traits, update
from tests.conformance.model.scenario import Ending, Interruption, Scenario, ShardLife, Troubles

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

_KEY_VALUES = ("a", "a", "b", "ab", "b/c", "ünï", "", None, 7, ["a"], "m" * 600)
_GENTLE = ("unchanged", "unchanged", "line", "document", "two documents")
_ODD = ("text", "dropped", "a stranger", *FAILURES)


def _shards(r: random.Random) -> tuple[ShardLife, ...]:
    shards = [ShardLife(_shard_name(number)) for number in range(r.randint(1, 3))]
    when_ms = names.CREATED_MS + r.choice((0, 4_000, 15_000))
    following = len(shards)
    if when_ms == names.CREATED_MS:
        return tuple(shards)
    closed = shards[:2] if len(shards) > 1 and r.random() < 0.5 else shards[:1]
    children = 1 if len(closed) == 2 else 2
    parents = tuple(shard.shard_id for shard in closed)
    shards[: len(closed)] = [ShardLife(shard.shard_id, (), 0, when_ms) for shard in closed]
    shards += [ShardLife(_shard_name(following + n), parents, when_ms) for n in range(children)]
    return tuple(shards)


def _shard_name(number: int) -> str:
    return f"shardId-{number:012d}"


def _treatments(r: random.Random, marks: Marks, traits: Traits) -> dict[bytes, Treatment]:
    if not traits.has_lambda:
        return {}
    treatments = {mark: _treatment(r, traits) for mark in marks.used}
    if marks.used and marks.take_blank() is not None:
        mark = r.choice(marks.used)
        treatments[mark] = Treatment("empty", treatments[mark].keys)
    return treatments


def _treatment(r: random.Random, traits: Traits) -> Treatment:
    how = r.choice(_ODD if one_in(r, 4) else _GENTLE)
    if not traits.lambda_keys or one_in(r, 16):
        return Treatment(how, r.choice((None, None, {}, ["a"], "text")))
    keys: dict[str, Any] = {name: r.choice(_KEY_VALUES[:4]) for name in traits.lambda_keys}
    if one_in(r, 8):
        keys[r.choice(traits.lambda_keys)] = r.choice(_KEY_VALUES)
    return Treatment(how, keys)


def _bombs(r: random.Random, marks: Marks, traits: Traits) -> dict[bytes, Bomb]:
    if not traits.has_lambda or not marks.used or not one_in(r, 3):
        return {}
    return {
        r.choice(marks.used): Bomb(r.choice(tuple(CALL_FAILURES)), r.choice((None, 1, 2, 3, 4)))
        for _ in range(r.randint(1, 3))
    }


def _interruptions(r: random.Random, traits: Traits) -> tuple[Interruption, ...]:
    # Of a direct PUT the source is in the gateway, which lives on.
    kinds: tuple[Ending, ...] = ("stop", "flush", "update")
    if not traits.is_direct:
        kinds = ("kill", "kill", *kinds)
    found = []
    for _ in range(r.choice((0, 1, 1, 2, 4))):
        kind = r.choice(kinds)
        after_seconds = r.choice((0.3, 1.7, 6.1, 21.3, 70.0))
        found.append(Interruption(after_seconds, kind, update(r, traits) if kind == "update" else {}))
    return tuple(found)


def _troubles(r: random.Random) -> Troubles:
    return Troubles(
        s3={r.randint(0, 12): r.choice(("refused", "lost answer")) for _ in range(r.randint(0, 4))},
        kinesis={
            r.randint(0, 40): r.choice(("throttled", "expired", "unavailable"))
            for _ in range(r.randint(0, 4))
        },
        latencies_ms=r.choice(((0,), (0, 3, 80, 900), (900, 0, 0), (4_000,))),
        records_per_read=r.choice((1, 3, 10_000)),
    )


def random_scenario(r: random.Random, *, is_calm: bool) -> Scenario:
    """Give one whole example; in a calm one nothing fails but records and the function."""
    chosen = traits(r)
    marks = Marks(r.choice((None, None, b"", b" \r\n")))
    shards = () if chosen.is_direct else _shards(r)
    calm = Scenario(
        request=request(r, chosen),
        puts=puts(r, marks, chosen, shards),
        shards=shards,
        columns=(("id", "string"), *(column for column in COLUMNS if r.random() < 0.5)),
        treatments=_treatments(r, marks, chosen),
        bombs=_bombs(r, marks, chosen),
        troubles=Troubles(records_per_read=r.choice((2, 10_000))),
        ends_by_age=r.random() < 0.5,
    )
    if is_calm:
        return calm
    return replace(
        calm,
        interruptions=_interruptions(r, chosen),
        troubles=_troubles(r),
        limit_bytes=r.choice((4_000, calm.limit_bytes)),
        most_partitions=r.choice((2, 500, 500)),
    )


def smallest(scenario: Scenario, fails: Callable[[Scenario], bool]) -> Scenario:
    """Give a part of a scenario that still fails and of which no part does."""
    for smaller in _parts(scenario):
        if fails(smaller):
            return smallest(smaller, fails)
    return scenario


def _parts(scenario: Scenario) -> Iterator[Scenario]:
    puts, interruptions = scenario.puts, scenario.interruptions
    for size in (8, 4, 2, 1):
        for start in range(0, len(puts) - size + 1, size):
            yield replace(scenario, puts=puts[:start] + puts[start + size :])
    for index in range(len(interruptions)):
        yield replace(scenario, interruptions=interruptions[:index] + interruptions[index + 1 :])
    for plain in (
        replace(scenario, bombs={}),
        replace(scenario, troubles=Troubles()),
        replace(scenario, limit_bytes=256 * 1024 * 1024),
        replace(scenario, most_partitions=500),
    ):
        if plain != scenario:
            yield plain
