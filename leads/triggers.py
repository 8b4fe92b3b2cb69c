"""What the database refuses of leads, whoever asks: the journal is append-only, a handoff keeps its terms."""

from django.apps import apps

from smarketing.triggers import (
    Guard,
    changed,
    columns_of,
    register,
    taken,
    truncate_guards,
)

# Erasing a person blanks what was written about them and keeps instants and verdicts (product section 7).
ERASABLE = ("note", "by_text", "to_owner_text")


def register_guards() -> None:
    register("leads", guards())


def guards() -> list[Guard]:
    tables = ["leads_entry", "leads_handoff", "leads_behaviour", "leads_termsmove"]
    return [*_entries(), *_handoffs(), *_behaviour(), *_moves(), *truncate_guards(tables)]


def _entries() -> list[Guard]:
    kept = columns_of(apps.get_model("leads", "Entry"), but=("retracted_at", *ERASABLE))
    rewritten = (f"({changed([name])} AND NEW.\"{name}\" <> '')" for name in ERASABLE)
    return [
        Guard(
            "leads_entry",
            "update",
            "update",
            "The journal is append-only: an entry can only be taken back, or its text blanked.",
            f"{changed(kept)} OR {' OR '.join(rewritten)}",
        ),
        Guard(
            "leads_entry",
            "retract",
            "update",
            "An entry is taken back once, and for good.",
            f"OLD.retracted_at IS NOT NULL AND {changed(['retracted_at'])}",
        ),
        Guard("leads_entry", "delete", "delete", "The journal is append-only: no entry is deleted."),
        Guard(
            "leads_entry",
            "replace",
            "insert",
            "The journal is append-only: no entry is replaced.",
            taken("leads_entry"),
            "sqlite",
        ),
    ]


def _handoffs() -> list[Guard]:
    window = ("window_key", "window_why", "matched_on")
    moved = ("moved_at", "moved_to", "moved_window_key")
    derived = ("by", "measured", "measured_since", *window, "rejected_at", "ended_at", *moved)
    kept = columns_of(apps.get_model("leads", "Handoff"), but=derived)
    measured_now = "(NOT OLD.measured AND NEW.measured)"
    return [
        Guard(
            "leads_handoff",
            "update",
            "update",
            "A handoff keeps its lead, its agreement, its version and its instants for good.",
            # a person who leaves is taken off, nobody is put in their place
            f"{changed(kept)} OR ({changed(['by_id'])} AND NEW.by_id IS NOT NULL)",
        ),
        Guard(
            "leads_handoff",
            "window",
            "update",
            "A handoff keeps the window it started under.",
            f"{changed(window)} AND NOT {measured_now}",
        ),
        Guard(
            "leads_handoff",
            "measured",
            "update",
            "A handoff that is measured stays measured.",
            # but for the follow-up that made it so being taken back
            f"(OLD.measured AND NOT NEW.measured AND OLD.measured_since IS NULL) "
            f"OR ({changed(['measured_since'])} AND OLD.measured = NEW.measured)",
        ),
        Guard(
            "leads_handoff",
            "move",
            "update",
            "A clock goes over to other terms only by a move that is written down.",
            f"{changed(['moved_at', 'moved_to_id', 'moved_window_key'])} AND NOT EXISTS "
            "(SELECT 1 FROM leads_termsmove m WHERE m.handoff_id = NEW.id AND m.at = NEW.moved_at "
            "AND m.version_id = NEW.moved_to_id AND m.window_key = NEW.moved_window_key)",
        ),
        Guard("leads_handoff", "delete", "delete", "A handoff is never deleted."),
        Guard(
            "leads_handoff",
            "replace",
            "insert",
            "A handoff is never replaced.",
            taken("leads_handoff"),
            "sqlite",
        ),
    ]


def _behaviour() -> list[Guard]:
    table = "leads_behaviour"
    kept = columns_of(apps.get_model("leads", "Behaviour"), but=("retracted_at", "detail"))
    rewritten = f"({changed(['detail'])} AND NEW.\"detail\" <> '')"
    again = f"(OLD.retracted_at IS NOT NULL AND {changed(['retracted_at'])})"
    sentence = "What a lead did is only added: it can be taken back once, or its detail blanked."
    return [
        Guard(table, "update", "update", sentence, f"{changed(kept)} OR {rewritten} OR {again}"),
        Guard(table, "delete", "delete", sentence),
        Guard(table, "replace", "insert", sentence, taken(table), "sqlite"),
    ]


def _moves() -> list[Guard]:
    table = "leads_termsmove"
    sentence = "Which terms held from when is history: it never changes."
    return [
        Guard(table, "update", "update", sentence),
        Guard(table, "delete", "delete", sentence),
        Guard(table, "replace", "insert", sentence, taken(table, ("handoff_id", "version_id")), "sqlite"),
    ]
