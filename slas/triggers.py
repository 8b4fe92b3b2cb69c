"""Database triggers."""


def set_after_migrate(**kwargs) -> None:
    """Set the triggers of this app after every migrate."""
