"""Talking to the mail server: one connection a run, what a failure means, and how a row becomes a message."""

import contextlib
import smtplib
from dataclasses import dataclass

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend

from smarketing.outbox.models import Mail

REASON_LENGTH = 500


@dataclass(frozen=True)
class Refusal(Exception):
    """A mail that could not be handed to the server.

    `reason`: a sentence for the outbox page. `permanent`: trying again is of no use.
    `transport`: the connection failed rather than this mail. `unreachable`: there was none at all.
    """

    reason: str
    permanent: bool = False
    transport: bool = False
    unreachable: bool = False


class PostOffice:
    """One connection to the mail server, opened when first needed and again after it broke."""

    def __init__(self) -> None:
        self._connection: BaseEmailBackend | None = None

    def send(self, mail: Mail) -> None:
        """Hand `mail` to the server; returning means that the server accepted it. Refusal otherwise."""
        try:
            message = message_of(mail)
            message.message()  # what can't be written as a mail shows here, before the server is asked
        except (ValueError, UnicodeError) as error:
            raise Refusal(f"The mail can’t be written: {_short(error)}", permanent=True) from error
        connection = self._open()
        try:
            connection.send_messages([message])
        except (smtplib.SMTPException, OSError) as error:
            refusal = refusal_of(error)
            if refusal.transport:
                self.close()
            raise refusal from error

    def _open(self) -> BaseEmailBackend:
        if self._connection is None:
            connection = get_connection(fail_silently=False)
            try:
                connection.open()
            except (smtplib.SMTPException, OSError) as error:
                reason = refusal_of(error).reason
                raise Refusal(reason, transport=True, unreachable=True) from error
            self._connection = connection
        return self._connection

    def close(self) -> None:
        """Say goodbye; a server that no longer listens is no error, what it accepted stays accepted."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(smtplib.SMTPException, OSError):
                connection.close()


def message_of(mail: Mail) -> EmailMultiAlternatives:
    """The message of a row, the same at every attempt: same Message-ID, same words."""
    headers = {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"}
    if mail.unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message = EmailMultiAlternatives(
        mail.subject, mail.body_text, settings.DEFAULT_FROM_EMAIL, [mail.to_email], headers=headers
    )
    if mail.body_html:
        message.attach_alternative(mail.body_html, "text/html")
    return message


def refusal_of(error: Exception) -> Refusal:
    """What an error of smtplib or the network means for the mail that met it.

    A 5xx answer to the recipient or to the content is about this mail and final; a 4xx is not final.
    Everything else (log-in, sender, a broken or silent connection) may work at the next attempt.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, text = next(iter(error.recipients.values()))
        return Refusal(
            f"The mail server refused the address: {_answer(code, text)}", code >= 500, code == 421
        )
    if isinstance(error, smtplib.SMTPDataError):
        said = _answer(error.smtp_code, error.smtp_error)
        return Refusal(
            f"The mail server refused the mail: {said}", error.smtp_code >= 500, error.smtp_code == 421
        )
    if isinstance(error, smtplib.SMTPResponseException):
        said = _answer(error.smtp_code, error.smtp_error)
        return Refusal(f"The mail server refused us: {said}", transport=True)
    if isinstance(error, TimeoutError) or "timed out" in str(error):
        return Refusal("The mail server did not answer in time.", transport=True)
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return Refusal(f"The mail server closed the connection: {_short(error)}", transport=True)
    return Refusal(f"The mail server can’t be reached: {_short(error)}", transport=True)


def _answer(code: int, text: bytes | str) -> str:
    said = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    return _short(f"{code} {said}")


def _short(reason: object) -> str:
    return " ".join(str(reason).split())[:REASON_LENGTH]
