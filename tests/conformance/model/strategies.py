"""Random scenarios: records, poison among them, a function with moods, and what happens meanwhile."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from hypothesis import strategies as st

from tests.conformance.model import scenario as names
from tests.conformance.model.function import CALL_FAILURES, FAILURES, Bomb, Treatment
from tests.conformance.model.requests import COLUMNS, Traits, requests, traits, updates
from tests.conformance.model.scenario import Ending, Interruption, Scenario, ShardLife, Troubles
from tests.conformance.model.source import MAGIC, Put
from tests.unit.delivery.kpl_samples import aggregate, framed, message

_ABSENT = "absent"
_MEMBERS: dict[str, tuple[Any, ...]] = {
    "k": ("a", "a", "b", "b", "c", "ab", "", None, True, False, 7, "ünï/x y", "k" * 600, _ABSENT),
    "n": (5, 5, 6, "7", "oops", None, 2**31, _ABSENT),
    "at": (1784000000, 1786700000, "text", _ABSENT),
    "d": (3, 2.5, "2.5", "oops", _ABSENT),
    "b": (True, "false", "oops", _ABSENT),
    "t": (
        "2026-07-13T12:00:00Z",
        "2026-07-13T12:00:00.250Z",
        "2026-7-3 1:2:3",
        1518033528,
        1518033528123,
        "1518033528",
        "2026-09-07T12:00:02+00:00",
        _ABSENT,
    ),
    "o": ({"A": {"B": [1, "Ü"]}}, [1, 2], 1, _ABSENT),
    "unknown": (1, _ABSENT, _ABSENT),
}
_PLAIN_MEMBERS = {"k": ("a", "b"), "n": (5, 6), "at": (1784000000,)}
_GAPS_MS = (0, 0, 0, 1, 40, 400, 2_500, 9_000)
_KEY_VALUES = ("a", "a", "b", "ab", "b/c", "ünï", "", None, 7, ["a"], "m" * 600)
_GENTLE = ("unchanged", "unchanged", "line", "document", "two documents")
_ODD = ("text", "dropped", "a stranger", *FAILURES)


class Marks:
    """Numbers records, so that each can be told from the others wherever it ends.

    What has no mark can be told only if there is one of it: `blank` is what the one in this example is.
    """

    def __init__(self, blank: bytes | None) -> None:
        self.used: list[bytes] = []
        self._blank = blank

    def take_blank(self) -> bytes | None:
        blank, self._blank = self._blank, None
        return blank

    def next(self) -> bytes:
        self.used.append(b"<%04d>" % len(self.used))
        return self.used[-1]


@st.composite
def _document(draw: st.DrawFn, mark: bytes, *, plain: bool, pad: int) -> bytes:
    members: dict[str, Any] = {"id": mark.decode()}
    for name, values in (_PLAIN_MEMBERS if plain else _MEMBERS).items():
        value = draw(st.sampled_from(values))
        if value != _ABSENT:
            members[name] = value
    if not plain and draw(st.integers(0, 9)) == 0:
        members = {name.upper(): value for name, value in members.items()}
    if pad:
        members["pad"] = mark.decode()[1:-1] * (pad // 4)
    spaced = draw(st.booleans())
    return json.dumps(
        members, ensure_ascii=spaced, separators=(", ", ": ") if spaced else (",", ":")
    ).encode()


@st.composite
def _user_record(draw: st.DrawFn, marks: Marks, traits: Traits, pad: int) -> bytes:
    kind = draw(st.sampled_from(("document",) * 8 + ("several", "several", "poison", "poison")))
    plain = draw(st.booleans())
    if kind == "document":
        return draw(_document(marks.next(), plain=plain, pad=pad)) + draw(st.sampled_from((b"", b"", b"\n")))
    if kind == "several":
        return draw(_several(marks, traits, plain))
    blank = marks.take_blank()
    if blank is not None:
        return blank
    mark = marks.next()
    poison: tuple[bytes, ...] = (
        b"poison %b" % mark,
        b"\xff\xfe%b" % mark,
        b'{"id":"%b","k":"a"' % mark,
        b'{"id":"%b","k":"a"} and more' % mark,
        b'[{"id":"%b","k":"a"}]' % mark,
        b'"%b"' % mark,
        MAGIC + b"%b and no aggregate at all" % mark,
        framed(b"\xff%b" % mark),
        framed(message([("key", b"of a wrong digest %b" % mark)]))[:-1] + b"\x00",
    )
    # What is around the data of an aggregate has no mark, and could be split off it.
    return draw(st.sampled_from(poison if not traits.split else poison[:-2]))


@st.composite
def _several(draw: st.DrawFn, marks: Marks, traits: Traits, plain: bool) -> bytes:
    """Several documents in one record; with a delimiter between them where the stream splits at one."""
    if traits.split is not None and draw(st.integers(0, 30)) == 0:
        count = draw(st.sampled_from((500, 501)))
        mark = marks.next()[:-1]
        documents = [b'{"id":"%b.%d>","k":"a","n":5}' % (mark, number) for number in range(count)]
    else:
        documents = [
            draw(_document(marks.next(), plain=plain, pad=0)) for _ in range(draw(st.integers(2, 4)))
        ]
    if traits.split:
        return traits.split.join(documents) + draw(st.sampled_from((b"", traits.split)))
    return draw(st.sampled_from((b"", b"\n", b" \n\n"))).join(documents)


@st.composite
def _data(draw: st.DrawFn, marks: Marks, traits: Traits, pad: int) -> bytes:
    stays_whole = traits.is_direct and bool(traits.split)
    if stays_whole or draw(st.integers(0, 5)):
        return draw(_user_record(marks, traits, pad))
    members = [
        (draw(st.sampled_from(("x", "y"))), draw(_user_record(marks, traits, 0)))
        for _ in range(draw(st.integers(1, 4)))
    ]
    made = aggregate(members)
    is_damaged = not traits.split and draw(st.integers(0, 4)) == 0
    return made[:-1] + bytes([made[-1] ^ 1]) if is_damaged else made


@st.composite
def _shards(draw: st.DrawFn) -> tuple[ShardLife, ...]:
    shards = [ShardLife(_shard_name(number)) for number in range(draw(st.integers(1, 3)))]
    when_ms = names.CREATED_MS + draw(st.sampled_from((0, 4_000, 15_000)))
    following = len(shards)
    if when_ms == names.CREATED_MS:
        return tuple(shards)
    closed = shards[:2] if len(shards) > 1 and draw(st.booleans()) else shards[:1]
    children = 1 if len(closed) == 2 else 2
    parents = tuple(shard.shard_id for shard in closed)
    shards[: len(closed)] = [ShardLife(shard.shard_id, (), 0, when_ms) for shard in closed]
    shards += [ShardLife(_shard_name(following + n), parents, when_ms) for n in range(children)]
    return tuple(shards)


def _shard_name(number: int) -> str:
    return f"shardId-{number:012d}"


@st.composite
def _puts(draw: st.DrawFn, marks: Marks, traits: Traits, shards: tuple[ShardLife, ...]) -> tuple[Put, ...]:
    pads = (0,) * 8 + (90_000, 300_000)
    pad = draw(st.sampled_from(pads))
    now_ms = names.CREATED_MS + 1
    puts: list[Put] = []
    count = draw(st.integers(0, 14 if pad else 30))
    huge = draw(st.integers(0, 1_500))
    early = 0 if traits.is_direct else draw(st.sampled_from((0, 0, 1, 2)))
    for number in range(count):
        if number >= early:
            now_ms += draw(st.sampled_from(_GAPS_MS))
        is_early = number < early
        at_ms = names.CREATED_MS - 5_000 + number if is_early else now_ms
        opened = [
            shard
            for shard in shards
            if shard.opened_ms <= at_ms and (shard.closed_ms is None or shard.closed_ms > at_ms)
        ]
        # The stamp of a record is approximate: it can lie before that of the record before it.
        early_by_ms = draw(st.sampled_from((0, 0, 0, 3, 700))) if at_ms > names.CREATED_MS + 1_000 else 0
        is_huge = number == huge and not traits.is_direct
        data = draw(
            _document(marks.next(), plain=True, pad=5_000_000) if is_huge else _data(marks, traits, pad)
        )
        puts.append(
            Put(
                shard=names.DIRECT_SHARD if traits.is_direct else draw(st.sampled_from(opened)).shard_id,
                sequence=f"{49 * 10**54 + number * 1000 + 7:056d}",
                at_ms=at_ms,
                arrival_ms=at_ms - early_by_ms,
                partition_key=hashlib.md5(b"%d" % number, usedforsecurity=False).hexdigest()[:8],
                data=data,
            )
        )
    return tuple(puts)


@st.composite
def _treatments(draw: st.DrawFn, marks: Marks, traits: Traits) -> dict[bytes, Treatment]:
    if not traits.has_lambda:
        return {}
    treatments = {mark: draw(_treatment(traits)) for mark in marks.used}
    if marks.used and marks.take_blank() is not None:
        mark = draw(st.sampled_from(marks.used))
        treatments[mark] = Treatment("empty", treatments[mark].keys)
    return treatments


@st.composite
def _treatment(draw: st.DrawFn, traits: Traits) -> Treatment:
    how = draw(st.sampled_from(_GENTLE if draw(st.integers(0, 3)) else _ODD))
    if not traits.lambda_keys or draw(st.integers(0, 15)) == 0:
        return Treatment(how, draw(st.sampled_from((None, None, {}, ["a"], "text"))))
    keys = {name: draw(st.sampled_from(_KEY_VALUES[:4])) for name in traits.lambda_keys}
    if draw(st.integers(0, 7)) == 0:
        keys[draw(st.sampled_from(traits.lambda_keys))] = draw(st.sampled_from(_KEY_VALUES))
    return Treatment(how, keys)


@st.composite
def _bombs(draw: st.DrawFn, marks: Marks, traits: Traits) -> dict[bytes, Bomb]:
    if not traits.has_lambda or not marks.used or draw(st.integers(0, 2)):
        return {}
    bomb = st.builds(Bomb, st.sampled_from(sorted(CALL_FAILURES)), st.sampled_from((None, 1, 2, 3, 4)))
    return {draw(st.sampled_from(marks.used)): draw(bomb) for _ in range(draw(st.integers(1, 3)))}


@st.composite
def _interruptions(draw: st.DrawFn, traits: Traits) -> tuple[Interruption, ...]:
    # Of a direct PUT the source is in the gateway, which lives on.
    kinds: tuple[Ending, ...] = ("stop", "flush", "update")
    if not traits.is_direct:
        kinds = ("kill", "kill", *kinds)
    found = []
    for _ in range(draw(st.sampled_from((0, 0, 1, 1, 2, 4)))):
        kind = draw(st.sampled_from(kinds))
        update = draw(updates(traits)) if kind == "update" else {}
        found.append(Interruption(draw(st.sampled_from((0.3, 1.7, 6.1, 21.3))), kind, update))
    return tuple(found)


_troubles = st.builds(
    Troubles,
    s3=st.dictionaries(st.integers(0, 12), st.sampled_from(("refused", "lost answer")), max_size=4),
    kinesis=st.dictionaries(
        st.integers(0, 40), st.sampled_from(("throttled", "expired", "unavailable")), max_size=4
    ),
    latencies_ms=st.lists(st.sampled_from((0, 0, 3, 80, 900, 4_000)), min_size=1, max_size=5).map(tuple),
    records_per_read=st.sampled_from((1, 3, 10_000)),
)
_no_troubles = st.builds(Troubles, records_per_read=st.sampled_from((2, 10_000)))


@st.composite
def scenarios(draw: st.DrawFn, *, is_calm: bool) -> Scenario:
    """Give one whole example; in a calm one nothing fails but records and the function."""
    chosen = draw(traits())
    marks = Marks(draw(st.sampled_from((None, None, b"", b" \r\n"))))
    shards = () if chosen.is_direct else draw(_shards())
    extra = tuple(column for column in COLUMNS if draw(st.booleans())) if chosen.is_converting else ()
    return Scenario(
        request=draw(requests(chosen)),
        puts=draw(_puts(marks, chosen, shards)),
        shards=shards,
        columns=(("id", "string"), *extra),
        treatments=draw(_treatments(marks, chosen)),
        bombs=draw(_bombs(marks, chosen)),
        interruptions=() if is_calm else draw(_interruptions(chosen)),
        troubles=draw(_no_troubles if is_calm else _troubles),
        ends_by_age=draw(st.booleans()),
        limit_bytes=256 * 1024 * 1024 if is_calm else draw(st.sampled_from((4_000, 256 * 1024 * 1024))),
        most_partitions=500 if is_calm else draw(st.sampled_from((2, 500, 500))),
    )
