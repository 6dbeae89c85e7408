"""OpenTofu 1.9 reads the configuration too: nothing in it is Terraform's alone.

There is no OpenTofu where these tests run, so this holds the text against what both have. The modules' own tests are
for Terraform: OpenTofu's `test` knows no `source` of a mock provider.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import hcl2
import pytest

from scripts.paths import TERRAFORM

if TYPE_CHECKING:
    from pathlib import Path

FILES = sorted(
    path
    for path in TERRAFORM.rglob("*.tf")
    if ".terraform" not in path.parts and path.name != "backend_override.tf" and not path.is_symlink()
)

# Not `ephemeral`, `action`, `list`, `check` with nested data, `cloud` and what else came to one of them alone.
BLOCKS = {"terraform", "provider", "resource", "data", "module", "variable", "output", "locals", "moved"}
TERRAFORM_BLOCKS = {"required_version", "required_providers", "backend"}
LIFECYCLE = {
    "create_before_destroy",
    "prevent_destroy",
    "ignore_changes",
    "replace_triggered_by",
    "precondition",
    "postcondition",
}
VARIABLE = {"description", "type", "default", "nullable", "sensitive", "validation"}
# Functions of both, of those that are used here. Type constructors and what stands in texts of IAM and SQL aside.
FUNCTIONS = {
    "alltrue", "anytrue", "base64encode", "can", "coalesce", "compact", "concat", "contains", "distinct",
    "endswith", "file", "filebase64sha256", "fileexists", "fileset", "flatten", "floor", "format", "formatdate",
    "formatlist",
    "index", "join", "jsondecode", "jsonencode", "keys", "length", "lookup", "lower", "merge", "one",
    "parseint", "range", "regex", "regexall", "replace", "setintersection", "setsubtract", "setunion", "sha256",
    "slice", "sort", "split", "startswith", "strcontains", "substr", "templatefile", "title", "tolist", "tomap",
    "toset", "tostring", "trim", "trimprefix", "trimspace", "trimsuffix", "try", "values",
}  # fmt: skip
TYPES = {"object", "map", "list", "set", "tuple", "optional"}
_TEXT = re.compile(r'"(?:\\.|[^"\\])*"')
_INTERPOLATED = re.compile(r"[$%]\{(.*?)\}")
_CALL = re.compile(r"(?<![.\w\\-])(?!(?:if|in)\()([a-z][a-z0-9_]*)\(")


def _code(line: str) -> str:
    """Return what of a line is evaluated: not its comment, and of texts only what is interpolated."""
    without = re.split(r"\s#", line, maxsplit=1)[0] if not line.lstrip().startswith("#") else ""
    outside = _TEXT.sub('""', without)
    return " ".join([outside, *_INTERPOLATED.findall(without)])


def _calls(path: Path) -> set[str]:
    text = re.sub(
        r"<<-?EOT\n.*?\n\s*EOT$", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE
    )
    return {name for line in text.splitlines() for name in _CALL.findall(_code(line))}


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(TERRAFORM)))
def test_blocks_and_functions_are_those_of_both(path: Path) -> None:
    document = hcl2.loads(path.read_text(encoding="utf-8"))
    assert {name for name in document if not name.startswith("__")} <= BLOCKS
    for settings in document.get("terraform", []):
        assert set(settings) - {"__is_block__"} <= TERRAFORM_BLOCKS
    for block in document.get("variable", []):
        for name, body in block.items():
            assert {key for key in body if not key.startswith("__")} <= VARIABLE, name
    for kind in ("resource", "data"):
        for block in document.get(kind, []):
            for bodies in block.values():
                for name, body in bodies.items() if isinstance(bodies, dict) else ():
                    for lifecycle in body.get("lifecycle", []):
                        assert {key for key in lifecycle if not key.startswith("__")} <= LIFECYCLE, name
                    write_only = [key for key in body if key.endswith(("_wo", "_wo_version"))]
                    assert write_only == [], name
    assert _calls(path) - TYPES <= FUNCTIONS


def test_no_value_is_ephemeral_and_no_function_is_a_providers() -> None:
    for path in FILES:
        code = "\n".join(map(_code, path.read_text(encoding="utf-8").splitlines()))
        assert "provider::" not in code, path
        assert not re.search(r"\bephemeral\b", code), path


def test_every_module_takes_opentofu_of_its_versions() -> None:
    versions = [hcl2.loads(path.read_text(encoding="utf-8")) for path in FILES if path.name == "versions.tf"]
    required = {settings["required_version"] for document in versions for settings in document["terraform"]}
    # OpenTofu has validations that refer to other variables since its 1.9, as Terraform.
    assert required == {'">= 1.9"'}


def test_what_is_evaluated_is_told_from_text() -> None:
    assert _calls_of('name = "a(b) ${upper(var.x)}" # c(d)') == {"upper"}
    assert _calls_of("# nothing(here)") == set()
    assert _calls_of("x = ephemeralasnull(var.y)") == {"ephemeralasnull"}


def _calls_of(line: str) -> set[str]:
    return set(_CALL.findall(_code(line)))
