"""Make what every service makes, then describe and delete it by what the answers called it.

What MiniStack names is not always named as AWS does. Where the gateway checks patterns and lengths, a name that was
given out must pass.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.model import ListShape, MapShape, StructureShape
from botocore.parsers import ResponseParserError

from local_aws.gateway.models import service_model
from tests.fuzz.requests import operations
from tests.fuzz.values import value_of

if TYPE_CHECKING:
    from botocore.model import OperationModel, Shape

    from tests.gateway_fixture import LocalAws

_MAKING = (
    *("Create", "Put", "Register", "Request", "Allocate", "Run", "Start", "Import", "Publish", "Add"),
    *("Set", "Enable", "Associate", "Attach", "Subscribe", "Verify"),
)
_LOOKING = ("List", "Describe", "Get", "BatchGet", "Lookup", "Search", "Simulate")
_ENDING = ("Update", "Modify", "Tag", "Untag", "Stop", "Cancel", "Deregister", "Remove", "Disable", "Delete")
# What the gateway says of a value that its model does not allow.
_VIOLATED = ("regular expression pattern", "length less than", "length greater than")


@dataclass
class Made:
    """What was made, and what the gateway refused although it comes from an answer."""

    answered: Counter[str] = field(default_factory=Counter)
    used: int = 0
    refused: list[str] = field(default_factory=list)


@dataclass
class _Known:
    """Texts of the answers of one service, by member and shape."""

    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    # What was made up here is no name that MiniStack gave.
    sent: set[str] = field(default_factory=lambda: {""})

    def note(self, shape: Shape, value: Any, name: str = "") -> None:
        """Remember the texts of an answer."""
        if isinstance(shape, StructureShape) and isinstance(value, dict):
            for member, inner in shape.members.items():
                if member in value:
                    self.note(inner, value[member], member)
        elif isinstance(shape, ListShape) and isinstance(value, list):
            for item in value:
                self.note(shape.member, item, name)
        elif isinstance(shape, MapShape) and isinstance(value, dict):
            for item in value.values():
                self.note(shape.value, item, name)
        elif shape.type_name == "string" and isinstance(value, str) and value not in self.sent:
            self.texts.setdefault((name.lower(), shape.name), value)

    def put_into(self, shape: Shape, value: Any, name: str = "") -> tuple[Any, list[str]]:
        """Return `value` with what is known in the place of what was made up, and the texts that were put in."""
        if isinstance(shape, StructureShape) and isinstance(value, dict):
            found: dict[str, Any] = {}
            texts: list[str] = []
            for member, item in value.items():
                found[member], more = self.put_into(shape.members[member], item, member)
                texts += more
            return found, texts
        if isinstance(shape, ListShape) and isinstance(value, list):
            pairs = [self.put_into(shape.member, item, name) for item in value]
            return [item for item, _ in pairs], [text for _, more in pairs for text in more]
        if isinstance(value, str):
            self.sent.add(value)
        known = self.texts.get((name.lower(), shape.name))
        if shape.type_name != "string" or known is None or shape.metadata.get("enum"):
            return value, []
        return known, [known]


def make_and_use(instance: LocalAws, service: str) -> Made:
    """Call operations of `service` that make something, then those that look at it and end it."""
    session = botocore.session.get_session()
    session.set_credentials("test", "test")
    # A name before the host's (geofencing.127.0.0.1) is nowhere, and is not to be asked for again and again.
    settings = Config(parameter_validation=False, inject_host_prefix=False, retries={"total_max_attempts": 1})
    client: Any = session.create_client(
        service, region_name=instance.settings.region, endpoint_url=instance.endpoint, config=settings
    )
    made, known, choices = Made(), _Known(), random.Random(f"made/{service}")
    names = operations(service)
    for starts, rounds in ((_MAKING, 3), (_LOOKING, 2), (_ENDING, 1)):
        for number in range(rounds):
            for name in names:
                if name.startswith(starts):
                    model = service_model(service).operation_model(name)
                    _call(client, model, known, made, choices, only_required=number != 1)
    client.close()
    return made


def _call(
    client: Any,
    model: OperationModel,
    known: _Known,
    made: Made,
    choices: random.Random,
    *,
    only_required: bool,
) -> None:
    parameters: Any = {}
    texts: list[str] = []
    if model.input_shape is not None:
        parameters = value_of(model.input_shape, choices, 0.0, only_required=only_required)
        parameters, texts = known.put_into(model.input_shape, parameters)
    try:
        answer = client._make_api_call(model.name, parameters)
    except ClientError as error:
        message = str(error.response.get("Error", {}).get("Message", ""))
        made.used += bool(texts)
        if any(one in message for one in _VIOLATED) and any(f"'{text}'" in message for text in texts):
            told = json.dumps(parameters, default=str)
            made.refused.append(
                f"{model.service_model.service_name}.{model.name} {told:.300}: {message:.600}"
            )
        return
    except (BotoCoreError, ResponseParserError):
        # What the client itself cannot send, or not read: MiniStack's answers are not what is tried here.
        return
    made.answered[model.name] += 1
    made.used += bool(texts)
    if model.output_shape is not None:
        known.note(model.output_shape, answer)
