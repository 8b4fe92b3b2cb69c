"""A signature given in the browser: the password is asked once more, and guessed only a few times."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from slas.services.refusal import Refused
from slas.services.signing import sign
from slas.services.witnessing import refuse_uninvited, sign_as_witness
from smarketing.accounts.limits import Limit, attempt, is_open

if TYPE_CHECKING:
    from datetime import datetime

    from slas.models import Signature, Version
    from smarketing.accounts.models import User

WRONG_PASSWORDS = Limit("signing passwords", 5, timedelta(minutes=15))


class WrongPassword(Refused):
    """It was not the signer's password."""


class TooManyTries(Refused):
    """Wrong passwords too often: whoever sits there has to wait."""


def sign_with_password(
    version: Version,
    user: User,
    side: str,
    *,
    password: str,
    now: datetime,
    address: str,
    moves_running: bool = False,
) -> Signature:
    """`sign`, for whoever knows the password of `user`. WrongPassword and TooManyTries come before everything
    else that `sign` refuses, and sign nothing.
    """
    _check(user, password, now)
    return sign(version, user, side, now=now, address=address, moves_running=moves_running)


def witness_with_password(
    version: Version, user: User, *, password: str, now: datetime, address: str
) -> Signature:
    """`sign_as_witness`, for whoever was invited and knows the password of `user`; refused as above."""
    refuse_uninvited(version, user)
    _check(user, password, now)
    return sign_as_witness(version, user, now=now, address=address)


def _check(user: User, password: str, now: datetime) -> None:
    key = str(user.pk)
    if not is_open(WRONG_PASSWORDS, key, now=now):
        raise TooManyTries(
            f"Too many wrong passwords. Nothing was signed. Try again in {WRONG_PASSWORDS.minutes} minutes."
        )
    if not user.check_password(password):
        attempt(WRONG_PASSWORDS, key, now=now)
        raise WrongPassword("This is not your password. Nothing was signed. Enter the one you log in with.")
