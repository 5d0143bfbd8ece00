"""What rule files and lists.yaml may say, as pydantic records; what the words in them mean is decided elsewhere."""

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

from pipelines.desk_files import Day, DeskModel, Duration, Written
from pipelines.desk_schema import WORD, Described, one_of
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
        return value if isinstance(value, dict | TermRecord) else {"term": value}

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
    id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$")]
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
        if isinstance(value, str) and not value.replace("-", "").replace("_", "").isalnum():
            raise ValueError(f"an id has letters, digits, - and _ only, not `{value}`")
        return value

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        forms = {key: keys for key, keys in self._forms().items() if keys}
        if len(forms) > 1:
            first, second = (keys[0] for keys in list(forms.values())[:2])
            raise ValueError(f"`{first}` and `{second}` cannot stand together: one rule has one form")
        if not forms:
            raise ValueError("a rule needs `any`, or `terms` with `when`, or `volume`")
        due = {"short": ("any",), "long": ("terms", "when"), "volume": ()}[next(iter(forms))]
        missing = next((key for key in due if getattr(self, key) is None), None)
        if missing:
            raise ValueError(f"`{missing}` is missing")
        if self.within_words is not None and self.and_any is None:
            raise ValueError("`within_words` needs `and_any`")
        stray = next((key for key in NOT_OF_VOLUME if self.volume and key in self.model_fields_set), None)
        if stray:
            raise ValueError(f"`{stray}` belongs to rules that look into articles; `volume` counts what they found")
        return self

    def _forms(self) -> dict[str, list[str]]:
        """The keys of each form that are there."""
        forms = {"short": SHORT_FORM, "long": LONG_FORM, "volume": ("volume",)}
        return {form: [key for key in keys if getattr(self, key) is not None] for form, keys in forms.items()}


class RulesFile(DeskModel):
    """A file of rules; each rule is checked by itself, so that one bad rule takes no other down."""

    version: Literal[1]
    rules: tuple[Annotated[object, Described(RuleRecord)], ...]
