"""The page as a web application: addresses to handlers, refusals, and the headers that keep others' code out."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, ExceptionHandler, Message, Receive, Scope, Send

from pipelines.desk.actions import ACTIONS
from pipelines.desk.desk import Asked, Desk, refusal
from pipelines.desk.pages import PAGES
from pipelines.desk.visitors import Refused
from pipelines.errors import StoreError, WirewatchError
from pipelines.states import AlertId

STATIC = Path(__file__).parent / "static"
OPEN_METRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
LARGEST_FORM = 256 << 10
LARGEST_NUMBER = (1 << 63) - 1
"""Of a row; a database is not asked for more."""
HEADERS = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
}

LOG = logging.getLogger("uvicorn.error")
UNANSWERED = (
    "The database does not answer. Alerts wait and are not lost. Try again in a minute; where it stays so, tell "
    "whoever runs Wirewatch: `wirewatch status` and the desk page's log have the rest."
)
BROKEN = (
    "This page met an error of its own. See whether what you asked for is done before you ask again, and tell whoever "
    "runs Wirewatch: the desk page's log has the rest."
)


def desk_app(desk: Desk, hosts: Sequence[str], metrics: Callable[[], str] | None = None) -> Starlette:
    """The application; only requests for one of `hosts` are answered, whoever points a name at this machine.

    `metrics` gives the numbers for Prometheus, to whom the door lets in.
    """
    routes = [Route(path, _getting(desk, page)) for path, page in PAGES.items()]
    routes += [Route(path, _posting(desk, action), methods=["POST"]) for path, action in ACTIONS.items()]
    if metrics is not None:
        routes.append(Route("/metrics", _numbers(desk, metrics)))
    trusted = Middleware(TrustedHostMiddleware, allowed_hosts=list(hosts), www_redirect=False)
    static = Mount("/static", StaticFiles(directory=STATIC))
    told: dict[Any, ExceptionHandler] = {404: _nowhere, Exception: _broken}
    return Starlette(routes=[*routes, static], middleware=[Middleware(_Headers), trusted], exception_handlers=told)


async def _nowhere(_: Request, __: Exception) -> Response:
    return _refused("There is no such page.", 404)


async def _broken(_: Request, __: Exception) -> Response:
    """What nobody foresaw; the server logs it whole, after this answer."""
    answer = _refused(BROKEN, 500)
    answer.headers.update(HEADERS)  # it is answered outside of what adds them
    return answer


def _refused(text: str, status: int) -> Response:
    return HTMLResponse(refusal(text, status), status)


Endpoint = Callable[[Request], Awaitable[Response]]


def _getting(desk: Desk, page: Callable[[Desk, Asked], str]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return await run_in_threadpool(_answered, lambda: HTMLResponse(page(desk, _asked(desk, request))))

    return endpoint


def _numbers(desk: Desk, metrics: Callable[[], str]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        def numbers() -> Response:
            _asked(desk, request)
            return Response(metrics(), media_type=OPEN_METRICS)

        return await run_in_threadpool(_answered, numbers)

    return endpoint


def _posting(desk: Desk, action: Callable[[Desk, Asked], str]) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        fields = await _fields(request)

        def perform() -> Response:
            if fields is None:
                raise Refused(413, "The form is too long.")
            asked = _asked(desk, request, fields)
            desk.door.check_form(request, fields, asked.visitor)
            told = action(desk, asked)
            return RedirectResponse(told, 303) if told.startswith("/") else HTMLResponse(told)

        return await run_in_threadpool(_answered, perform)

    return endpoint


def _answered(perform: Callable[[], Response]) -> Response:
    """The answer, or one that says why there is none."""
    try:
        return perform()
    except Refused as error:
        return _refused(str(error), error.status)
    except StoreError as error:
        LOG.error("%s", error)  # whose path or address is not for every reader
        return _refused(UNANSWERED, 503)
    except WirewatchError as error:
        return _refused(str(error), 400)


def _asked(desk: Desk, request: Request, fields: dict[str, str] | None = None) -> Asked:
    if any(isinstance(number, int) and number > LARGEST_NUMBER for number in request.path_params.values()):
        raise Refused(404, "There is nothing of that number.")
    number = request.path_params.get("alert_id")
    alert_id = None if number is None else AlertId(number)
    visitor = desk.door.visitor(request, fields or {}, alert_id, request.path_params.get("digest_id"))
    if visitor.only is not None and visitor.only not in {alert_id, request.path_params.get("digest_id")}:
        raise Refused(403, "A link opens its own alert or digest alone.")
    return Asked(visitor=visitor, path=request.path_params, query=dict(request.query_params), fields=fields or {})


async def _fields(request: Request) -> dict[str, str] | None:
    """The fields of a form; None where it is too long to be read."""
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_FORM:
            return None
    return dict(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


class _Headers:
    """Adds our headers to every answer; files of ours may be kept for an hour."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        kept = {"cache-control": "max-age=3600"} if scope.get("path", "").startswith("/static/") else {}
        headers = [(name.encode(), value.encode()) for name, value in {**HEADERS, **kept}.items()]

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *headers]
            await send(message)

        await self._app(scope, receive, with_headers)
