"""Keys that a JSON document has twice."""

from __future__ import annotations

import pytest

from local_aws.athena.formats.json_keys import duplicate_key


@pytest.mark.parametrize(
    ("line", "folded", "exact"),
    [
        (b'{"URL":"x","Url":"y"}', "url", None),
        (b'{"a":1,"a":2}', "a", "a"),
        (b'{"o":{"K":1,"k":2}}', "k", None),
        (b'{"l":[{"a":1},{"a":2}]}', None, None),
        (b'{"l":[{"a":1,"A" : 2}]}', "a", None),
        (b'{"text":"\\"a\\": 1, \\"a\\":","b":"c"}', None, None),
        (b'{"a":1}{"a":2}', None, None),
        (b'{"a":1,"A":2} trailing', "a", None),
        (b"not json", None, None),
        (b"[" * 5000, None, None),
    ],
)
def test_duplicates(line: bytes, folded: str | None, exact: str | None) -> None:
    assert duplicate_key(line, fold=True) == folded
    assert duplicate_key(line, fold=False) == exact
