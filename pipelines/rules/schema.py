"""What rule files and lists.yaml may say, as pydantic records; what the words in them mean is decided elsewhere."""

import re
from collections.abc import Collection
from datetime import timedelta
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    ConfigDict,
    Discriminator,
    Field,
    GetJsonSchemaHandler,
    StringConstraints,
    Tag,
    ValidationInfo,
    WithJsonSchema,
    field_validator,
    model_validator,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from pipelines.desk_files.reading import Day, DeskModel, Duration, Written
from pipelines.desk_files.schema import WORD, Described, one_of, shown, suggest
from pipelines.rules.life_schema import (
    ArticleRecord,
    Language,
    LimitRecord,
    Name,
    StepRecord,
    StoryRecord,
    VolumeRecord,
)
from pipelines.rules.rule import Term
from pipelines.rules.terms import FORMS, Manner, compile_pattern, compile_term
from pipelines.states import TEXT_FIELDS, Outcome, RuleStatus, Severity
from pipelines.states import Field as ArticleField

ID = "[A-Za-z0-9_-]+"
SHORT_FORM = ("any", "and_any", "unless_any", "within_words")
LONG_FORM = ("terms", "when", "unless")
NOT_OF_VOLUME = ("scope", "story", "backfill", "known_false_positives")

ONE_FORM = one_of(
    *("any", "terms when", "volume"),
    **dict.fromkeys(("and_any", "unless_any"), "any"),
    **dict.fromkeys(("when", "unless"), "terms"),
    within_words="and_any",
)
KINDS_OF_TERM = one_of("term", "list", "re", case="!list", accents="!list", forms="term", fuzzy="term")


def _inflected(code: str) -> str:
    if code not in FORMS:
        raise ValueError(f"no word forms are known for `{code}`: write a wildcard, such as peacekeep*")
    return code


class TermRecord(DeskModel):
    """One term: a word or number alone is short for {term: ...}."""

    term: Written | None = None
    list: Name | None = None
    case: Literal["exact", "any"] | None = None
    accents: Literal["exact", "any"] | None = None
    re: Written | None = None
    forms: Annotated[Written, AfterValidator(_inflected), WithJsonSchema({"enum": sorted(FORMS)})] | None = None
    fuzzy: Literal[1, 2] | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_word(cls, value: object) -> object:
        if value is None or isinstance(value, list):
            why = "an empty term; if the word null is meant, put it in quotes"
            raise ValueError(why if value is None else "a list within a list: a term is a word, a phrase or a mapping")
        if isinstance(value, dict):
            cls._refuse_colon(value)
        return value if isinstance(value, dict | TermRecord) else {"term": value}

    @classmethod
    def _refuse_colon(cls, value: dict[str, object]) -> None:
        """YAML reads `Breaking: strike` as a mapping."""
        key, text = next(iter(value.items()), ("", None))
        alone = len(value) == 1 and not isinstance(text, dict | list)
        if alone and key not in cls.model_fields and not suggest(key, cls.model_fields):
            raise ValueError(f'a text with a colon and a space belongs in quotes: "{key}: {_as_text(text)}"')

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        """A word alone, or the mapping."""
        return {"anyOf": [WORD, handler(schema) | KINDS_OF_TERM]}

    @field_validator("re", mode="after")
    @classmethod
    def _pattern(cls, pattern: str | None, info: ValidationInfo) -> str | None:
        if pattern is not None:
            compile_pattern(pattern, _manner(info.data.get("case"), info.data.get("accents")))
        return pattern

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if sum(kind is not None for kind in (self.term, self.list, self.re)) != 1:
            raise ValueError("a term has either `term`, `list` or `re`")
        if self.list is not None and (self.case or self.accents or self.fuzzy or self.forms):
            raise ValueError(
                "`case`, `accents`, `forms` and `fuzzy` belong to the terms of the list, not to {list: ...}"
            )
        if self.re is not None and (self.fuzzy or self.forms):
            raise ValueError("`fuzzy` and `forms` cannot stand with `re`: write what may differ into the pattern")
        if self.term is not None:
            self.compiled()
        return self

    def compiled(self, *, case: str | None = None, accents: str | None = None) -> Term:
        """The term to look for; `case` and `accents` are its group's, where it has none. Raises BadTerm."""
        manner = _manner(self.case or case, self.accents or accents, self.fuzzy, self.forms)
        return compile_term(self.term or "", manner) if self.re is None else compile_pattern(self.re, manner)


def _as_text(value: object) -> str:
    return "" if value is None else shown(value).strip("`")


def _manner(case: str | None, accents: str | None, fuzzy: int | None = None, forms: str | None = None) -> Manner:
    return Manner(
        keep_case=case == "exact",
        keep_accents=accents == "exact",
        fuzzy=fuzzy or 0,
        forms=forms,
        capitals=case != "any",
    )


Terms = Annotated[tuple[TermRecord, ...], Field(min_length=1)]
AnyTerm = Annotated[object, Described(TermRecord)]
Unchecked = Annotated[tuple[AnyTerm, ...], Field(min_length=1)]


def _by_language_or_not(value: object) -> str:
    return "by language" if isinstance(value, dict) else "terms"


class ListRecord(DeskModel):
    """A shared list of lists.yaml; `any` may be sorted by language. Terms are checked one by one, as rules are."""

    about: str | None = None
    any: Annotated[
        Annotated[Unchecked, Tag("terms")] | Annotated[dict[Language, Unchecked], Tag("by language")],
        Discriminator(_by_language_or_not),
    ]
    except_: tuple[AnyTerm, ...] = Field(default=(), alias="except")


class ListsFile(DeskModel):
    """lists.yaml."""

    version: Literal[1]
    lists: dict[str, Annotated[object, Described(ListRecord)]]


class GroupRecord(DeskModel):
    """A named group of terms."""

    @model_validator(mode="before")
    @classmethod
    def _with_any(cls, value: object) -> object:
        if isinstance(value, str | int | float | list):
            raise ValueError(f"expected a mapping, not {shown(value)}: write {{any: [...]}}")
        return value

    any: Terms
    except_: tuple[TermRecord, ...] = Field(default=(), alias="except")
    in_: frozenset[ArticleField] = Field(default=TEXT_FIELDS, alias="in", min_length=1)
    weight: int = 0
    case: Literal["exact", "any"] | None = None
    accents: Literal["exact", "any"] | None = None


class ScopeRecord(DeskModel):
    """Cheap gates, tested first."""

    languages: frozenset[Language] = frozenset()
    feed_tags: frozenset[str] = frozenset()
    not_feed_tags: frozenset[str] = frozenset()
    max_age: Duration = timedelta(hours=48)


class RuleTestRecord(DeskModel):
    """One inline test: an article with what it should give, or a sequence."""

    model_config = ConfigDict(json_schema_extra=one_of("article expect", "sequence"))
    name: str | None = None
    article: ArticleRecord | None = None
    expect: Outcome | None = None
    hits: dict[str, tuple[Written, ...]] = Field(default_factory=dict)
    sequence: tuple[StepRecord, ...] = ()

    @model_validator(mode="after")
    def _one_of(self) -> Self:
        if (self.article is None) == (not self.sequence):
            raise ValueError("a test has either `article` with `expect`, or `sequence`")
        if self.article is not None and self.expect is None:
            raise ValueError("`expect` is missing: match, no_match or partial")
        return self


class RuleRecord(DeskModel):
    """One rule, in the short form, the long one, or a volume of others."""

    model_config = ConfigDict(json_schema_extra=ONE_FORM)
    id: Annotated[str, StringConstraints(pattern=f"^{ID}$")]
    was: str | None = None
    title: str | None = None
    status: RuleStatus = RuleStatus.LIVE
    severity: Severity = Severity.NORMAL
    owner: str | None = None
    labels: dict[str, Written] = Field(default_factory=dict)
    review_by: Day | None = None
    known_false_positives: tuple[str, ...] = ()
    scope: ScopeRecord = ScopeRecord()
    any: Terms | None = None
    and_any: Terms | None = None
    unless_any: Terms | None = None
    within_words: Annotated[int, Field(ge=0)] | None = None
    terms: Annotated[dict[str, GroupRecord], Field(min_length=1)] | None = None
    when: str | None = None
    unless: str | None = None
    volume: VolumeRecord | None = None
    story: StoryRecord = StoryRecord()
    limit: LimitRecord = LimitRecord()
    backfill: Duration = timedelta(0)
    tests: tuple[RuleTestRecord, ...] = ()

    @field_validator("id", mode="before")
    @classmethod
    def _plain_id(cls, value: object) -> object:
        if isinstance(value, str) and not re.fullmatch(ID, value):
            raise ValueError(f"an id has letters (a to z), digits, - and _ only, not {shown(value)}")
        return value

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        wrong = form_fault([key for key in _KEYS_OF_FORMS if getattr(self, key) is not None])
        if wrong:
            raise ValueError(wrong)
        stray = next((key for key in NOT_OF_VOLUME if self.volume and key in self.model_fields_set), None)
        if stray:
            raise ValueError(f"`{stray}` belongs to rules that look into articles; `volume` counts what they found")
        return self


_FORMS = {"short": SHORT_FORM, "long": LONG_FORM, "volume": ("volume",)}
_KEYS_OF_FORMS = tuple(key for keys in _FORMS.values() for key in keys)


def _forms(there: Collection[str]) -> dict[str, list[str]]:
    return {form: found for form, keys in _FORMS.items() if (found := [key for key in keys if key in there])}


def two_forms(there: Collection[str]) -> str | None:
    """Why keys of two forms of rules cannot be there."""
    forms = list(_forms(there).values())
    return f"`{forms[0][0]}` and `{forms[1][0]}` cannot stand together: one rule has one form" if forms[1:] else None


def form_fault(there: Collection[str]) -> str | None:
    """Why a rule with these keys is none of the short form, the long one and a volume."""
    form = next(iter(_forms(there)), None)
    if form is None:
        return "a rule needs `any`, or `terms` with `when`, or `volume`"
    due = {"short": ("any",), "long": ("terms", "when"), "volume": ()}[form]
    missing = next((key for key in due if key not in there), None)
    if missing:
        return two_forms(there) or f"`{missing}` is missing"
    needless = "within_words" in there and "and_any" not in there
    return two_forms(there) or ("`within_words` needs `and_any`" if needless else None)


class RulesFile(DeskModel):
    """A file of rules; each rule is checked by itself, so that one bad rule takes no other down."""

    version: Literal[1]
    rules: tuple[Annotated[object, Described(RuleRecord)], ...]
