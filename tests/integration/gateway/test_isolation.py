"""What code in functions and other people on the machine see of the gateway: nothing that AWS would not show."""

from __future__ import annotations

import io
import json
import stat
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from tests.gateway_fixture import LocalAws

_CODE = "import os\n\ndef handler(event, context):\n    return dict(os.environ)\n"
# Reserved variables of Lambda, what the local endpoint needs, and MiniStack's own notes for its worker.
_ALLOWED_PREFIXES = (
    "AWS_",
    "LAMBDA_",
    "_LAMBDA_",
    "_X_AMZN_",
    "_MINISTACK_",
    "MINISTACK_INVOKE",
    "__MINISTACK",
)
_ALLOWED = {"PATH", "LANG", "LD_LIBRARY_PATH", "TZ", "TMPDIR", "PWD", "LC_CTYPE", "_HANDLER", "_"}


def _function(instance: LocalAws, name: str, code: str, **variables: str) -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("index.py", code)
    instance.clients.client("lambda").create_function(
        FunctionName=name,
        Runtime="python3.12",
        Role="arn:aws:iam::000000000000:role/any",
        Handler="index.handler",
        Code={"ZipFile": content.getvalue()},
        Environment={"Variables": variables},
    )


def test_functions_see_their_own_variables_and_aws_s(
    make_local_aws: Callable[..., LocalAws], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KEY_IN_THE_SHELL", "secret")
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    monkeypatch.setenv("AWS_PROFILE", "work")
    instance = make_local_aws()
    _function(instance, "variables", _CODE, STAGE="test", HOME="/mine", STREAMLAKE_PORT="own")
    payload = instance.clients.client("lambda").invoke(FunctionName="variables")["Payload"].read()
    seen = json.loads(payload)
    assert {"STAGE": "test", "HOME": "/mine", "STREAMLAKE_PORT": "own"}.items() <= seen.items()
    strange = {
        name
        for name in seen
        if name not in {"STAGE", "HOME", "STREAMLAKE_PORT"} | _ALLOWED
        and not name.startswith(_ALLOWED_PREFIXES)
    }
    assert strange == set()
    assert "secret" not in payload.decode()
    assert "AWS_PROFILE" not in seen
    assert seen["AWS_REGION"] == instance.settings.region


def test_a_function_calls_the_local_aws(make_local_aws: Callable[..., LocalAws]) -> None:
    instance = make_local_aws()
    code = (
        "import boto3\n\ndef handler(event, context):\n"
        "    return boto3.client('sts').get_caller_identity()['Account']\n"
    )
    _function(instance, "calls", code)
    payload = instance.clients.client("lambda").invoke(FunctionName="calls")["Payload"].read()
    assert json.loads(payload) == instance.settings.account_id


def test_files_are_their_owner_s_alone(make_local_aws: Callable[..., LocalAws]) -> None:
    instance = make_local_aws(delivery=True)
    s3 = instance.clients.client("s3")
    s3.create_bucket(Bucket="private")
    s3.put_object(Bucket="private", Key="a/b", Body=b"personal")
    _function(instance, "files", _CODE)
    instance.clients.client("lambda").invoke(FunctionName="files")
    instance.stop()
    state_dir = instance.settings.state_dir
    # SQLite and the like make their files with the process's mask too: every one is looked at.
    open_to_others = [
        str(path.relative_to(state_dir))
        for path in [state_dir, *state_dir.rglob("*")]
        if not path.is_symlink() and stat.S_IMODE(path.lstat().st_mode) & 0o077
    ]
    assert open_to_others == []
    assert next(state_dir.rglob("b")).is_file()
