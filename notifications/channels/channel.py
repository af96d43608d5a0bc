"""The port to whatever carries a message: a terminal, a webhook, e-mail, a text message, a call; later Slack."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

from incidents.errors import TocsinError

if TYPE_CHECKING:
    from notifications.message.bundle import Bundle
    from notifications.message.message import Message
    from notifications.queue.delivery import Delivery


class SendFailed(TocsinError):
    """The channel did not take the message.

    `detail` is for the record, which cannot forget it: it says what went wrong in our own words (`HTTP 503`), and
    never repeats what the other side answered. `retry_after` is the rest in seconds that the other side asked for;
    with `whole_channel` it is asked of all that goes over the channel, as a provider or a mail server of ours does.
    `unclear`: it may have been taken all the same, for there was no answer.
    """

    code: ClassVar[str] = "send_failed"

    def __init__(
        self,
        detail: str,
        *,
        retry_after: float | None = None,
        permanent: bool = False,
        whole_channel: bool = False,
        unclear: bool = False,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.retry_after = retry_after
        self.permanent = permanent
        self.whole_channel = whole_channel
        self.unclear = unclear


class Channel(Protocol):
    """Carries messages. It is called by several threads at once, but never twice at once for one destination.

    It may declare how fast it is to be used: `at_once`, `per_second`, `per_lane_seconds` (queue/pace.py).
    """

    name: str

    def send(self, message: Message, delivery: Delivery, address: str) -> None:
        """Send to an address (a URL, a mail address, a number), and return once the other side has taken it.

        A repeated `delivery.id` is the same delivery again: a crash may hide that the first try succeeded. It must
        come back well before the lease of a claim runs out (queue.LEASE). Raises SendFailed.
        """


@runtime_checkable
class Bundling(Protocol):
    """A channel to people, who would rather read several notices at once. Others get each message by itself."""

    def send_bundle(self, bundle: Bundle, address: str) -> None:
        """Send several messages as one, as `send` does. SendFailed: of all of them.

        What has been tried before is never in a bundle, so each delivery of a bundle is new to the other side, unless
        a crash hid that the bundle was sent: its deliveries then come again, each by itself under its own id.
        """
