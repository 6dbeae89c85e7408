"""Reads `x-fake`: how the producer makes a value of a field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from lambda_transform.contract_model import CLOCKS, Fake

if TYPE_CHECKING:
    from lambda_transform.contract_place import Place

# Each form by the keyword that names it, with what may stand beside it.
_FORMS: Final = {
    "faker": ("args",),
    "choice": ("weights",),
    "now": ("spread_seconds",),
    "uuid": (),
    "range": ("decimals",),
}


def read_fake(place: Place) -> Fake:
    """Read one `x-fake` object; exactly one form, or only `null` beside the field's own type and limits."""
    place.only((*_FORMS, *(beside for form in _FORMS.values() for beside in form), "null"))
    forms = [form for form in _FORMS if place.has(form)]
    if len(forms) > 1:
        place.fail(f"has {' and '.join(forms)}; one of them")
    allowed = (*forms, *(_FORMS[forms[0]] if forms else ()), "null")
    place.only(allowed)
    null_share = _share(place)
    if not forms:
        if not place.has("null"):
            place.fail(f"is empty; allowed: one of {', '.join(_FORMS)}, and null")
        return Fake(null_share=null_share)
    return _READERS[forms[0]](place, null_share)


def _share(place: Place) -> float:
    if not place.has("null"):
        return 0.0
    share = place.child("null").number(at_least=0)
    if share > 1:
        place.child("null").fail(f"is a share of the records, 0 to 1, not {share}")
    return float(share)


def _faker(place: Place, null_share: float) -> Fake:
    args = place.child("args").object() if place.has("args") else {}
    return Fake("faker", faker=place.child("faker").text(), args=args, null_share=null_share)


def _choice(place: Place, null_share: float) -> Fake:
    choices = tuple(place.child("choice").array(non_empty=True))
    weights = None
    if place.has("weights"):
        weights = tuple(element.number(at_least=0) for element in place.child("weights").elements())
        if len(weights) != len(choices) or not sum(weights):
            place.child("weights").fail(f"needs one weight for each of the {len(choices)} choices, not all 0")
    return Fake("choice", choices=choices, weights=weights, null_share=null_share)


def _now(place: Place, null_share: float) -> Fake:
    spread = place.child("spread_seconds").number(at_least=0) if place.has("spread_seconds") else 0.0
    clock = place.child("now").one_of(CLOCKS)
    return Fake("now", clock=clock, spread_seconds=float(spread), null_share=null_share)


def _uuid(place: Place, null_share: float) -> Fake:
    return Fake("uuid", uuid_version=place.child("uuid").one_of((4,)), null_share=null_share)


def _range(place: Place, null_share: float) -> Fake:
    stated = place.child("range")
    bounds = [element.number() for element in stated.elements()]
    if len(bounds) != 2 or bounds[0] > bounds[1]:
        stated.fail(f"{bounds} is not a range; write [lowest, highest]")
    decimals = place.child("decimals").integer() if place.has("decimals") else 0
    return Fake("range", low=bounds[0], high=bounds[1], decimals=decimals, null_share=null_share)


_READERS: Final = {"faker": _faker, "choice": _choice, "now": _now, "uuid": _uuid, "range": _range}
