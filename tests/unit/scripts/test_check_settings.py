"""Settings that Terraform would drop without a word are found, wherever they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from scripts import check_settings
from scripts.errors import ToolError, UsageError
from scripts.paths import TERRAFORM
from scripts.terraform_types import parse_type, unknown_attributes, variable_types

if TYPE_CHECKING:
    from pathlib import Path

VARIABLES = """
variable "delivery" {
  type = object({
    size_mb = optional(number, 64)
    nested  = optional(map(list(object({ days = number, "class" = optional(string, "a,b(c)") }))), {})
    tags    = optional(map(string), {})
  })
}

variable "free" {
  type = any
}
"""


@pytest.fixture
def module(tmp_path: Path) -> Path:
    folder = tmp_path / "module"
    folder.mkdir()
    (folder / "variables.tf").write_text(VARIABLES, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ("delivery = { size_mb = 1, tags = { anything = 1 } }", []),
        ("delivery = { sise_mb = 1 }", ["delivery.sise_mb is not a setting"]),
        ("delivery = { nested = { a = [{ days = 1, dais = 2 }] } }", ["delivery.nested[a][0].dais"]),
        ('delivery = { nested = { a = [{ days = 1, "class" = "b" }] } }', []),
        ("free = { whatever = { it = 1 } }", []),
        ("unheard_of = 1", []),
    ],
    ids=["right", "misspelt", "deep", "quoted", "any", "whole-variable"],
)
def test_variable_files(values: str, found: list[str], module: Path, tmp_path: Path) -> None:
    file = tmp_path / "some.tfvars"
    file.write_text(values, encoding="utf-8")
    said = [str(one) for one in check_settings.in_variables(file, variable_types(module))]
    assert [one for one, start in zip(said, found, strict=True) if not one.startswith(start)] == []


def test_json_variable_files_are_read_too(module: Path, tmp_path: Path) -> None:
    file = tmp_path / "some.tfvars.json"
    file.write_text('{"delivery": {"sise_mb": 1}}', encoding="utf-8")
    (unknown,) = check_settings.in_variables(file, variable_types(module))
    assert "did you mean size_mb?" in str(unknown)


def test_calls_of_modules_by_folder_and_by_name(module: Path, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        """
        module "mine" {
          source   = "./module"
          delivery = { sise_mb = var.size, size_mb = 1 }
        }
        module "ours" {
          source    = "git::https://example.com/x//terraform/modules/delivery?ref=v1"
          buffering = { intervall_seconds = 60 }
        }
        module "elsewhere" {
          source = "terraform-aws-modules/s3-bucket/aws"
          website = { unknown = 1 }
        }
        """,
        encoding="utf-8",
    )
    found = [unknown.path for _file, unknown in check_settings.in_calls(tmp_path)]
    assert found == ["module.mine.delivery.sise_mb", "module.ours.buffering.intervall_seconds"]
    with pytest.raises(ToolError, match="intervall_seconds"):
        check_settings.main([str(tmp_path)])


def test_a_module_that_is_not_here_is_named(tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text(
        'module "x" {\n  source = "git::https://example.com/x//terraform/modules/nothing"\n}\n',
        encoding="utf-8",
    )
    with pytest.raises(ToolError, match="nothing"):
        list(check_settings.in_calls(tmp_path))


def test_a_deployment_refuses_its_environments_misspelt_settings(tmp_path: Path) -> None:
    file = tmp_path / "dev.tfvars"
    file.write_text("pipeline_defaults = { delivery = { intervall_seconds = 60 } }", encoding="utf-8")
    with pytest.raises(
        UsageError, match=r"dev\.tfvars: .*intervall_seconds.*did you mean interval_seconds\?"
    ):
        check_settings.check([file])


def test_no_setting_of_this_repository_is_dropped() -> None:
    folders = [TERRAFORM, *TERRAFORM.glob("examples/*/"), *TERRAFORM.glob("modules/*/")]
    assert check_settings.main([str(folder) for folder in folders]) == 0


@pytest.mark.parametrize("text", ["object({a = string", "map(", "string string"])
def test_what_is_no_type_is_refused(text: str) -> None:
    with pytest.raises(ToolError, match="is no type constraint"):
        parse_type(text)


def test_defaults_of_any_shape_are_passed_over() -> None:
    wanted = parse_type(
        'object({ a = optional(object({ b = optional(list(string), ["x", "y"]) }), { b = [] }), c = bool })'
    )
    assert [one.path for one in unknown_attributes({"a": {"b": []}, "c": True, "d": 1}, wanted, "v")] == [
        "v.d"
    ]
