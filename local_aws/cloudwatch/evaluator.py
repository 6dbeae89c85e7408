"""Looks at alarms by the clock, moves them to the state that their data asks for, and tells whom that concerns."""

from __future__ import annotations

import json
import logging
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from local_aws.cloudwatch import evaluation, notifications, series
from local_aws.cloudwatch.evaluation import ALARM, judge
from local_aws.cloudwatch.notifications import timestamp
from local_aws.cloudwatch.registry import ACTION, STATE, Event
from local_aws.gateway.service import ApiError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from local_aws.cloudwatch.alarm import Alarm
    from local_aws.cloudwatch.evaluation import Rule, Verdict
    from local_aws.cloudwatch.metric import Metric
    from local_aws.cloudwatch.notifications import Publisher
    from local_aws.cloudwatch.points import PointStore
    from local_aws.cloudwatch.registry import Registry

_log = logging.getLogger(__name__)

_LOOK_SECONDS = 1.0
# AWS rule: alarms are evaluated every minute, those with shorter periods every ten seconds.
_STEP_SECONDS, _SHORT_STEP_SECONDS = 60, 10
# A state's reason and what was behind it have limits; these many data points stay far below them.
_MOST_SHOWN = 5
_MOST_TOLD = 20
# Statistics that a longer look can only carry further beyond a threshold, by the kind of comparison.
_GROWING = ("Sum", "Maximum", "SampleCount")
_FALLING = ("Minimum",)


@dataclass(frozen=True)
class _Look:
    """The data points of an alarm as they were at one moment: the most recent first, and when the first begins."""

    values: tuple[float | None, ...]
    begins: int
    period: int

    def start(self, age: int) -> int:
        return self.begins - age * self.period


class Evaluator:
    """Looks at the clock every second; `tick` is one such look, and is all that a test needs."""

    def __init__(
        self,
        points: PointStore,
        registry: Registry,
        publisher: Publisher,
        place: tuple[str, str],
        clock: Callable[[], float],
    ) -> None:
        self._points = points
        self._registry = registry
        self._publisher = publisher
        self._region, self._account_id = place
        self._clock = clock
        self._looked_at: dict[str, tuple[float, int]] = {}
        self._touched: set[Metric] = set()
        self._touched_lock = threading.Lock()
        self._stop_asked = threading.Event()
        self._actions = ThreadPoolExecutor(1, thread_name_prefix="alarm-actions")
        self._thread = threading.Thread(target=self._run, name="alarms", daemon=True)

    def start(self) -> None:
        """Begin to look at the clock."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more; a message that is on its way is sent."""
        self._stop_asked.set()
        if self._thread.is_alive():
            self._thread.join()
        self._actions.shutdown(wait=True, cancel_futures=True)

    def touch(self, metrics: Iterable[Metric]) -> None:
        """Note that metrics have new measurements: alarms on them are looked at soon."""
        with self._touched_lock:
            self._touched.update(metrics)

    def tick(self) -> list[str]:
        """Look at every alarm that is due; give the names of those that changed their state."""
        with self._touched_lock:
            touched, self._touched = self._touched, set()
        now, moved = self._clock(), []
        alarms = self._registry.alarms()
        for alarm in alarms:
            step = int(now // _step(alarm.period))
            seen = (alarm.configured_at, step)
            if self._looked_at.get(alarm.name) == seen and touched.isdisjoint(alarm.metrics):
                continue
            self._looked_at[alarm.name] = seen
            if self._look_at(alarm, now):
                moved.append(alarm.name)
        self._looked_at = {alarm.name: self._looked_at[alarm.name] for alarm in alarms}
        return moved

    def move(self, alarm: Alarm, state: str, reason: str, reason_data: str | None) -> None:
        """Put an alarm into a state and carry out its actions."""
        now = self._clock()
        with self._registry.lock:
            present = self._registry.alarm(alarm.name)
            # Whoever has changed or removed it meanwhile has it evaluated anew.
            if present is None or present.configured_at != alarm.configured_at:
                return
            after = present.moved(state, reason, reason_data, now)
            self._registry.put_alarm(after, _state_event(present, after, now))
        if after.actions_enabled and state != present.state:
            for action in after.actions(state):
                self._actions.submit(self._act, after, present.state, action)

    def settle(self) -> None:
        """Wait until every message that is due now has been sent or has failed."""
        self._actions.submit(lambda: None).result()

    def _look_at(self, alarm: Alarm, now: float) -> bool:
        try:
            found = self._judged(alarm, now)
        except ApiError as error:
            # An expression that has no value now may have one with more data.
            _log.debug("alarm %s cannot be evaluated: %s", alarm.name, error.message)
            return False
        if found is None or found[0].state == alarm.state:
            return False
        verdict, look = found
        rule = alarm.rule
        speaking = _speaking(verdict, look, rule)
        shown = [_shown(look, age) for age in speaking[:_MOST_SHOWN]]
        reason = evaluation.reason(verdict, alarm.state, rule, shown, len(speaking))
        self.move(alarm, verdict.state, reason, _reason_data(alarm, verdict, look, now))
        return True

    def _judged(self, alarm: Alarm, now: float) -> tuple[Verdict, _Look] | None:
        """Give what the data says and was, None to keep the state.

        The span that still runs counts as soon as it is beyond the threshold and cannot come back. (AWS waits for its
        end; on a laptop a person waits.)
        """
        rule, step = alarm.rule, _step(alarm.period)
        end = int(now // step) * step
        running = self._look(alarm, end + step)
        if _is_decided(alarm, running.values[0], rule):
            early = judge(running.values, rule)
            if early is not None and early.state == ALARM:
                return early, running
        look = self._look(alarm, end)
        verdict = judge(look.values, rule)
        return None if verdict is None else (verdict, look)

    def _look(self, alarm: Alarm, end: int) -> _Look:
        """AWS rule: spans end at the last whole minute, whatever their length: they slide."""
        period, count = alarm.period, alarm.rule.looked_at
        start = end - count * period
        (found,) = series.evaluate(self._points, alarm.queries, start, end, period).values()
        values = tuple(found.get(end - (age + 1) * period) for age in range(count))
        return _Look(values, end - period, period)

    def _act(self, alarm: Alarm, before: str, action: str) -> None:
        content: dict[str, Any] = {"actionState": "Succeeded", "notificationResource": action, "error": None}
        summary = f"Successfully executed action {action}"
        try:
            self._publisher.publish(
                action,
                notifications.subject(alarm, self._region),
                notifications.message(alarm, before, self._account_id, self._region),
                alarm.arn,
            )
        except (BotoCoreError, ClientError) as error:
            _log.warning("alarm %s could not publish to %s: %s", alarm.name, action, error)
            content |= {"actionState": "Failed", "error": str(error)}
            summary = f"Failed to execute action {action}. Received error: {error}"
        text = json.dumps({**content, "stateUpdateTimestamp": int(alarm.state_updated_at * 1000)})
        self._registry.note(Event(alarm.name, self._clock(), ACTION, summary[:255], text))

    def _run(self) -> None:
        while not self._stop_asked.wait(_LOOK_SECONDS):
            try:
                self.tick()
            except Exception:
                _log.exception("the alarms could not be looked at")


def _step(period: int) -> int:
    return _STEP_SECONDS if period >= _STEP_SECONDS else _SHORT_STEP_SECONDS


def _is_decided(alarm: Alarm, value: float | None, rule: Rule) -> bool:
    """Tell whether a span that still runs is beyond the threshold whatever comes; values below 0 apart."""
    source = alarm.queries[0].source
    if value is None or source is None or len(alarm.queries) > 1:
        return False
    lasting = _GROWING if rule.comparison.startswith("Greater") else _FALLING
    return source.stat in lasting and rule.breaches(value)


def _speaking(verdict: Verdict, look: _Look, rule: Rule) -> list[int]:
    """Give the ages of the data points that speak for the verdict."""
    over = verdict.state == ALARM
    return [age for age in verdict.ages if rule.breaches(look.values[age] or 0.0) == over]


def _shown(look: _Look, age: int) -> str:
    moment = datetime.fromtimestamp(look.start(age), UTC).strftime("%d/%m/%y %H:%M:%S")
    return f"{look.values[age]} ({moment})"


def _reason_data(alarm: Alarm, verdict: Verdict, look: _Look, now: float) -> str:
    oldest, ages = max(verdict.ages, default=alarm.rule.periods - 1), verdict.ages[:_MOST_TOLD]
    content = {
        "version": "1.0",
        "queryDate": timestamp(now),
        "startDate": timestamp(look.start(oldest)),
        "statistic": alarm.given.get("Statistic"),
        "period": look.period,
        "recentDatapoints": [look.values[age] for age in reversed(ages)],
        "threshold": alarm.rule.threshold,
        "evaluatedDatapoints": [
            {"timestamp": timestamp(look.start(age)), "value": look.values[age]} for age in ages
        ],
    }
    return json.dumps({name: value for name, value in content.items() if value is not None})


def _state_event(before: Alarm, after: Alarm, now: float) -> Event:
    content = {
        "version": "1.0",
        "oldState": {"stateValue": before.state, "stateReason": before.reason},
        "newState": {"stateValue": after.state, "stateReason": after.reason},
    }
    summary = f"Alarm updated from {before.state} to {after.state}"
    return Event(after.name, now, STATE, summary, json.dumps(content))
