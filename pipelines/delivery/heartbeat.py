"""The word to somebody outside that all is well: a plain GET, or a message by Apprise."""

import asyncio
from collections.abc import Mapping

from pipelines.alerts import Heartbeat, Message, Receiver
from pipelines.errors import FetchError, ReceiverMisconfigured, ReceiverUnavailable, RefusedAddress
from pipelines.protocols import Fetcher, Notifier, Request
from pipelines.states import ReceiverId

WORDS = Message(title="Wirewatch is awake", text="A whole cycle was done, and the hourly test article arrived.")


class Heart:
    """Beats to the address that a variable of `environment` holds; no address is in any error."""

    def __init__(self, environment: Mapping[str, str], fetcher: Fetcher, notifier: Notifier) -> None:
        self._environment = environment
        self._fetcher = fetcher
        self._notifier = notifier

    def beat(self, heartbeat: Heartbeat, *, key: str) -> None:
        """Return once the outside has taken it: a 2xx of the addressed URL, nothing else. Raises DeliveryError."""
        name = heartbeat.url_env
        address = self._environment.get(name, "").strip()
        if not address:
            raise ReceiverMisconfigured(f"heartbeat: the variable {name} is not set")
        if not address.lower().startswith(("http://", "https://")):
            self._notifier.send(Receiver(receiver_id=ReceiverId("heartbeat"), url_env=name), WORDS, key=key)
            return
        try:
            redirected = asyncio.run(self._get(address))
        except RefusedAddress as error:
            advice = f"{error.reason}; list its host in WIREWATCH_ALLOW_HOSTS if it is yours"
            raise ReceiverMisconfigured(f"heartbeat ({name}): {advice}") from None
        except FetchError as error:
            raise ReceiverUnavailable(f"heartbeat ({name}): {error.reason}") from None
        if redirected:
            raise ReceiverMisconfigured(f"heartbeat ({name}): a redirect: the variable must hold the final address")

    async def _get(self, address: str) -> bool:
        """Whether the answer came from elsewhere."""
        async with self._fetcher:
            answer = await self._fetcher.fetch(Request(url=address))
        return answer.redirected
