"""Values made by Faker, each valid by its field."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from lambda_transform.contract_model import Field
from producer.errors import GenerationError
from producer.generation.judge import judge
from producer.generation.pools import Make

ATTEMPTS = 200
"""How often a value is drawn again that the field's own rules refuse."""


def faker_maker(field: Field, path: str, provider: str, args: dict[str, Any]) -> Make:
    """Return a function that makes valid values with a Faker provider.

    Faker's own weighting of common and rare values is kept. Providers that look at the calendar (``date_of_birth``)
    follow this machine's clock, not the clock of the records.

    :raises GenerationError: there is no such provider, it refuses the arguments, or no value is valid.
    """
    faker = _faker()
    method = getattr(faker, provider, None)
    if not callable(method) or provider.startswith("_"):
        raise GenerationError(
            f"{path}: x-fake names the Faker provider {provider!r}, which does not exist; "
            "Faker's documentation lists them (first_name, city, company, ...)"
        )

    def make(source: random.Random) -> object:
        # One Faker serves all fields (making one takes 30 ms), each field with its own random source.
        faker.random = source
        try:
            return _plain(method(**args), field)
        except (TypeError, ValueError) as error:
            raise GenerationError(f"{path}: Faker's {provider} refuses {args}: {error}") from error

    return valid(field, path, make, f"Faker's {provider}")


def valid(field: Field, path: str, make: Make, what: str) -> Make:
    """Draw again until a value is valid.

    :raises GenerationError: by the returned function, when too many in a row are not.
    """
    problem = judge(field)

    def checked(source: random.Random) -> object:
        for _ in range(ATTEMPTS):
            value = make(source)
            refused = problem(value)
            if refused is None:
                return value
        raise GenerationError(
            f"{path}: {what} made {value!r}, which the contract refuses ({refused}), and {ATTEMPTS} values in a row "
            "were no better; give the field another x-fake or other limits"
        )

    return checked


@cache
def _faker() -> Any:
    from faker import Faker

    return Faker()


def _plain(value: object, field: Field) -> object:
    """Turn what providers return besides JSON's own types into the field's type."""
    if isinstance(value, datetime):
        moment = value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
        if field.type == "string":
            return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return int(moment.timestamp())
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if field.type == "integer" else float(value)
    if isinstance(value, (tuple, set, frozenset)):
        return [_plain(item, field) for item in value]
    if field.type == "string" and isinstance(value, (int, float)):
        return str(value)
    return value
