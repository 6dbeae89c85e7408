"""From data points to the state of an alarm: the rules of thresholds, M of N, and missing data."""

from __future__ import annotations

import operator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

OK, ALARM, INSUFFICIENT_DATA = "OK", "ALARM", "INSUFFICIENT_DATA"
MISSING, IGNORE, BREACHING, NOT_BREACHING = "missing", "ignore", "breaching", "notBreaching"
# AWS rule: more data points are looked at than there are evaluation periods; how many more is documented for three
# periods only, as two.
_EXTRA_PERIODS = 2
COMPARISONS: Mapping[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}

_WORDS = {
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "GreaterThanThreshold": "greater than",
    "LessThanThreshold": "less than",
    "LessThanOrEqualToThreshold": "less than or equal to",
}


@dataclass(frozen=True)
class Rule:
    """When an alarm goes off: `datapoints` of `periods` data points beyond the threshold."""

    periods: int
    datapoints: int
    comparison: str
    threshold: float
    missing: str = MISSING

    @property
    def looked_at(self) -> int:
        """How many of the most recent data points are looked at."""
        return self.periods + _EXTRA_PERIODS

    def breaches(self, value: float) -> bool:
        """Tell whether a data point is beyond the threshold."""
        return COMPARISONS[self.comparison](value, self.threshold)


@dataclass(frozen=True)
class Verdict:
    """A state and what it was decided by: ages of data points (0 is the most recent), and how many were filled in."""

    state: str
    ages: tuple[int, ...]
    filled: int


def judge(values: Sequence[float | None], rule: Rule) -> Verdict | None:
    """Give the state that data points ask for, None to keep the one there is.

    `values` are the most recent `rule.looked_at` data points, the most recent first, None where there is none.
    """
    existing = [(age, value) for age, value in enumerate(values) if value is not None]
    # AWS rule: enough real data points, and missing ones do not matter: the most recent real ones decide.
    used = existing[: rule.periods]
    filled = rule.periods - len(used)
    breaching = [age for age, value in used if rule.breaches(value)]
    if filled and rule.missing == BREACHING:
        state: str | None = ALARM if len(breaching) + filled >= rule.datapoints else OK
    elif len(breaching) >= rule.datapoints:
        state = ALARM
    elif not filled or rule.missing == NOT_BREACHING or len(breaching) < len(used):
        state = OK
    else:
        state = _undecided(breaching, rule)
    return None if state is None else Verdict(state, tuple(age for age, _ in used), filled)


def _undecided(breaching: list[int], rule: Rule) -> str | None:
    """Decide where too few data points are there, all of them beyond the threshold.

    AWS rule: when the oldest of them is as old as `datapoints`, and nothing but missing and breaching ones came after
    it, the alarm goes off however few they are. Before that the next one may still be within the threshold.
    """
    if not breaching:
        return None if rule.missing == IGNORE else INSUFFICIENT_DATA
    if rule.missing == MISSING and max(breaching) + 1 >= rule.datapoints:
        return ALARM
    return None


def reason(verdict: Verdict, before: str, rule: Rule, shown: Sequence[str], count: int) -> str:
    """Give the sentence for a change of state: `count` data points speak for it, some of them `shown` as text."""
    if verdict.state == INSUFFICIENT_DATA:
        return f"Insufficient Data: {_counted(rule.periods, 'datapoint')} unknown."
    if not count:
        treated = "Breaching" if rule.missing == BREACHING else "NonBreaching"
        return (
            f"Threshold Crossed: no datapoints were received for {rule.periods} period{_s(rule.periods)} and "
            f"{_counted(rule.periods, 'missing datapoint')} treated as [{treated}]."
        )
    over = verdict.state == ALARM
    verb = ("was" if count == 1 else "were") + ("" if over else " not")
    needed = rule.datapoints if over else rule.periods - rule.datapoints + 1
    return (
        f"Threshold Crossed: {count} out of the last {rule.periods} datapoints [{', '.join(shown)}] {verb} "
        f"{_WORDS[rule.comparison]} the threshold ({rule.threshold}) (minimum {needed} datapoint{_s(needed)} for "
        f"{before} -> {verdict.state} transition)."
    )


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'s were' if number > 1 else ' was'}"


def _s(number: int) -> str:
    return "s" if number > 1 else ""
