"""Pages of people. Logging in, passwords, invitations and unsubscribing need no account; all else does."""

from smarketing.accounts.views.entry import locked_out

__all__ = ["locked_out"]  # settings name it here
