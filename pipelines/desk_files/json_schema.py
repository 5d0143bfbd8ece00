"""JSON schemas of the desk's files, for editors: made from the records that read them, so that the two agree.

They say what can be said without reading the words: keys, types, choices, what must be there and what excludes what.
Names, terms and expressions are for `wirewatch rules check`.
"""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from pipelines.desk_files.hover import HOVER

DRAFT = "http://json-schema.org/draft-07/schema#"
"""The newest that the YAML language server, and with it every editor, reads whole."""


def json_schema(model: type[BaseModel], title: str) -> dict[str, Any]:
    """The schema of a whole file; `title` is what an editor calls it."""
    made = model.model_json_schema(schema_generator=_Generator)
    for part in (made, *made.get("$defs", {}).values()):
        part.pop("title", None)
    return {"$schema": DRAFT, "title": title, **made}


class _Generator(GenerateJsonSchema):
    """Pydantic's schemas with our words in them, and without its own."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """A record's keys, each with what it means; a key that every value of is refused is left out."""
        made = super().model_schema(schema)
        texts = HOVER.get(schema["cls"].__name__, {})
        keys: dict[str, JsonSchemaValue] = made.get("properties", {})
        made["properties"] = {
            name: _described(part, texts.get(name)) for name, part in keys.items() if part.get("type") != "null"
        }
        made.pop("title", None)
        made["description"] = texts.get("") or str(made.get("description", "")).partition("\n")[0]
        return made

    def field_title_should_be_set(self, schema: Any) -> bool:
        """Pydantic's titles only repeat the key."""
        return False

    def nullable_schema(self, schema: core_schema.NullableSchema) -> JsonSchemaValue:
        """What may be left out is left out: an editor should not offer `null`."""
        return self.generate_inner(schema["schema"])

    def dict_schema(self, schema: core_schema.DictSchema) -> JsonSchemaValue:
        """Names with values; where only some names will do, they are told."""
        made = super().dict_schema(schema)
        names = self.generate_inner(schema["keys_schema"]) if "keys_schema" in schema else {}
        return made | ({"propertyNames": names} if "enum" in names else {})

    def set_schema(self, schema: core_schema.SetSchema) -> JsonSchemaValue:
        """A list; that a word stands there twice harms nothing."""
        return _without(super().set_schema(schema), "uniqueItems")

    def frozenset_schema(self, schema: core_schema.FrozenSetSchema) -> JsonSchemaValue:
        """A list; that a word stands there twice harms nothing."""
        return _without(super().frozenset_schema(schema), "uniqueItems")


def _without(made: JsonSchemaValue, *keys: str) -> JsonSchemaValue:
    return {key: part for key, part in made.items() if key not in keys}


def _described(part: JsonSchemaValue, text: str | None) -> JsonSchemaValue:
    """The key's schema with its text; what is the default anyway is for the text to say."""
    bare = _without(part, "default")
    if text is None:
        return bare
    # In draft 7 what stands beside a $ref is not read.
    return {"description": text, "allOf": [bare]} if "$ref" in bare else {"description": text, **bare}
