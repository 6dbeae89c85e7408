"""One call of a function: its arguments, and the choice of the signature that fits them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlglot import exp

from local_aws.athena.errors import QueryError, UnsupportedError
from local_aws.athena.sql import types
from local_aws.athena.sql.casts import coerce
from local_aws.athena.sql.functions.registry import substitute, unify
from local_aws.athena.sql.sharing import bound, is_heavy, named, repeats
from local_aws.athena.sql.typed import Typed

if TYPE_CHECKING:
    from collections.abc import Sequence

    from local_aws.athena.errors import Position
    from local_aws.athena.sql.expressions import Compiler
    from local_aws.athena.sql.functions.registry import Functions, Signature
    from local_aws.athena.sql.types import Type


@dataclass(frozen=True)
class Call:
    """A call as it stands in the query; a lambda among the arguments is compiled when its types are known."""

    name: str
    nodes: tuple[exp.Expr, ...]
    compiler: Compiler
    position: Position | None
    # Not for functions that may leave an argument unevaluated.
    sharing: bool = True
    compiled: dict[int, Typed] = field(default_factory=dict)
    shared: dict[int, Typed] = field(default_factory=dict)

    def names(self, count: int) -> list[str]:
        """Make names for the parameters of a lambda that no expression around it or inside it has."""
        return [f"v{self.compiler.depth}_{index}" for index in range(count)]

    @property
    def count(self) -> int:
        """How many arguments there are."""
        return len(self.nodes)

    def argument(self, index: int) -> Typed:
        """Compile one argument that is not a lambda; a heavy one is evaluated once, see `finished`."""
        value = self.compiled.get(index)
        if value is None:
            value = self.compiler.compile(self.nodes[index])
            if value.type.is_fine:
                raise UnsupportedError(f"{self.name} of a time finer than microseconds", self.position)
            self.compiled[index] = value
        if self.sharing and is_heavy(value):
            self.shared[index] = value
            return named(value)
        return value

    def finished(self, result: Typed) -> Typed:
        """Give the result of the call with the values that it shares bound around it."""
        for value in dict.fromkeys(self.shared.values()):
            result = bound(value, result)
        return result

    def arguments(self) -> list[Typed]:
        """Compile all arguments."""
        return [self.argument(index) for index in range(self.count)]

    def coerced(self, index: int, kind: Type) -> Typed:
        """Compile one argument and turn it into `kind`; raises FUNCTION_NOT_FOUND when it cannot be."""
        value = self.argument(index)
        if not types.can_coerce(value.type, kind):
            raise self.mismatch()
        return coerce(value, kind)

    def literal_text(self, index: int) -> str:
        """Give the text of an argument that must be a literal; refused by name when it is anything else."""
        value = self.argument(index)
        if not isinstance(value.literal, str):
            raise QueryError(
                "NOT_SUPPORTED",
                f"{self.name} with an argument {index + 1} that is not a literal is not supported by the local Athena",
                self.position,
            )
        return value.literal

    def mismatch(self, expected: Sequence[Signature] = ()) -> QueryError:
        """Make the error of a call that fits no signature."""
        found = ", ".join(
            "<function>" if isinstance(node, exp.Lambda) else str(self.argument(index).type)
            for index, node in enumerate(self.nodes)
        )
        known = f" Expected: {', '.join(str(item) for item in expected)}" if expected else ""
        return QueryError(
            "FUNCTION_NOT_FOUND",
            f"Unexpected parameters ({found}) for function {self.name}.{known}",
            self.position,
        )

    def wrong_count(self, expected: str) -> QueryError:
        """Make the error of a call with a number of arguments that no form of the function takes."""
        return QueryError(
            "FUNCTION_NOT_FOUND",
            f"Unexpected parameters ({', '.join(str(a.type) for a in self.arguments())}) for function {self.name}."
            f" Expected: {expected}",
            self.position,
        )


@dataclass(frozen=True)
class _Match:
    cost: int
    values: list[Typed]
    result: Type
    form: str


def build_from_rules(functions: Functions, call: Call) -> Typed:
    """Build a call from the first signature that fits with the fewest arguments turned into another type.

    Raises `QueryError` FUNCTION_NOT_FOUND when none fits.
    """
    rules = functions.rules[call.name]
    best: _Match | None = None
    for rule in rules:
        match = _try(rule.signature, rule.form, call)
        if match is not None and (best is None or match.cost < best.cost):
            best = match
    if best is None:
        raise call.mismatch([rule.signature for rule in rules])
    texts = [value.sql for value in best.values]
    if not repeats(best.form):
        return Typed(best.form.format(*texts, args=", ".join(texts)), best.result)
    heavy = [value for value in best.values if not value.sql.startswith("lambda ") and is_heavy(value)]
    texts = [named(value).sql if value in heavy else value.sql for value in best.values]
    result = Typed(best.form.format(*texts, args=", ".join(texts)), best.result)
    for value in dict.fromkeys(heavy):
        result = bound(value, result)
    return result


def _try(signature: Signature, form: str, call: Call) -> _Match | None:
    parameters = signature.parameters_for(call.count)
    if parameters is None:
        return None
    bound: dict[str, Type] = {}
    plain: dict[int, Typed] = {}
    for index, (node, parameter) in enumerate(zip(call.nodes, parameters, strict=True)):
        if isinstance(node, exp.Lambda) != (parameter.name == "function"):
            return None
        if not isinstance(node, exp.Lambda):
            plain[index] = call.argument(index)
            if not unify(parameter, plain[index].type, bound):
                return None
    values: list[Typed] = []
    for index, (node, parameter) in enumerate(zip(call.nodes, parameters, strict=True)):
        if isinstance(node, exp.Lambda):
            inputs = [substitute(kind, bound) for kind in parameter.arguments[:-1]]
            if len(node.expressions) != len(inputs):
                return None
            body = call.compiler.compile_lambda(node, inputs)
            if not unify(parameter.arguments[-1], body.type, bound):
                return None
            values.append(body)
        else:
            values.append(plain[index])
    cost = 0
    for index, parameter in enumerate(parameters):
        if index not in plain:
            continue
        target = _target(parameter, values[index].type, bound)
        cost += 0 if values[index].type.name == target.name else 1
        values[index] = coerce(values[index], target)
    return _Match(cost, values, substitute(signature.result, bound), form)


def _target(parameter: Type, actual: Type, bound: dict[str, Type]) -> Type:
    wanted = substitute(parameter, bound)
    if wanted.name == actual.name and not parameter.arguments and len(parameter.name) > 1:
        # A signature's `varchar`, `timestamp` and `decimal` stand for every length and precision.
        return (
            actual if wanted.name in ("varchar", "timestamp", "timestamp with time zone", "time") else wanted
        )
    return wanted
