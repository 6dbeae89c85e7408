"""What AWS has denied, read from what Terraform and the SDKs say of it, and what to do about it."""

from __future__ import annotations

import re
from dataclasses import dataclass

GUIDE = "docs/first-deployment.md#when-something-is-denied"

# Frames and colours of Terraform's messages; what is in a frame may be broken into lines at any blank.
_DRAWN = re.compile(r"\x1b\[[0-9;]*m|[│╷╵]")
_SENTENCE = re.compile(
    r"not authorized to perform:? (?P<action>[\w-]+:\w+)"
    r"(?: on resource:? \"?(?P<resource>[^\s\",]+?)\"?[.,]?(?=\s|$))?"
    r"(?P<explicit> with an explicit deny in an? [\w -]+?(?=[\s:,.(]*(?:\(|,|:|\.|$)))?"
)
# S3 says less, and in the answer to HEAD nothing.
_REFUSED = re.compile(
    r"operation error (?P<service>\w+): (?P<operation>\w+), https response error StatusCode: 403"
)
# AWS rule: operations of S3 whose permission is called otherwise than they are, as far as tools here use them.
_PERMISSIONS = {
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjectsV2": "ListBucket",
}


@dataclass(frozen=True, order=True)
class Denial:
    """An action (``s3:GetObject``) that was denied, on what if that is known, and an explicit denial in its words."""

    action: str
    resource: str = ""
    explicit: str = ""

    def __str__(self) -> str:
        return self.action + (f" on {self.resource}" if self.resource else "") + self.explicit


def found(text: str) -> list[Denial]:
    """Return what a text says was denied, each action once, in the order of the text."""
    plain = " ".join(_DRAWN.sub(" ", text).split())
    denials: dict[str, Denial] = {}
    for part in re.split(r"(?=operation error )", plain):
        sentences = list(_SENTENCE.finditer(part))
        for match in sentences:
            denial = Denial(match["action"], match["resource"] or "", match["explicit"] or "")
            denials.setdefault(denial.action.lower(), denial)
        refused = _REFUSED.match(part)
        if refused is not None and not sentences and refused["service"] == "S3":
            denial = Denial(f"s3:{_PERMISSIONS.get(refused['operation'], refused['operation'])}")
            denials.setdefault(denial.action.lower(), denial)
    return list(denials.values())


def advice(denials: list[Denial]) -> str:
    """Say in one line what was denied and what to do."""
    named = "; ".join(map(str, denials))
    if all(one.explicit for one in denials):
        return f"denied: {named}; whoever has set that policy has to allow it. See {GUIDE}"
    return (
        f"denied: {named}; whoever deploys lacks this permission: an administrator gives it, with `make bootstrap` "
        f"where the policies are those of deployer_policy. See {GUIDE}"
    )
