"""Model of object keys: expressions in prefixes, the default date path, names (reference 3.1, 3.3, 3.5)."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from collections.abc import Mapping

RANDOM = "[A-Za-z0-9]{11}"
UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
EXPRESSION = re.compile(r"!\{([A-Za-z]+):([^}]+)\}")
# 3.3: what is appended to a prefix without expressions.
DATE_PATH = "!{timestamp:yyyy/MM/dd/HH/}"
# 3.1: the longest evaluated prefix.
LONGEST = 512

# The forms of Java's DateTimeFormatter that the scenarios use, in those of strftime.
_FORMS = {
    "yyyy": "%Y",
    "yy": "%y",
    "MM": "%m",
    "MMM": "%b",
    "MMMM": "%B",
    "dd": "%d",
    "DDD": "%j",
    "EEE": "%a",
    "EEEE": "%A",
    "HH": "%H",
    "hh": "%I",
    "a": "%p",
    "mm": "%M",
    "ss": "%S",
}


def instant(arrival_ms: int, time_zone: str) -> datetime:
    zone = ZoneInfo(time_zone) if time_zone else UTC
    return datetime.fromtimestamp(arrival_ms / 1000, tz=zone)


def written(moment: datetime, pattern: str) -> str:
    """Write a moment in a pattern: runs of one letter are fields, what is between quotes stands for itself."""
    out = ""
    for part in re.finditer(r"'(?P<quoted>[^']*)'|(?P<field>([a-zA-Z])\3*)|(?P<other>[^a-zA-Z'])", pattern):
        field = part["field"]
        out += moment.strftime(_FORMS[field]) if field else part["quoted"] or part["other"]
    return out


def has_expressions(prefix: str) -> bool:
    return EXPRESSION.search(prefix) is not None


def data_prefix(prefix: str | None) -> str:
    """3.3, measured: the date path is appended, without a slash, if there is no expression of any kind."""
    prefix = prefix or ""
    return prefix if has_expressions(prefix) else prefix + DATE_PATH


def error_prefix(prefix: str | None, error_output_prefix: str | None) -> str:
    """3.3: one with expressions gets nothing appended; the form of one that is not given is AWS's likelier one."""
    return error_output_prefix or f"{prefix or ''}!{{firehose:error-output-type}}/{DATE_PATH}"


def key_pattern(
    prefix: str,
    moment: datetime | None,
    keys: Mapping[tuple[str, str], str] | None = None,
    error_type: str = "",
) -> str:
    """Give the regular expression of an evaluated prefix; a moment of None fits any.

    `keys` are partition keys by (`Query` or `Lambda`, name).
    """

    def evaluated(expression: re.Match[str]) -> str:
        namespace, value = expression.groups()
        if namespace == "timestamp":
            return ".+" if moment is None else re.escape(written(moment, value))
        if namespace == "firehose":
            return RANDOM if value == "random-string" else re.escape(error_type)
        return re.escape((keys or {})[namespace.removeprefix("partitionKeyFrom"), value])

    out, position = "", 0
    for expression in EXPRESSION.finditer(prefix):
        out += re.escape(prefix[position : expression.start()]) + evaluated(expression)
        position = expression.end()
    return out + re.escape(prefix[position:])


def partition_keys(prefix: str) -> list[tuple[str, str]]:
    """Give the partition keys that a prefix wants, as (`Query` or `Lambda`, name)."""
    found = EXPRESSION.findall(prefix)
    keys = [(n.removeprefix("partitionKeyFrom"), v) for n, v in found if n.startswith("partitionKeyFrom")]
    return list(dict.fromkeys(keys))


def evaluated_length(prefix: str, keys: Mapping[tuple[str, str], str]) -> int:
    """Give how long the evaluated prefix is; the scenarios' patterns make no text much longer than another."""
    moment = datetime(2026, 7, 13, tzinfo=UTC)
    pattern = key_pattern(prefix.replace("!{firehose:random-string}", "x" * 11), moment, keys)
    return len(re.sub(r"\\(.)", r"\1", pattern, flags=re.DOTALL))


def name_pattern(stream: str, version: int, moment: datetime, extension: str) -> str:
    """3.5: `<stream>-<version>-<yyyy>-<MM>-<dd>-<HH>-<mm>-<ss>-<uuid><extension>`."""
    return f"{re.escape(f'{stream}-{version}-{moment:%Y-%m-%d-%H-%M-%S}-')}{UUID}{re.escape(extension)}"
