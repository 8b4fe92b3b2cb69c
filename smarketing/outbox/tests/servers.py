"""Real mail servers for tests: each speaks SMTP on a free port and misbehaves in one way."""

import socket
import threading
from collections import Counter
from contextlib import contextmanager
from email import message_from_bytes

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


def free_port() -> int:
    """A port nobody listens on (the server can't be told port 0)."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Inbox:
    """A server that accepts everything. `copies` counts the Message-IDs it took responsibility for."""

    def __init__(self):
        self.messages = []
        self.copies = Counter()
        self.connections = 0

    async def handle_EHLO(self, server, session, envelope, hostname, responses):  # noqa: N802
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        self.keep(envelope)
        return "250 OK"

    def keep(self, envelope):
        message = message_from_bytes(envelope.content)
        message.envelope_to = envelope.rcpt_tos
        self.messages.append(message)
        self.copies[message["Message-ID"]] += 1


class RefusesAddresses(Inbox):
    """Answers `code` to the recipients that `refused` accepts, all the others are welcome."""

    def __init__(self, code, refused=lambda address: True):
        super().__init__()
        self.code, self.refused = code, refused

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.refused(address):
            return f"{self.code} not here"
        envelope.rcpt_tos.append(address)
        return "250 OK"


class RefusesContent(Inbox):
    def __init__(self, code):
        super().__init__()
        self.code = code

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        return f"{self.code} no thanks"


class RefusesSender(Inbox):
    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        return "550 you may not send"


class Breaks(Inbox):
    """Misbehaves `times` times when the command `at` comes, once `good` mails arrived; then behaves.

    `how`: "hang" says nothing for as long as the client waits, "drop" closes the connection. At
    "after" it closes the connection shortly after it accepted a mail.
    """

    def __init__(self, at, how, times=1000, good=0):
        super().__init__()
        self.at, self.how, self.left, self.good = at, how, times, good
        self.misbehaving = threading.Event()

    async def misbehave(self, server, at):
        if self.at != at or self.left <= 0 or len(self.messages) < self.good:
            return
        self.left -= 1
        self.misbehaving.set()
        if self.how == "hang":
            await server.loop.create_future()
        server.transport.abort()

    async def handle_MAIL(self, server, session, envelope, address, options):  # noqa: N802
        await self.misbehave(server, "MAIL")
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        await self.misbehave(server, "RCPT")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        await self.misbehave(server, "DATA")
        if server.transport.is_closing():
            return "250 nobody hears this"
        self.keep(envelope)
        if self.at == "after" and self.left > 0:
            self.left -= 1
            server.loop.call_later(0.05, server.transport.abort)
        return "250 OK"


class DropsWithinData(SMTP):
    """Closes the connection as soon as the content begins to arrive, for the first `left` mails."""

    left = 1000

    async def smtp_DATA(self, arg):  # noqa: N802
        if type(self).left > 0:
            type(self).left -= 1
            await self.push("354 go on")
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


class OurController(Controller):
    smtp_class = SMTP

    def factory(self):
        return self.smtp_class(self.handler, **self.SMTP_kwargs)


@contextmanager
def serving(handler, *, smtp_class=SMTP, **options):
    """Run a server with this handler; yields its port."""
    controller = OurController(handler, hostname="127.0.0.1", port=free_port(), **options)
    controller.smtp_class = smtp_class
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop()
