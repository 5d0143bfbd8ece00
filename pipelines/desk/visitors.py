"""Who may see and do what on the page, and how a form proves that it is ours."""

import ipaddress
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from starlette.requests import Request

from pipelines.links import FORM_LASTS, Signer
from pipelines.states import AlertId, DigestId

BY_LINK = "a reader with the link"


class Refused(Exception):
    """What is asked for is not given; `status` is HTTP's, the text is for the visitor."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody who was let in."""

    who: str
    only: AlertId | DigestId | None = None
    """The one alert that a link opens; None for whoever may see everything."""


class UsedForms:
    """Forms that were sent, for as long as they could be sent again; safe for threads."""

    def __init__(self) -> None:
        self._sent: dict[str, float] = {}
        self._lock = threading.Lock()

    def first(self, token: str) -> bool:
        """Whether it was not sent before."""
        now = time.monotonic()
        with self._lock:
            while self._sent and next(iter(self._sent.values())) < now - FORM_LASTS:
                del self._sent[next(iter(self._sent))]
            return self._sent.setdefault(token, now) == now


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """Lets visitors in: by a proxy's header, by a signed link, or because the page is served to this machine alone."""

    signer: Signer
    local_user: str | None
    """Who sits at this machine; None where the page is served to others too."""
    header: str | None = None
    """In which a reverse proxy names whom it has let in; it must take out what clients send under that name."""
    used: UsedForms = field(default_factory=UsedForms)

    def visitor(
        self, request: Request, fields: Mapping[str, str], alert_id: AlertId | None, digest_id: DigestId | None = None
    ) -> Visitor:
        """Who asks; raises Refused."""
        named = request.headers.get(self.header) if self.header else None
        if named:
            return Visitor(who=named[:100])
        key = fields.get("key") or request.query_params.get("key")
        if key:
            if alert_id is not None and self.signer.opens(key, alert_id):
                return Visitor(who=BY_LINK, only=alert_id)
            if digest_id is not None and self.signer.opens_digest(key, digest_id):
                return Visitor(who=BY_LINK, only=digest_id)
            raise Refused(403, "This link is not valid any more, or was altered. Newer messages have a newer one.")
        if self.local_user is not None and self.header is None and _is_local(request):
            return Visitor(who=self.local_user)
        raise Refused(403, "Nobody has let you in: open the page from a message's link, or through the desk's login.")

    def check_form(self, request: Request, fields: Mapping[str, str], visitor: Visitor) -> None:
        """Raise Refused unless the form was made by us, for this visitor, and is sent for the first time."""
        if request.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
            raise Refused(403, "The form came from another site.")
        token = fields.get("form", "")
        if not self.signer.is_form_of(token, visitor.who):
            raise Refused(403, "The form is too old, or not ours: reload the page and try again.")
        if not self.used.first(token):
            raise Refused(409, "The form was sent before: what it asked for is done.")


def _is_local(request: Request) -> bool:
    host = request.client.host if request.client else ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
