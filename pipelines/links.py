"""Signed words: links that let their holder see one alert for a while, and what proves that a form is our own."""

import os
import secrets
from pathlib import Path

from itsdangerous import BadSignature, URLSafeTimedSerializer

from pipelines.errors import SettingsError
from pipelines.states import AlertId, DigestId

LINK_LASTS = 7 * 86_400
"""Seconds: a week later an alert is found by search."""
FORM_LASTS = 12 * 3600
KEY_BYTES = 32


class Signer:
    """Signs and reads; what was altered, signed for something else or is too old is refused."""

    def __init__(self, key: bytes, *, link_lasts: int = LINK_LASTS) -> None:
        """`link_lasts` in seconds."""
        self._key = key
        self._link_lasts = link_lasts

    def alert_link(self, base: str, alert_id: AlertId) -> str:
        """The address of an alert on the page at `base`, which opens that alert alone."""
        return f"{base.rstrip('/')}/A{alert_id}?key={self._serializer('alert').dumps(alert_id)}"

    def digest_link(self, base: str, digest_id: DigestId) -> str:
        """The address of a digest on the page at `base`, which opens that digest alone."""
        return f"{base.rstrip('/')}/digests/{digest_id}?key={self._serializer('digest').dumps(digest_id)}"

    def opens_digest(self, token: str, digest_id: DigestId) -> bool:
        """Whether the token of a link lets its holder see this digest."""
        return self._read("digest", token, self._link_lasts) == digest_id

    def opens(self, token: str, alert_id: AlertId) -> bool:
        """Whether the token of a link lets its holder see this alert."""
        return self._read("alert", token, self._link_lasts) == alert_id

    def form(self, who: str) -> str:
        """A token for one form of this person's, which no other page can know."""
        return str(self._serializer("form").dumps([who, secrets.token_urlsafe(9)]))

    def is_form_of(self, token: str, who: str) -> bool:
        """Whether the form was made for this person."""
        found = self._read("form", token, FORM_LASTS)
        return isinstance(found, list) and found[:1] == [who]

    def _serializer(self, purpose: str) -> URLSafeTimedSerializer:
        return URLSafeTimedSerializer(self._key, salt=f"wirewatch-{purpose}")

    def _read(self, purpose: str, token: str, lasts: int) -> object:
        try:
            return self._serializer(purpose).loads(token, max_age=lasts)
        except BadSignature:
            return None


def signer_of(home: Path) -> Signer:
    """The signer of an installation, by a key that is made at first and read by its owner alone."""
    path = home / "desk.key"
    try:
        home.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            key = path.read_bytes()
        else:
            key = secrets.token_bytes(KEY_BYTES)
            with os.fdopen(handle, "wb") as file:
                file.write(key)
    except OSError as error:
        raise SettingsError(f"{path}: cannot keep the key of the desk's links: {error.strerror or error}") from error
    if len(key) != KEY_BYTES:
        raise SettingsError(f"{path}: not the key of the desk's links; remove it, and links sent so far open no more")
    return Signer(key)
