"""What the desk's files may say, in pydantic's terms, and pydantic's complaints in plain words.

Numbers, booleans and text are never turned into one another: `title: 1915` is an error, and so is `limit: "10"`.
A schema that wants the text as the author wrote it (a term `1915`, a language `no`) asks for `Written`.
"""

import difflib
import math
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Annotated, get_args

from pydantic import BaseModel, BeforeValidator, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, WithJsonSchema
from pydantic.config import JsonDict
from pydantic_core import CoreSchema, ErrorDetails

FEW = 12
"""Names that a message may list: more are not read."""
Loc = Sequence[str | int]
"""Keys and list indexes from the file's root down."""


class BadText(ValueError):
    """A text of a desk file that says nothing usable; `at` is the offset of what is wrong in it, where it is known."""

    def __init__(self, message: str, at: int | None = None) -> None:
        super().__init__(message)
        self.at = at


class WrittenInt(int):
    """A whole number that remembers how it was written."""

    written: str


class WrittenFloat(float):
    """A number that remembers how it was written."""

    written: str


_INT = re.compile(r"-?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,30})?([eE][-+]?[0-9]{1,3})?")


def resolved(text: str) -> str | bool | WrittenInt | WrittenFloat | None:
    """What a text without quotes means in YAML."""
    if text in {"", "~", "null"}:
        return None
    if text in {"true", "false"}:
        return text == "true"
    if _INT.fullmatch(text):
        whole = WrittenInt(text)
        whole.written = text
        return whole
    if _FLOAT.fullmatch(text) and math.isfinite(float(text)):
        number = WrittenFloat(text)
        number.written = text
        return number
    return text


def _as_written(value: object) -> object:
    if isinstance(value, bool):
        return str(value).lower()
    return value.written if isinstance(value, WrittenInt | WrittenFloat) else value


def duration(value: object) -> timedelta:
    """A length of time as people write it: 30s, 5m, 48h, 14d; raises ValueError in words."""
    if isinstance(value, timedelta):
        return value
    found = _DURATION.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        raise ValueError(f"expected a duration such as 30s, 5m, 48h or 14d, not {shown(value)}")
    return timedelta(seconds=int(found[1]) * _SECONDS[found[2]])


def _day(value: object) -> date:
    if isinstance(value, date):
        return value
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise ValueError(f"expected a day such as 2027-03-01, not {shown(value)}")


_DURATION = re.compile(r"([0-9]{1,6})([smhd])")
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

WORD = {"type": ["string", "number", "boolean"]}
"""Text as the author wrote it, in the terms of JSON schemas."""
Written = Annotated[str, BeforeValidator(_as_written), WithJsonSchema(WORD)]
"""Text as the author wrote it, also where YAML reads a number or a boolean."""
Duration = Annotated[
    timedelta, BeforeValidator(duration), WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,6}[smhd]$"})
]
"""A `timedelta` written as 30s, 5m, 48h or 14d."""
Day = Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "pattern": f"^{_DAY.pattern}$"})]
"""A `date` written as 2027-03-01."""


@dataclass(frozen=True, slots=True)
class Described:
    """Stands beside a part that is read later, one record at a time, and says for JSON schemas which that will be."""

    record: type[BaseModel]

    def __get_pydantic_json_schema__(self, _: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, object]:
        """The schema of the record."""
        return self.record.__get_pydantic_json_schema__(self.record.__pydantic_core_schema__, handler)


def _make_scalars_strict(schema: object) -> None:
    if isinstance(schema, dict):
        if schema.get("type") in {"int", "float", "bool"}:
            schema["strict"] = True
        for part in schema.values():
            _make_scalars_strict(part)
    elif isinstance(schema, list | tuple):
        for part in schema:
            _make_scalars_strict(part)


class DeskModel(BaseModel):
    """Base of every record of a desk file: frozen, no unknown keys, no number or boolean out of text."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[BaseModel], handler: GetCoreSchemaHandler) -> CoreSchema:
        """Make the scalars strict, and them only: lists still become tuples, and words enum members."""
        schema = handler(source)
        _make_scalars_strict(schema)
        return schema


def one_of(*ways: str, **needs: str) -> JsonDict:
    """For JSON schemas: of these sets of keys one is there whole, and no other; a key needs others, or `!` forbids."""
    told: JsonDict = {
        key: {"not": {"required": [other[1:]]}} if other.startswith("!") else [other] for key, other in needs.items()
    }
    return {"oneOf": [{"required": [*way.split()]} for way in ways], **({"dependencies": told} if told else {})}


def suggest(word: str, choices: Iterable[str]) -> str:
    """`; did you mean ...?` where a choice comes near, else the empty string."""
    near = difflib.get_close_matches(word, list(choices), n=1, cutoff=0.6)
    return f"; did you mean `{near[0]}`?" if near else ""


def suggest_or_list(word: str, choices: Iterable[str]) -> str:
    """`; did you mean ...?`, else what there is where that is little, else the empty string."""
    known = sorted(choices)
    listed = f"; known: {', '.join(known)}" if 0 < len(known) <= FEW else ""
    return suggest(word, known) or listed


def shown(value: object) -> str:
    """A value of a desk file as a message names it."""
    if value is None:
        return "nothing"
    if isinstance(value, Mapping):
        return "a mapping"
    if isinstance(value, list | tuple):
        return "a list"
    written = str(_as_written(value))
    return f"`{written if len(written) <= 60 else written[:59] + '…'}`"


def in_words(error: ErrorDetails, schema: type[BaseModel]) -> str:
    """A pydantic error as one plain sentence."""
    kind, last = error["type"], str(error["loc"][-1]) if error["loc"] else ""
    if kind == "missing":
        return f"`{last}` is missing"
    if kind == "extra_forbidden":
        return f"unknown key `{last}`{suggest_or_list(last, _keys_at(schema, error['loc'][:-1]))}"
    if kind == "value_error":
        return str(error["ctx"]["error"])
    return _value_in_words(kind, error["input"], error)


def _value_in_words(kind: str, value: object, error: ErrorDetails) -> str:
    written = str(_as_written(value))
    if kind in {"enum", "literal_error"}:
        return _choice_in_words(value, written, str(error["ctx"]["expected"]))
    if kind == "string_type" and isinstance(value, bool | int | float):
        return f'expected text, not {shown(value)}; put it in quotes: "{written}"'
    if kind in _EXPECTED:
        text = "the text " if kind in {"int_type", "float_type", "bool_type"} and isinstance(value, str) else ""
        remedy = f": write [{written}]" if _EXPECTED[kind] == "a list" and isinstance(value, str | int | float) else ""
        return f"expected {_EXPECTED[kind]}, not {text}{shown(value)}{remedy}"
    if kind in {"too_short", "string_too_short"}:
        return "must not be empty"
    if kind in {"greater_than_equal", "greater_than"}:
        limit = error["ctx"]
        least = f"{limit['ge']} or more" if "ge" in limit else f"more than {limit['gt']:g}"
        return f"must be {least}, not {shown(value)}"
    return error["msg"][:1].lower() + error["msg"][1:]


def _choice_in_words(value: object, written: str, expected: str) -> str:
    choices = expected.replace("'", "").replace(" or ", ", ").split(", ")
    if written in choices:
        return f"expected {written}, not the text {shown(value)}: take the quotes off"
    return f"expected one of {', '.join(choices)}, not {shown(value)}{suggest(written, choices)}"


_EXPECTED = {
    "string_type": "text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "dict_type": "a mapping of names to values",
    "mapping_type": "a mapping of names to values",
    "model_type": "a mapping of names to values",
    "model_attributes_type": "a mapping of names to values",
}


def _keys_at(schema: type[BaseModel], loc: Loc) -> set[str]:
    """The keys that the models reachable at `loc` know."""
    models = {schema}
    for part in loc:
        deeper = {
            inner
            for model in models
            for name, field in model.model_fields.items()
            if part in {name, field.alias}
            for inner in _models_in(field.annotation)
        }
        models = deeper or models
    return {field.alias or name for model in models for name, field in model.model_fields.items()}


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in get_args(annotation):
        yield from _models_in(argument)
