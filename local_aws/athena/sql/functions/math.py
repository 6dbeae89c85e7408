"""Functions on numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws.athena.sql import types
from local_aws.athena.sql.casts import coerce
from local_aws.athena.sql.typed import Typed
from local_aws.athena.sql.types import duckdb_type

if TYPE_CHECKING:
    from local_aws.athena.sql.functions.call import Call
    from local_aws.athena.sql.functions.registry import Functions

_RULES = """
cbrt(double) -> double => cube_root({0})
cos(double) -> double => cos({0})
acos(double) -> double => acos_({0})
sin(double) -> double => sin({0})
asin(double) -> double => asin_({0})
tan(double) -> double => tan({0})
atan(double) -> double => atan({0})
atan2(double, double) -> double => atan2({0}, {1})
cosh(double) -> double => cosh({0})
sinh(double) -> double => sinh({0})
tanh(double) -> double => tanh({0})
degrees(double) -> double => degrees({0})
radians(double) -> double => radians({0})
e() -> double => exp(1)
pi() -> double => pi()
exp(double) -> double => exp({0})
ln(double) -> double => logarithm_({0}, 'ln')
log2(double) -> double => logarithm_({0}, 'log2')
log10(double) -> double => logarithm_({0}, 'log10')
log(double, double) -> double => (logarithm_({1}, 'ln') / logarithm_({0}, 'ln'))
pow(double, double) -> double => pow({0}, {1})
power(double, double) -> double => pow({0}, {1})
sqrt(double) -> double => square_root({0})
infinity() -> double => CAST('inf' AS DOUBLE)
nan() -> double => CAST('nan' AS DOUBLE)
is_nan(double) -> boolean => isnan({0})
is_infinite(double) -> boolean => isinf({0})
is_finite(double) -> boolean => isfinite({0})
bitwise_and(bigint, bigint) -> bigint => ({0} & {1})
bitwise_or(bigint, bigint) -> bigint => ({0} | {1})
bitwise_xor(bigint, bigint) -> bigint => xor({0}, {1})
bitwise_not(bigint) -> bigint => (~{0})
bit_count(bigint, bigint) -> bigint => bit_count_({0}, {1})
width_bucket(double, double, double, bigint) -> bigint => width_bucket_({0}, {1}, {2}, {3})
width_bucket(double, array(double)) -> bigint => bin_of({0}, {1})
from_base(varchar, bigint) -> bigint => from_base_({0}, {1})
great_circle_distance(double, double, double, double) -> double => great_circle({0}, {1}, {2}, {3})
to_base(bigint, bigint) -> varchar => to_base_({0}, {1})
normal_cdf(double, double, double) -> double => python_normal_cdf({0}, {1}, {2})
inverse_normal_cdf(double, double, double) -> double => python_inverse_normal_cdf({0}, {1}, {2})
beta_cdf(double, double, double) -> double => python_beta_cdf({0}, {1}, {2})
inverse_beta_cdf(double, double, double) -> double => python_inverse_beta_cdf({0}, {1}, {2})
wilson_interval_lower(bigint, bigint, double) -> double => python_wilson_lower({0}, {1}, {2})
wilson_interval_upper(bigint, bigint, double) -> double => python_wilson_upper({0}, {1}, {2})
cosine_similarity(map(varchar, double), map(varchar, double)) -> double => map_cosine({0}, {1})
"""


_SHIFTS = {
    "bitwise_left_shift": "shift_left_",
    "bitwise_right_shift": "shift_right_",
    "bitwise_right_shift_arithmetic": "shift_right_arithmetic_",
}


def register(functions: Functions) -> None:
    """Add the functions of this family."""
    functions.define_all(_RULES)
    functions.builder("abs", "sign")(_same_type)
    functions.builder("ceil", "ceiling", "floor")(_whole)
    functions.builder("round")(_round)
    functions.builder("truncate")(_truncate)
    functions.builder("mod")(_mod)
    functions.builder("random", "rand")(_random)
    functions.builder(*_SHIFTS)(_shift)


def _number(call: Call, index: int = 0) -> Typed:
    value = call.argument(index)
    if value.type.name == "unknown":
        return coerce(value, types.DOUBLE)
    if not value.type.is_numeric:
        raise call.mismatch()
    return value


def _same_type(call: Call) -> Typed:
    if call.count != 1:
        raise call.wrong_count(f"{call.name}(double), {call.name}(bigint), {call.name}(decimal(p,s))")
    value = _number(call)
    if call.name == "sign" and value.type.name == "decimal":
        return Typed(f"CAST(sign({value.sql}) AS DECIMAL(1, 0))", types.decimal(1, 0))
    text = f"{call.name}({value.sql})"
    if call.name == "sign" and value.type.name in ("double", "real"):
        text = f"CASE WHEN isnan({value.sql}) THEN {value.sql} ELSE {text} END"
    return Typed(f"CAST({text} AS {duckdb_type(value.type)})", value.type)


def _whole(call: Call) -> Typed:
    if call.count != 1:
        raise call.wrong_count(f"{call.name}(double), {call.name}(bigint), {call.name}(decimal(p,s))")
    value = _number(call)
    if value.type.is_integer:
        return value
    result = value.type
    if value.type.name == "decimal":
        precision, scale = value.type.parameters
        result = types.decimal(precision - scale + min(scale, 1), 0)
    function = "floor" if call.name == "floor" else "ceil"
    return Typed(f"CAST({function}({value.sql}) AS {duckdb_type(result)})", result)


def _round(call: Call) -> Typed:
    if call.count not in (1, 2):
        raise call.wrong_count("round(double), round(double, bigint), round(decimal(p,s)), round(bigint)")
    value = _number(call)
    digits = call.coerced(1, types.BIGINT).sql if call.count == 2 else "0"
    if value.type.name == "decimal":
        precision, scale = value.type.parameters
        if call.count == 1:
            result = types.decimal(precision - scale + min(scale, 1), 0)
        else:
            result = types.decimal(precision + 1, scale)
        wide = types.decimal(precision + 1, scale)
        text = f"round_decimal({coerce(value, wide).sql}, CAST({digits} AS INTEGER), {scale})"
        return Typed(f"CAST({text} AS {duckdb_type(result)})", result)
    if value.type.is_integer:
        if call.count == 1:
            return value
        return Typed(
            f"CAST(round({value.sql}, CAST({digits} AS INTEGER)) AS {duckdb_type(value.type)})", value.type
        )
    return Typed(
        f"CAST(round_floating({value.sql}, CAST({digits} AS INTEGER)) AS {duckdb_type(value.type)})",
        value.type,
    )


def _truncate(call: Call) -> Typed:
    if call.count not in (1, 2):
        raise call.wrong_count("truncate(double), truncate(decimal(p,s)), truncate(decimal(p,s), bigint)")
    value = _number(call)
    if call.count == 1:
        result = value.type
        if value.type.name == "decimal":
            precision, scale = value.type.parameters
            result = types.decimal(max(precision - scale, 1), 0)
        return Typed(f"CAST(trunc({value.sql}) AS {duckdb_type(result)})", result)
    if value.type.name != "decimal":
        raise call.mismatch()
    digits = call.coerced(1, types.BIGINT).sql
    scale = value.type.parameters[1]
    return Typed(
        f"CAST(truncate_decimal({value.sql}, CAST({digits} AS INTEGER), {scale}) AS {duckdb_type(value.type)})",
        value.type,
    )


def _mod(call: Call) -> Typed:
    from local_aws.athena.sql.operators import arithmetic

    if call.count != 2:
        raise call.wrong_count("mod(bigint, bigint), mod(double, double)")
    return arithmetic("%", call.argument(0), call.argument(1), call.position)


def _random(call: Call) -> Typed:
    """Build a random number: below one, below a bound, or from one bound up to another; of the type of the bounds."""
    if call.count == 0:
        return Typed("random()", types.DOUBLE)
    if call.count > 2 or not all(value.type.is_integer for value in call.arguments()):
        raise call.wrong_count(f"{call.name}(), {call.name}(bigint), {call.name}(bigint, bigint)")
    if call.count == 1:
        bound = call.argument(0)
        return Typed(f"CAST(random_below_({bound.sql}) AS {duckdb_type(bound.type)})", bound.type)
    first, last = call.argument(0), call.argument(1)
    kind = types.common_type(first.type, last.type) or types.BIGINT
    return Typed(f"CAST(random_between_({first.sql}, {last.sql}) AS {duckdb_type(kind)})", kind)


def _shift(call: Call) -> Typed:
    """Build a shift: it has the bits of the type of its first argument."""
    if call.count != 2 or not call.argument(0).type.is_integer:
        raise call.wrong_count(f"{call.name}(bigint, bigint)")
    value, distance = call.argument(0), call.coerced(1, types.BIGINT)
    bits = types.INTEGER_WIDTH[value.type.name] * 8
    text = f"{_SHIFTS[call.name]}(CAST({value.sql} AS BIGINT), {distance.sql}, {bits})"
    return Typed(f"CAST({text} AS {duckdb_type(value.type)})", value.type)
