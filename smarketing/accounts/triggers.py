"""What the database refuses of people, whoever asks: the history of changes is append-only."""

from smarketing.triggers import Guard, register, taken, truncate_guards

TABLE = "accounts_accountchange"
SENTENCE = "Who changed what of a person is history: it is added to, never changed or deleted."


def register_guards() -> None:
    register("accounts", guards())


def guards() -> list[Guard]:
    return [
        Guard(TABLE, "update", "update", SENTENCE),
        Guard(TABLE, "delete", "delete", SENTENCE),
        Guard(TABLE, "replace", "insert", SENTENCE, taken(TABLE), "sqlite"),
        *truncate_guards([TABLE]),
    ]
