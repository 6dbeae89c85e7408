from __future__ import annotations

from pathlib import Path

import pytest

from local_aws.config import REPOSITORY_DIR, Settings
from local_aws.errors import SettingsError


def test_defaults() -> None:
    settings = Settings.from_environment({})
    assert settings.endpoint == "http://127.0.0.1:4566"
    assert settings.bind_host == "127.0.0.1"
    assert settings.state_dir == REPOSITORY_DIR / ".streamlake"
    assert settings.account_id == "000000000000"
    assert settings.delivery_enabled


def test_a_child_process_reads_the_same_settings(tmp_path: Path) -> None:
    settings = Settings(
        port=5000,
        bind_host="192.0.2.1",
        state_dir=tmp_path,
        region="eu-west-1",
        account_id="111122223333",
        delivery_enabled=False,
        delivery_buffer_mib=64,
    )
    assert Settings.from_environment(settings.to_environment()) == settings
    assert settings.endpoint == "http://127.0.0.1:5000"


def test_an_empty_variable_is_one_that_is_not_set() -> None:
    assert Settings.from_environment({"STREAMLAKE_PORT": "", "STREAMLAKE_DELIVERY": ""}) == Settings()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STREAMLAKE_PORT", "none"),
        ("STREAMLAKE_PORT", "0"),
        ("STREAMLAKE_PORT", "65536"),
        ("STREAMLAKE_ACCOUNT_ID", "mine"),
        ("STREAMLAKE_ACCOUNT_ID", "1234567890123"),
        ("STREAMLAKE_DELIVERY", "maybe"),
        ("STREAMLAKE_DELIVERY_BUFFER_MIB", "1"),
        ("STREAMLAKE_DELIVERY_BUFFER_MIB", "some"),
        ("STREAMLAKE_LOG_LEVEL", "loud"),
    ],
)
def test_an_unusable_value_is_named(name: str, value: str) -> None:
    with pytest.raises(SettingsError, match=f"{name} is '{value}'; allowed"):
        Settings.from_environment({name: value})


def test_a_relative_state_folder_becomes_absolute() -> None:
    assert Settings.from_environment({"STREAMLAKE_STATE_DIR": "here"}).state_dir == Path.cwd() / "here"
