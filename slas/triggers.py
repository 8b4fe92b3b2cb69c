"""What the database refuses of an agreement, whoever asks: what was frozen and signed never changes."""

from django.apps import apps

from smarketing.triggers import (
    Guard,
    changed,
    columns_of,
    lift_before_migrate,
    register,
    set_after_migrate,
    taken,
    truncate_guards,
)

__all__ = ["guards", "lift_before_migrate", "register_guards", "set_after_migrate"]

FROZEN = "What was signed never changes. Write a new version."
CONTENT = ("Commitment", "Window", "Definition", "Persona", "ScoreRule", "WorkingTime")


def register_guards() -> None:
    register("slas", guards())


def guards() -> list[Guard]:
    """All guards of this app, made from its models: a field added to one is guarded by itself."""
    found = [*_frozen_terms(), *_signatures(), *_versions(), *_agreements(), *_closures()]
    for name in CONTENT:
        found += _content(name)
    found += [*_append_only("Step"), *_append_only("EarlyEnd", ("version_id", "ends_at"))]
    found += [*_append_only("Witness", ("version_id", "user_id")), *_amendments(), *_comments()]
    tables = dict.fromkeys(guard.table for guard in found)
    return [*found, *truncate_guards(tables)]


def _table(name: str) -> str:
    return apps.get_model("slas", name)._meta.db_table


def _is_frozen(version: str) -> str:
    return f"EXISTS (SELECT 1 FROM slas_frozenterms f WHERE f.version_id = {version})"


def _append_only(name: str, *unique: tuple[str, ...]) -> list[Guard]:
    table, words = _table(name), apps.get_model("slas", name)._meta.verbose_name_plural
    sentence = f"{str(words).capitalize()} never change. {FROZEN}"
    return [
        Guard(table, "update", "update", sentence),
        Guard(table, "delete", "delete", sentence),
        Guard(table, "replace", "insert", sentence, taken(table, *unique), "sqlite"),
    ]


def _frozen_terms() -> list[Guard]:
    is_draft = "EXISTS (SELECT 1 FROM slas_version v WHERE v.id = NEW.version_id AND v.status = 'draft')"
    return [
        *_append_only("FrozenTerms", ("version_id",)),
        Guard("slas_frozenterms", "draft", "insert", "Only a draft is frozen.", f"NOT {is_draft}"),
    ]


def _signatures() -> list[Guard]:
    same_text = (
        "EXISTS (SELECT 1 FROM slas_frozenterms f JOIN slas_version v ON v.id = f.version_id "
        "WHERE f.version_id = NEW.version_id AND f.digest = NEW.digest "
        "AND v.status IN ('proposed', 'signed'))"
    )
    sentence = "A signature names the hash of the proposed text. This one names another."
    return [
        *_append_only("Signature", ("version_id", "side"), ("version_id", "user_id")),
        Guard("slas_signature", "digest", "insert", sentence, f"NOT {same_text}"),
    ]


def _content(name: str) -> list[Guard]:
    """Rows of a version may change until it is frozen, and never move to another row's id."""
    table = _table(name)
    old, new = _is_frozen('OLD."version_id"'), _is_frozen('NEW."version_id"')
    replaced = (
        f"EXISTS (SELECT 1 FROM {table} there WHERE there.id = NEW.id AND {_is_frozen('there.version_id')})"
    )
    return [
        Guard(table, "insert", "insert", FROZEN, new),
        Guard(table, "update", "update", FROZEN, f"{old} OR {new} OR {changed(['id'])}"),
        Guard(table, "delete", "delete", FROZEN, old),
        Guard(table, "replace", "insert", FROZEN, replaced, "sqlite"),
    ]


def _versions() -> list[Guard]:
    model = apps.get_model("slas", "Version")
    content = changed(columns_of(model, but=("status", "in_force_at", "ended_at", "clocks_moved_at")))
    is_frozen = _is_frozen('OLD."id"')
    status = changed(["status"])
    signatures = (
        "(SELECT count(DISTINCT s.side) FROM slas_signature s WHERE s.version_id = NEW.id AND s.side <> '')"
    )
    return [
        Guard(
            "slas_version",
            "begin",
            "insert",
            "A version begins as a draft.",
            "NEW.status <> 'draft' OR NEW.in_force_at IS NOT NULL OR NEW.ended_at IS NOT NULL",
        ),
        Guard(
            "slas_version",
            "replace",
            "insert",
            FROZEN,
            taken("slas_version", ("agreement_id", "number"), ("agreement_id", "in_force_at")),
            "sqlite",
        ),
        Guard(
            "slas_version", "content", "update", FROZEN, f"({is_frozen} AND {content}) OR {changed(['id'])}"
        ),
        Guard("slas_version", "delete", "delete", FROZEN, is_frozen),
        Guard(
            "slas_version",
            "status",
            "update",
            "The status of a version goes one way: draft, proposed, then signed, declined or withdrawn.",
            f"{status} AND NOT ((OLD.status = 'draft' AND NEW.status IN ('proposed', 'withdrawn')) OR "
            "(OLD.status = 'proposed' AND NEW.status IN ('signed', 'declined', 'withdrawn')))",
        ),
        Guard(
            "slas_version",
            "signed",
            "update",
            "A version is signed only with frozen terms and a signature of each side.",
            f"{status} AND NEW.status = 'signed' AND NOT ({_is_frozen('NEW.id')} AND {signatures} = 2)",
        ),
        Guard(
            "slas_version",
            "proposed",
            "update",
            "A version is proposed with its terms frozen.",
            f"{status} AND NEW.status = 'proposed' AND NOT {_is_frozen('NEW.id')}",
        ),
        Guard(
            "slas_version",
            "start",
            "update",
            "A signed version keeps its start.",
            f"OLD.in_force_at IS NOT NULL AND {changed(['in_force_at'])}",
        ),
        Guard(
            "slas_version",
            "moved",
            "update",
            "When the running clocks went over to a version is written once, after it was signed.",
            f"{changed(['clocks_moved_at'])} AND (OLD.clocks_moved_at IS NOT NULL OR OLD.status <> 'signed')",
        ),
        Guard("slas_version", "end", "update", _END, f"OLD.status = 'signed' AND {_end_refused()}"),
    ]


_END = (
    "A signed version ends earlier only when a signed version follows it, or when both sides agreed on an "
    "early end."
)


def _end_refused() -> str:
    follows = (
        "EXISTS (SELECT 1 FROM slas_version v WHERE v.agreement_id = NEW.agreement_id AND v.id <> NEW.id "
        "AND v.status = 'signed' AND v.in_force_at = NEW.ended_at)"
    )
    agreed = "EXISTS (SELECT 1 FROM slas_earlyend e WHERE e.version_id = NEW.id AND e.ends_at = NEW.ended_at)"
    earlier = "NEW.ended_at IS NOT NULL AND (OLD.ended_at IS NULL OR NEW.ended_at < OLD.ended_at)"
    return f"{changed(['ended_at'])} AND NOT ({earlier} AND ({follows} OR {agreed}))"


def _agreements() -> list[Guard]:
    """The frozen text carries slug and name, so a rename would make it speak of something else."""
    is_frozen = (
        "EXISTS (SELECT 1 FROM slas_frozenterms f JOIN slas_version v ON v.id = f.version_id "
        "WHERE v.agreement_id = OLD.id)"
    )
    sentence = "The agreement is signed under its name and address. Both stay."
    there = is_frozen.replace("OLD.id", "there.id")
    same = f"there.id = NEW.id OR (there.slug = NEW.slug AND {there})"
    replaced = f"EXISTS (SELECT 1 FROM slas_agreement there WHERE {same})"
    renamed = changed(["slug", "name", "recorded_at"])
    return [
        Guard(
            "slas_agreement", "name", "update", sentence, f"({is_frozen} AND {renamed}) OR {changed(['id'])}"
        ),
        Guard("slas_agreement", "delete", "delete", FROZEN, is_frozen),
        Guard("slas_agreement", "replace", "insert", sentence, replaced, "sqlite"),
    ]


def _closures() -> list[Guard]:
    model = apps.get_model("slas", "Closure")
    other = changed(columns_of(model, but=("retracted_at",)))
    again = f"OLD.retracted_at IS NOT NULL AND {changed(['retracted_at'])}"
    sentence = "A closure stays as it was confirmed; it can only be retracted, once."
    standing = (
        "EXISTS (SELECT 1 FROM slas_closure there WHERE there.id = NEW.id OR "
        "(there.agreement_id = NEW.agreement_id AND there.date = NEW.date AND there.retracted_at IS NULL "
        "AND NEW.retracted_at IS NULL))"
    )
    return [
        Guard("slas_closure", "update", "update", sentence, f"{other} OR ({again})"),
        Guard("slas_closure", "delete", "delete", sentence),
        Guard("slas_closure", "replace", "insert", sentence, standing, "sqlite"),
    ]


def _amendments() -> list[Guard]:
    table = "slas_amendment"
    decided = ("decision", "decided_by", "decided_at", "reason")
    other = changed(columns_of(apps.get_model("slas", "Amendment"), but=decided))
    sentence = "What a side asked for stays as it was asked, and is decided once."
    return [
        Guard(table, "update", "update", sentence, f"{other} OR OLD.decision <> ''"),
        Guard(table, "delete", "delete", sentence),
        Guard(table, "replace", "insert", sentence, taken(table), "sqlite"),
    ]


def _comments() -> list[Guard]:
    table = "slas_comment"
    other = changed(columns_of(apps.get_model("slas", "Comment"), but=("settled_at", "settled_by")))
    sentence = "What was said about a draft stays as it was said."
    return [
        Guard(table, "update", "update", sentence, other),
        Guard(table, "delete", "delete", sentence),
        Guard(table, "replace", "insert", sentence, taken(table), "sqlite"),
    ]
