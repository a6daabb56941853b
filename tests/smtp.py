"""A mail server on the loopback, which keeps what it receives: mail goes the way it goes for real."""

import socket
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller

from tests.waiting import LONGEST, until


class MailServer(Controller):
    """Takes mail for anybody, on a port that the system chooses."""

    def __init__(self) -> None:
        self.received: list[EmailMessage] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        super().__init__(
            self,
            hostname="127.0.0.1",
            port=self._socket.getsockname()[1],
            ready_timeout=LONGEST,
        )

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self._socket)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Called by aiosmtpd for each message."""
        message = message_from_bytes(envelope.content, policy=policy.default)
        message["X-Envelope-To"] = ", ".join(envelope.rcpt_tos)
        self.received.append(message)
        return "250 Message accepted"

    def to(self, address: str) -> list[EmailMessage]:
        """What somebody received, the oldest first."""
        return [message for message in self.received if message["X-Envelope-To"] == address]

    def wait_for(self, address: str, words: str) -> str:
        """The text of the last message to somebody that says this, once it has arrived."""
        until(lambda: any(words in text_of(message) for message in self.to(address)))
        return next(text for m in reversed(self.to(address)) if words in (text := text_of(m)))


def text_of(message: EmailMessage) -> str:
    """Subject and plain text of a message."""
    part = message.get_body(("plain",))
    lines = part.get_content().splitlines() if part else []
    return "\n".join([message["subject"], "", *lines])
