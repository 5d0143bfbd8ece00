"""Where things that are told stand on the desk's page, for links in messages."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.states import AlertId, DigestId

if TYPE_CHECKING:
    from pipelines.links import Signer


@dataclass(frozen=True, slots=True)
class Pages:
    """Addresses with what lets their reader in; none without the page's own."""

    base: str | None
    home: Path

    def alert(self, alert_id: AlertId) -> str | None:
        """The address of an alert."""
        return self._signer().alert_link(self.base, alert_id) if self.base else None

    def digest(self, digest_id: DigestId) -> str | None:
        """The address of a digest."""
        return self._signer().digest_link(self.base, digest_id) if self.base else None

    def _signer(self) -> "Signer":
        from pipelines.links import signer_of  # loaded only where there is a link: an idle cycle stays cheap

        return signer_of(self.home)
