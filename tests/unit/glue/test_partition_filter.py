"""The conditions of GetPartitions: what each keeps of the same partitions, and what is refused."""

from __future__ import annotations

import pytest

from local_aws.gateway.service import ApiError
from local_aws.glue.partition_filter import NULL_PARTITION, PartitionFilter

KEYS = [
    ("day", "date"),
    ("n", "int"),
    ("s", "string"),
    ("price", "decimal(8,2)"),
    ("at", "timestamp"),
    ("x", "double"),
]
ROWS = {
    "first": ["2026-03-01", "9", "a", "1.50", "2026-03-01 00:00:00", "1"],
    "second": ["2026-03-02", "10", "it's", "10.00", "2026-03-01 12:30:00.5", "2"],
    "third": ["2026-10-01", "-1", "B_c%", "2", "2026-03-02 00:00:00", "3"],
    "null": [NULL_PARTITION] * 6,
}
ALL = {"first", "second", "third"}


@pytest.mark.parametrize(
    ("expression", "kept"),
    [
        ("day = '2026-03-01'", {"first"}),
        ("day=DATE'2026-03-01'", {"first"}),
        ("DAY >= '2026-03-02'", {"second", "third"}),
        ("'2026-03-02' > \"day\"", {"first"}),
        ("day <> '2026-03-01'", {"second", "third"}),
        ("day != '2026-03-01'", {"second", "third"}),
        ("day between '2026-03-01' and '2026-03-31'", {"first", "second"}),
        ("day not between '2026-03-01' and '2026-03-31'", {"third"}),
        ("n < 10", {"first", "third"}),
        ("n = -1", {"third"}),
        ("n = '9'", {"first"}),
        ("n in (9, 10)", {"first", "second"}),
        ("n not in (9, 10)", {"third"}),
        ("s = 'it''s'", {"second"}),
        ("s < 'a'", {"third"}),
        ("s like 'B\\_%'", set()),
        ("s like 'B_c%'", {"third"}),
        ("s like '%''_'", {"second"}),
        ("s not like 'a%'", {"second", "third"}),
        ("price = 2.00", {"third"}),
        ("price > 1.5", {"second", "third"}),
        ("at < timestamp '2026-03-01 12:30:01'", {"first", "second"}),
        ("at = '2026-03-02'", {"third"}),
        ("s is null", {"null"}),
        ("s is not null", ALL),
        ("not (n = 9)", {"second", "third"}),
        ("n = 9 or s is null", {"first", "null"}),
        ("n = 9 and day = '2026-03-02'", set()),
        ("(day=DATE'2026-03-01' and n=9) or (day=DATE'2026-03-02' and n=10)", {"first", "second"}),
        ("n = 9 or n = 10 and s = 'a'", {"first"}),
    ],
)
def test_what_is_kept(expression: str, kept: set[str]) -> None:
    wanted = PartitionFilter(expression, KEYS)
    assert {name for name, values in ROWS.items() if wanted.keeps(values)} == kept


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("other = 1", "names other; the table's partition keys are day, n, s, price, at, x"),
        ("x = 1", "names x, whose type double allows no condition"),
        ("n = 'nine'", "compares 'nine' as a int, which it is not"),
        ("day = '1 March'", "compares '1 March' as a date, which it is not"),
        ("n = day", "compares n with day; allowed: a key with a literal"),
        ("1 = 1", "compares 1 with 1; allowed: a key with a literal"),
        ("n", "has 'n', which is no condition on a key"),
        ("n = 1 +", "cannot be read"),
        ("n = 1 group by n", "cannot be read"),
        ("n + 1 = 2", "has 'n + 1', which is neither a key nor a literal"),
        ("upper(s) = 'A'", "has 'UPPER(s)', which is neither a key nor a literal"),
        ("n in (select 1)", "query is not allowed"),
        ("n like '1%'", "allowed: a key of type string LIKE a literal"),
        ("s not like any ('a', 'b')", "which is neither a key nor a literal"),
        ("n between symmetric 1 and 2", "symmetric is not allowed"),
        ("s like 'a' escape 'b'", "which is no condition on a key"),
    ],
)
def test_what_is_refused(expression: str, why: str) -> None:
    with pytest.raises(ApiError) as caught:
        PartitionFilter(expression, KEYS)
    assert caught.value.code == "InvalidInputException"
    assert repr(expression) in caught.value.message
    assert why in caught.value.message


def test_a_value_that_its_type_does_not_allow() -> None:
    with pytest.raises(ApiError, match="compares 'x' as a int"):
        PartitionFilter("n > 1", KEYS).keeps(["2026-03-01", "x"])
