"""Templates filled in, in a sandbox and within a bound; the only file that imports the template engine."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, wraps
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from jinja2 import Environment
    from jinja2.ext import Extension

T = TypeVar("T")

LONGEST = 1_000_000
"""Characters of one text: a hundred alerts in one mail have a tenth of it."""
WIDEST = 10_000
"""The largest number that may go into a call or a filter: `center(999999999)` would take a gigabyte."""
TURNS = 10_000
"""What all the ranges of one text may count together."""
UNSAFE_FILTERS = frozenset({"safe", "urlize", "xmlattr"})
"""Each would let words from outside be more than words."""


@dataclass(frozen=True, slots=True)
class TemplateFault:
    """Why a template cannot be used: its file, the line, and the reason in words."""

    file: Path
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


class TemplateRefused(Exception):
    """A template of a desk's that cannot be filled in."""

    def __init__(self, fault: TemplateFault) -> None:
        super().__init__(str(fault))
        self.fault = fault


def fill(folder: Path, name: str, **values: object) -> str:
    """The template of `folder` filled in; what ends in .html is escaped, and a value that is missing is an error."""
    return "".join(_bounded_text(_our_environment(folder), name, values)).strip()


@dataclass(slots=True)
class Templates:
    """Our templates, and a desk's of the same names before them; safe for threads."""

    ours: Path
    desks: Path | None = None
    faults: dict[str, TemplateFault] = field(default_factory=dict)
    """By the name of the template that was to be filled in: why the desk's did not serve the last time."""
    filled: set[str] = field(default_factory=set)
    _environment: "Environment | None" = None
    """Made once for this object: what a desk has changed since is read by the next."""

    def fill(self, name: str, **values: object) -> str:
        """The desk's template filled in where it has one that can be; else ours."""
        if self.desks is None or not self.desks.is_dir():
            self.filled.add(name)
            return fill(self.ours, name, **values)
        try:
            text = self.fill_desks(name, **values)
        except TemplateRefused as refused:
            self.faults[name] = refused.fault
            return fill(self.ours, name, **values)
        self.filled.add(name)
        return text

    def fill_desks(self, name: str, **values: object) -> str:
        """As `fill`, but raises TemplateRefused where the desk's own will not do."""
        text = self._tried(name, lambda environment: "".join(_bounded_text(environment, name, values)).strip())
        if not text:
            raise TemplateRefused(TemplateFault((self.desks or self.ours) / name, 1, "gives an empty text"))
        return text

    def read_desks(self, name: str) -> None:
        """Raise TemplateRefused where the desk's template is not written as one."""
        self._tried(name, lambda environment: environment.get_template(name))

    def _tried(self, name: str, done: "Callable[[Environment], T]") -> T:
        from jinja2 import TemplateError

        self._environment = self._environment or _made(self.ours, self.desks)
        try:
            return done(self._environment)
        except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, AttributeError) as error:
            raise TemplateRefused(self._fault(error, name)) from error
        except (RuntimeError, MemoryError, OSError) as error:
            raise TemplateRefused(self._fault(error, name)) from error

    def _fault(self, error: Exception, name: str) -> TemplateFault:
        """Where in the desk's files it happened, as near as can be told."""
        from jinja2 import TemplateNotFound

        desks = self.desks or self.ours
        file, line = getattr(error, "filename", None), getattr(error, "lineno", None)
        if line is None:
            file, line = _place(error.__traceback__, desks) or (str(desks / name), 1)
        text = " ".join(str(getattr(error, "message", None) or error).split())
        if isinstance(error, TemplateNotFound):
            text = f"there is no template `{error.name}`"
        if isinstance(error, RecursionError):
            text = "goes on into itself without end"
        text = _OBJECT.sub(r"no `\2` is known of a \1", text)
        return TemplateFault(Path(file or desks / name), line, text or type(error).__name__)


_OBJECT = re.compile(r"'(?:[\w.]*\.)?(\w+) object' has no attribute '(\w+)'")


def _place(trace: TracebackType | None, folder: Path) -> tuple[str, int] | None:
    """The last line of a file of the folder's that was at work."""
    found = None
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if Path(file).parent == folder:
            found = file, trace.tb_lineno
        trace = trace.tb_next
    return found


def _bounded_text(environment: "Environment", name: str, values: dict[str, object]) -> list[str]:
    from jinja2.exceptions import SecurityError

    parts, length = [], 0
    for part in environment.get_template(name).generate(range=_counting(), **values):
        parts.append(part)
        length += len(part)
        if length > LONGEST:
            raise SecurityError(f"gives more than {LONGEST:,} characters")
    return parts


def _counting() -> Callable[..., range]:
    """`range`, for as many turns as one text may take."""
    from jinja2.exceptions import SecurityError

    left = [TURNS]

    def counted(*bounds: int) -> range:
        found = range(*bounds)
        left[0] -= len(found)
        if left[0] < 0:
            raise SecurityError(f"counts further than {TURNS:,}")
        return found

    return counted


@lru_cache
def _our_environment(ours: Path) -> "Environment":
    return _made(ours, None)


def _made(ours: Path, desks: Path | None) -> "Environment":
    from jinja2 import ChoiceLoader, FileSystemLoader, PrefixLoader, StrictUndefined

    both = FileSystemLoader([desks, ours] if desks else ours)
    environment = _sandbox()(
        loader=ChoiceLoader([both, PrefixLoader({"ours": FileSystemLoader(ours)})]),
        autoescape=lambda name: bool(name and name.endswith(".html")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=[_always_escaped()],
    )
    kept = {name: made for name, made in environment.filters.items() if name not in UNSAFE_FILTERS}
    environment.filters = {name: _bounded(made) for name, made in kept.items()}
    return environment


def _sandbox() -> "type[Environment]":
    from jinja2.exceptions import SecurityError
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Bounded(ImmutableSandboxedEnvironment):
        intercepted_binops = frozenset({"*", "**", "%"})

        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            _small((left, right), {})
            if isinstance(left, str | list | tuple) or isinstance(right, str | list | tuple):
                raise SecurityError(f"`{operator}` is for numbers alone")
            if operator == "**":
                raise SecurityError("`**` makes numbers too large for a text")
            return super().call_binop(context, operator, left, right)

        def call(__self, __context: Any, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805  # Jinja's names
            if getattr(__obj, "__name__", "") in ("format", "format_map"):
                raise SecurityError("a format's widths have no bound: use the filter `format`")
            _small(args, kwargs)
            return super().call(__context, __obj, *args, **kwargs)

    return Bounded


def _always_escaped() -> "type[Extension]":
    from jinja2.exceptions import TemplateSyntaxError
    from jinja2.ext import Extension

    class AlwaysEscaped(Extension):
        """No block of a template may let words from outside be more than words."""

        def filter_stream(self, stream: Any) -> Any:
            before = ""
            for token in stream:
                if before == "block_begin" and token.value == "autoescape":
                    raise TemplateSyntaxError("what is escaped stays so", token.lineno, stream.name, stream.filename)
                before = token.type
                yield token

    return AlwaysEscaped


def _bounded(function: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(function)
    def within(*args: Any, **kwargs: Any) -> Any:
        _small(args, kwargs)
        return function(*args, **kwargs)

    return within


def _small(args: Sequence[object], kwargs: Mapping[str, object]) -> None:
    """Refuse what would make a text of a gigabyte: a large number, or one as a width in a format."""
    from jinja2.exceptions import SecurityError

    for one in (*args, *kwargs.values()):
        if isinstance(one, int | float) and abs(one) > WIDEST:
            raise SecurityError(f"no number above {WIDEST:,} may go into a call, a filter or a sum")
        if isinstance(one, str) and _WIDE.search(one):
            raise SecurityError(f"no width above {WIDEST:,} may stand in a format")


_WIDE = re.compile(r"%[-+ #0]*\d{5,}")
