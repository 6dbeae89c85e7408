"""Texts that MiniStack kept for an earlier version of this project, which took what it refuses today.

A name with half a character in it (a lone surrogate) cannot be written in any answer, a control character in none in
XML: one such name ends every list that it is in, and its owner cannot delete it. They are replaced by U+FFFD before
MiniStack reads its state; the file as it was stays beside it.
"""

from __future__ import annotations

import ast
import json
import logging
import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

_log = logging.getLogger(__name__)

_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")
_CONTROL_ESCAPE = re.compile(rb"\\u00[01][0-9a-fA-F]|\\[bf]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f]")
_REPLACEMENT = "\ufffd"
_SEPARATOR = "\x00"
# What is answered in XML.
_XML_STATES = frozenset(
    {
        "alb",
        "autoscaling",
        "cloudformation",
        "ec2",
        "elasticache",
        "iam",
        "rds",
        "route53",
        "ses",
        "sns",
        "sts",
    }
)


def mend(state_dir: Path) -> list[Path]:
    """Replace what no answer can hold in MiniStack's state files; return those that were changed."""
    changed = []
    for path in sorted(state_dir.glob("*.json")):
        content = path.read_bytes()
        in_xml = path.stem in _XML_STATES
        if not _SURROGATE_ESCAPE.search(content) and not (in_xml and _CONTROL_ESCAPE.search(content)):
            continue
        try:
            state = json.loads(content)
        except ValueError:
            # MiniStack says itself what it cannot read.
            continue
        mended = _mended(state, in_xml=in_xml)
        if mended != state:
            path.with_suffix(".before-mending").write_bytes(content)
            fresh = path.with_suffix(".mending")
            fresh.write_text(json.dumps(mended), encoding="utf-8")
            fresh.replace(path)
            changed.append(path)
            _log.warning("%s had texts that no answer can hold; they have U+FFFD in their place", path)
    return changed


def _mended(value: Any, *, in_xml: bool) -> Any:
    if isinstance(value, str):
        text = _SURROGATE.sub(_REPLACEMENT, value)
        return _CONTROL.sub(_REPLACEMENT, text) if in_xml else text
    if isinstance(value, list):
        return [_mended(item, in_xml=in_xml) for item in value]
    if isinstance(value, dict):
        return {_mended_key(key, in_xml=in_xml): _mended(item, in_xml=in_xml) for key, item in value.items()}
    return value


def _mended_key(key: str, *, in_xml: bool) -> str:
    """Return a key with its name mended.

    MiniStack's keys are account, Region and the name as Python writes it, with a null character between them: these
    stay, or nothing that MiniStack holds would be found again.
    """
    *place, written = key.split(_SEPARATOR)
    if not place:
        return str(_mended(key, in_xml=in_xml))
    try:
        name = ast.literal_eval(written)
    except (ValueError, SyntaxError):
        return key
    return _SEPARATOR.join((*place, repr(_mended_name(name, in_xml=in_xml))))


def _mended_name(name: Any, *, in_xml: bool) -> Any:
    if isinstance(name, tuple):
        return tuple(_mended_name(one, in_xml=in_xml) for one in name)
    return _mended(name, in_xml=in_xml)
