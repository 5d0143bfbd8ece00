"""What feeds.yaml may say, line by line; what no single line shows is checked in `feeds_file`."""

import re
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from pipelines.desk_files.schema import DeskModel, Duration, Written, shown, suggest
from pipelines.feed_options import FeedOptions
from pipelines.ingest.channels import channel
from pipelines.ingest.language import language_code
from pipelines.ingest.urls import canonical_url
from pipelines.states import SourceKind

SHORTEST, LONGEST = timedelta(seconds=30), timedelta(days=30)
_MAX_HEADER = 4_000  # characters; servers take headers of 8 kB in all
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}", re.ASCII)
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}", re.ASCII)
_OURS = frozenset(
    re.findall(
        r"[\w-]+",
        "accept-encoding connection content-length content-type expect host if-modified-since if-none-match"
        " keep-alive proxy-authorization range te trailer transfer-encoding upgrade",
    )
)
_SECRET = re.compile(r"authori[sz]ation|cookie|token|secret|password|(?:^|[-_])key", re.IGNORECASE)


def _id(value: str) -> str:
    if not re.fullmatch(r"[\w][\w.-]{0,99}", value, re.ASCII):
        raise ValueError(f"expected an id of letters, digits, `-`, `_` and `.`, not {shown(value)}")
    return value


def _address(value: str) -> str:
    if canonical_url(value) is None:
        raise ValueError(f"expected an http or https address, not {shown(value)}")
    if "@" in value.split("//", 1)[-1].split("/", 1)[0]:
        raise ValueError("an address with a user name or password does not belong here")
    return value


def _language(value: str) -> str:
    code = language_code(value)
    if code is None:
        raise ValueError(f"expected a language such as en, ru or hy, not {shown(value)}")
    return code


def _interval(value: timedelta) -> timedelta:
    if not SHORTEST <= value <= LONGEST:
        raise ValueError("expected an interval from 30s to 30d")
    return value


def _kind(value: object) -> object:
    if value not in set(SourceKind):
        *some, last = SourceKind
        raise ValueError(
            f"kind {shown(value)} is not read: {', '.join(some)} and {last} are{suggest(str(value), SourceKind)}"
        )
    return value


def _sendable(value: str) -> str:
    if not value.isprintable() or not value.isascii() or not value.strip() or len(value) > _MAX_HEADER:
        raise ValueError(f"expected printable ASCII of 1 to {_MAX_HEADER:,} characters")
    return value


def _header(name: str) -> str:
    if not _HEADER.fullmatch(name):
        raise ValueError(f"expected the name of a header, not {shown(name)}")
    if name.lower() in _OURS:
        raise ValueError(f"the header {name} is set by the fetcher alone")
    if name.lower() == "user-agent":
        raise ValueError("the user agent has a key of its own: `user_agent`")
    return name


def _open_header(name: str) -> str:
    if _SECRET.search(name):
        raise ValueError(f"{name} holds a secret: put its value into the environment and the NAME under `headers_env`")
    return _header(name)


def _variable(value: str) -> str:
    if not _VARIABLE.fullmatch(value):
        raise ValueError("expected the NAME of an environment variable, such as OUTLET_TOKEN, not its value")
    return value


def _pattern(value: str) -> str:
    from pipelines.ingest.link_pattern import link_pattern  # loaded where there is one

    link_pattern(value)
    return value


Id = Annotated[Written, AfterValidator(_id)]
Tag = Annotated[Written, Field(min_length=1)]
Selector = Annotated[Written, Field(min_length=1, max_length=500)]
Sendable = Annotated[Written, AfterValidator(_sendable)]


class OutletLine(DeskModel):
    """An entry under `outlets`: whose text it is; several feeds of one outlet are one carrier."""

    title: Written | None = Field(default=None, description="How messages name it; its id where this is missing.")
    country: Written | None = Field(default=None, description="Two letters, such as am.")
    tags: tuple[Tag, ...] = Field(default=(), description="Tags of all its articles; rules select by them.")


class FeedLine(DeskModel):
    """An item under `feeds`: an address that is watched."""

    id: Id = Field(description="Its name for rules, commands and messages; letters, digits, `-`, `_` and `.`.")
    url: Annotated[str, AfterValidator(_address)] = Field(description="The feed, sitemap, page or t.me/s/NAME.")
    outlet: Written | None = Field(
        default=None, description="An id under `outlets`; without one, the domain of each article."
    )
    kind: Annotated[SourceKind, BeforeValidator(_kind)] = Field(
        default=SourceKind.AUTO, description="How the answer is read; auto tells feeds, sitemaps and channels apart."
    )
    language: Annotated[Written, AfterValidator(_language)] | None = Field(
        default=None, description="Of its articles, such as en or hy; found out from each text where missing."
    )
    every: Annotated[Duration, AfterValidator(_interval)] | None = Field(
        default=None, description="How often it is asked at most, from 30s to 30d."
    )
    tags: tuple[Tag, ...] = Field(default=(), description="Tags of its articles, beside those of the outlet.")
    backfill: Duration | None = Field(
        default=None, description="Entries this old at the first poll may still raise alerts; by default none."
    )
    user_agent: Sendable | None = Field(default=None, description="Sent instead of ours, for the pages too.")
    headers: dict[Annotated[str, AfterValidator(_open_header)], Sendable] = Field(
        default_factory=dict, description="Further headers of each request; secrets belong under `headers_env`."
    )
    headers_env: dict[Annotated[str, AfterValidator(_header)], Annotated[Written, AfterValidator(_variable)]] = Field(
        default_factory=dict, description="Headers with the NAME of the environment variable that holds each value."
    )
    keep: tuple[Selector, ...] = Field(
        default=(), description="CSS selectors of the article's text on its page; nothing else is then read."
    )
    drop: tuple[Selector, ...] = Field(default=(), description="CSS selectors of what is no part of the text.")
    links: Annotated[Written, AfterValidator(_pattern)] | None = Field(
        default=None, description="For `kind: page`: which links lead to articles, as a pattern in RE2's syntax."
    )
    full_text: bool = Field(
        default=True, description="false where the feed's own words are enough and no page is fetched."
    )
    note: Written | None = Field(default=None, description="For people only.")

    @model_validator(mode="after")
    def _kind_and_links(self) -> "FeedLine":
        if self.kind is SourceKind.PAGE and self.links is None:
            raise ValueError("`kind: page` needs `links`: a pattern that the addresses of articles meet")
        if self.links is not None and self.kind is not SourceKind.PAGE:
            raise ValueError("`links` is for `kind: page` alone")
        if self.kind is SourceKind.TELEGRAM and channel(self.url) is None:
            raise ValueError(f"expected the address of a channel, such as https://t.me/s/NAME, not {shown(self.url)}")
        return self

    @model_validator(mode="after")
    def _one_value_a_header(self) -> "FeedLine":
        twice = {name.lower() for name in self.headers} & {name.lower() for name in self.headers_env}
        if twice:
            raise ValueError(f"header {min(twice)} is under `headers` and under `headers_env`")
        return self

    @property
    def channel(self) -> str | None:
        """The Telegram channel that the line means, whose posts are whole articles."""
        return channel(self.url) if self.kind in {SourceKind.AUTO, SourceKind.TELEGRAM} else None

    @property
    def options(self) -> FeedOptions:
        """What the line says beyond its address."""
        return FeedOptions(
            user_agent=self.user_agent,
            headers=tuple(sorted(self.headers.items())),
            secret_headers=tuple(sorted(self.headers_env.items())),
            keep=self.keep,
            drop=self.drop,
            full_text=self.full_text and self.channel is None,
            links=self.links,
        )


class FeedsFile(DeskModel):
    """The whole of feeds.yaml."""

    version: Literal[1]
    outlets: dict[Id, OutletLine] = Field(default_factory=dict, description="Whose texts they are, by id.")
    feeds: tuple[FeedLine, ...]
    """Required, though it may be empty: a file half written must not read as one without feeds."""
