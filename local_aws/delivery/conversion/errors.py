"""What can go wrong in a conversion.

    ConversionError
    ├── SchemaError     the Glue table cannot be written; every record of it fails (final)
    ├── FormatError     the DataFormatConversionConfiguration cannot be used (final)
    └── MisfitError     one record does not fit; it goes to the error prefix, the others are written (final)

Error codes and the fixed parts of messages are the ones AWS documents or writes (reference 4.4, 4.5).
"""

from __future__ import annotations

PARSE_ERROR = "DataFormatConversion.ParseError"
MALFORMED_DATA = "DataFormatConversion.MalformedData"
INVALID_RECORD = "DataFormatConversion.InvalidRecord"
INVALID_SCHEMA = "DataFormatConversion.InvalidSchema"
INVALID_TYPE_FORMAT = "DataFormatConversion.InvalidTypeFormat"
NON_EXISTENT_COLUMNS = "DataFormatConversion.NonExistentColumns"
VALIDATION_EXCEPTION = "DataFormatConversion.ValidationException"

DATA_MISMATCH = "Data does not match the schema."
EMPTY_RECORD = "The record was empty or contained only whitespace."
NOT_UTF8 = "The data cannot be decoded as UTF-8."
PRIMITIVE_AT_TOP = (
    "The input JSON contained a primitive at the top level. The top level must be an object or array."
)
ARRAY_AT_TOP = f"{DATA_MISMATCH} A JSON array of documents is not a valid record."
TOO_DEEP = "Data contains a highly nested JSON structure that is not supported."
KEY_TOO_LONG = "Length of json key must not be greater than 262144"
BAD_TIMESTAMP = (
    "Encountered invalid or unsupported timestamp format. "
    "Please see the Firehose developer guide for supported timestamp formats."
)
BAD_DATE = f"{DATA_MISMATCH} Invalid format for one or more dates."


class ConversionError(Exception):
    """Anything this package raises on purpose."""


class SchemaError(ConversionError):
    """The columns of the Glue table cannot be converted to.

    `code` is AWS's error code, `message` AWS's text followed by what was found where.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class FormatError(ConversionError):
    """The conversion settings of a delivery stream are incomplete or contradict each other."""


class MisfitError(ConversionError):
    """One record, or one value of it, does not fit the table.

    `code` and `message` are what the error document of the record carries.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def mismatch(detail: str) -> MisfitError:
    """Make the MalformedData error that most misfits are: AWS's fixed sentence, then the detail."""
    return MisfitError(MALFORMED_DATA, f"{DATA_MISMATCH} {detail}")


def bad_input(text: str) -> MisfitError:
    """Make the error of a text that a number (or boolean) cannot be read from (measured wording)."""
    return mismatch(f'For input string: "{text}"')
