"""Random records: good and bad documents, several in one, aggregates, poison."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from tests.conformance.model import scenario as names
from tests.conformance.model.random_requests import Traits, one_in
from tests.conformance.model.source import MAGIC, Put
from tests.unit.delivery.kpl_samples import aggregate, framed, message

if TYPE_CHECKING:
    import random

    from tests.conformance.model.scenario import ShardLife

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


def _document(r: random.Random, mark: bytes, *, plain: bool, pad: int) -> bytes:
    members: dict[str, Any] = {"id": mark.decode()}
    for name, values in (_PLAIN_MEMBERS if plain else _MEMBERS).items():
        value = r.choice(values)
        if value != _ABSENT:
            members[name] = value
    if not plain and one_in(r, 10):
        members = {name.upper(): value for name, value in members.items()}
    if pad:
        members["pad"] = mark.decode()[1:-1] * (pad // 4)
    spaced = r.random() < 0.5
    return json.dumps(
        members, ensure_ascii=spaced, separators=(", ", ": ") if spaced else (",", ":")
    ).encode()


def _user_record(r: random.Random, marks: Marks, traits: Traits, pad: int) -> bytes:
    kind = r.choice(("document",) * 8 + ("several", "several", "poison", "poison"))
    plain = r.random() < 0.5
    if kind == "document":
        return _document(r, marks.next(), plain=plain, pad=pad) + r.choice((b"", b"", b"\n"))
    if kind == "several":
        return _several(r, marks, traits, plain)
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
    return r.choice(poison if not traits.split else poison[:-2])


def _several(r: random.Random, marks: Marks, traits: Traits, plain: bool) -> bytes:
    """Several documents in one record; with a delimiter between them where the stream splits at one."""
    if traits.split is not None and one_in(r, 30):
        count = r.choice((500, 501))
        mark = marks.next()[:-1]
        documents = [b'{"id":"%b.%d>","k":"a","n":5}' % (mark, number) for number in range(count)]
    else:
        documents = [_document(r, marks.next(), plain=plain, pad=0) for _ in range(r.randint(2, 4))]
    if traits.split:
        return traits.split.join(documents) + r.choice((b"", traits.split))
    return r.choice((b"", b"\n", b" \n\n")).join(documents)


def _data(r: random.Random, marks: Marks, traits: Traits, pad: int) -> bytes:
    stays_whole = traits.is_direct and bool(traits.split)
    if stays_whole or not one_in(r, 6):
        return _user_record(r, marks, traits, pad)
    members = [(r.choice(("x", "y")), _user_record(r, marks, traits, 0)) for _ in range(r.randint(1, 4))]
    made = aggregate(members)
    is_damaged = not traits.split and one_in(r, 5)
    return made[:-1] + bytes([made[-1] ^ 1]) if is_damaged else made


def puts(r: random.Random, marks: Marks, traits: Traits, shards: tuple[ShardLife, ...]) -> tuple[Put, ...]:
    """Give what is put into the stream, in order of time; without shards it is a direct PUT."""
    pad = r.choice((0,) * 5 + (30_000, 90_000, 300_000))
    now_ms = names.CREATED_MS + 1
    made: list[Put] = []
    count = r.randint(0, 20 if pad else 35)
    huge = r.randrange(35) if one_in(r, 30) and not traits.is_direct else None
    early = 0 if traits.is_direct else r.choice((0, 0, 1, 2))
    for number in range(count):
        if number >= early:
            now_ms += r.choice(_GAPS_MS)
        is_early = number < early
        at_ms = names.CREATED_MS - 5_000 + number if is_early else now_ms
        opened = [
            shard
            for shard in shards
            if shard.opened_ms <= at_ms and (shard.closed_ms is None or shard.closed_ms > at_ms)
        ]
        # The stamp of a record is approximate: it can lie before that of the record before it.
        early_by_ms = r.choice((0, 0, 0, 3, 700)) if at_ms > names.CREATED_MS + 1_000 else 0
        is_huge = number == huge
        data = (
            _document(r, marks.next(), plain=True, pad=5_000_000) if is_huge else _data(r, marks, traits, pad)
        )
        made.append(
            Put(
                shard=names.DIRECT_SHARD if traits.is_direct else r.choice(opened).shard_id,
                sequence=f"{49 * 10**54 + number * 1000 + 7:056d}",
                at_ms=at_ms,
                arrival_ms=at_ms - early_by_ms,
                partition_key=hashlib.md5(b"%d" % number, usedforsecurity=False).hexdigest()[:8],
                data=data,
            )
        )
    return tuple(made)
