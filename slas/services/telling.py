"""Mails about a version: each step on its way to both signatures, to everybody concerned.

Concerned are the managers of both sides, whoever commented on it, and its invited witnesses; nobody is told
of what they did themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

from slas.models import Step
from slas.rules.wording import compare
from slas.rules.words import long_date
from slas.services.letters import Letter, link_to, post, queue_mails
from smarketing.accounts.models import Role, Side, User

if TYPE_CHECKING:
    from datetime import datetime

    from django.db.models import QuerySet

    from slas.models import Comment, Signature, Version, Witness
    from slas.rules.wording import Change

CHANGES_TOLD = 12
COMMENTS_EVERY = 1_800  # seconds
_MANAGERS = Q(role=Role.MANAGER, side__in=list(Side))
_MEMBERS = Q(side__in=list(Side)) & ~Q(role=Role.VIEWER)


def concerned(version: Version, but: User | None = None) -> QuerySet[User]:
    """Who is told of a step of the version, without whoever took it."""
    return _readers(_MANAGERS | _took_part(version), but)


def everybody(version: Version) -> QuerySet[User]:
    """All members of both sides, and who took part in the version."""
    return _readers(_MEMBERS | _took_part(version))


def _took_part(version: Version) -> Q:
    commented = version.comments.values("by")
    return Q(pk__in=commented) | Q(pk__in=version.witnesses.values("user"))


def _readers(who: Q, but: User | None = None) -> QuerySet[User]:
    found = User.objects.active().filter(who).order_by("pk")
    return found if but is None else found.exclude(pk=but.pk)


def tell_proposed(version: Version, by: User, now: datetime) -> None:
    """Ask the managers of the other side than that of `by` to sign, and tell the others concerned; each once
    a version."""
    signers = User.objects.active().managers().filter(side__in=[side for side in Side if side != by.side])
    changes = _changes(version, now)
    context = {
        "version": version,
        "agreement": version.agreement,
        "by": by,
        "changes": changes[:CHANGES_TOLD],
        "more": max(0, len(changes) - CHANGES_TOLD),
        "link": link_to("version_sign", version),
    }
    queue_mails(f"agreement-proposed:{version.pk}", "agreement_proposed", signers, context, now)
    others = concerned(version, but=by).exclude(pk__in=signers.values("pk"))
    letter = Letter(
        subject=f"{by} proposes {_name(version)}",
        headline=f"{by} proposes {_name(version)}, to be in force from {long_date(version.starts_on)}.",
        lines=("Its text is frozen now, and waits for a signature of each side.",),
        link=link_to("version", version),
        button="Read it",
    )
    post(letter, f"agreement-proposed:{version.pk}", others, now)


def tell_signed(version: Version, now: datetime) -> None:
    """Tell all members of both sides, and who took part, that it is signed and from when it holds; each once
    a version."""
    context = {
        "version": version,
        "agreement": version.agreement,
        "signatures": list(version.signatures.exclude(side="")),
        "link": link_to("version", version),
        "moves": not version.signatures.exclude(side="").filter(moves_running=False).exists(),
    }
    queue_mails(f"agreement-signed:{version.pk}", "agreement_signed", everybody(version), context, now)


def tell_signed_by_one(signature: Signature, now: datetime) -> None:
    """Tell those concerned that one side has signed, and that it waits for the other."""
    version, side = signature.version, Side(signature.side)
    other = Side.SALES if side == Side.MARKETING else Side.MARKETING
    letter = Letter(
        subject=f"{signature.name} has signed {_name(version)} for {side.label}",
        headline=f"{signature.name} has signed {_name(version)} for {side.label}.",
        lines=(f"It waits for a manager of {other.label}.",),
        link=link_to("version_sign", version),
        button="See the signatures",
        note="What is in force stays in force until both sides have signed.",
    )
    readers = concerned(version, but=signature.user)
    post(letter, f"agreement-signed-{side.value}:{version.pk}", readers, now)


def tell_closed(version: Version, kind: Step.Kind, by: User, now: datetime, why: str) -> None:
    """Tell those concerned that it was declined or withdrawn, and why."""
    what = "declined" if kind == Step.Kind.DECLINED else "withdrew"
    has = "has declined" if kind == Step.Kind.DECLINED else "has withdrawn"
    letter = Letter(
        subject=f"{by} {has} {_name(version)}",
        headline=f"{by} {has} {_name(version)}.",
        lines=() if why else (f"{by} gave no reason.",),
        quote=why,
        link=link_to("version", version),
        button="Read it",
        note="What is in force stays in force. Managers of both sides can draft another version.",
    )
    post(letter, f"agreement-{what}:{version.pk}", concerned(version, but=by), now)


def tell_comment(comment: Comment, now: datetime) -> None:
    """Tell the managers of the other side, and who commented before; one mail a person and half hour, however
    much is said."""
    version, by = comment.version, comment.by
    managers = Q(role=Role.MANAGER, side__in=[side for side in Side if side != by.side])
    readers = _readers(managers | Q(pk__in=version.comments.values("by")), but=by)
    letter = Letter(
        subject=f"{by} commented on {_name(version)}",
        headline=f"{by} commented on {_name(version)}, “{comment.get_section_display()}”.",
        quote=comment.text,
        link=f"{link_to('version', version)}#c-{comment.section}",
        button="Read and answer",
        note="What is said in the half hour after this comes without another mail.",
    )
    half_hour = int(now.timestamp()) // COMMENTS_EVERY
    post(letter, f"agreement-comment:{version.pk}:{half_hour}", readers, now)


def tell_witness(witness: Witness, now: datetime) -> None:
    """Ask somebody to sign as a witness."""
    version, by = witness.version, witness.invited_by
    letter = Letter(
        subject=f"{by} asks you to witness {_name(version)}",
        headline=f"{by} asks you to sign {_name(version)} as a witness.",
        lines=(
            "You sign that this is the text both sides agree on. Your signature counts for neither side.",
            f"You can sign until it is in force, on {long_date(version.starts_on)}.",
        ),
        link=link_to("version_sign", version),
        button="Read it and sign",
        note="Nobody has to. Without you it comes into force as well.",
    )
    post(letter, f"agreement-witness:{version.pk}", [witness.user], now)


def tell_witnessed(signature: Signature, now: datetime) -> None:
    """Tell those concerned that a witness has signed."""
    version = signature.version
    letter = Letter(
        subject=f"{signature.name} has signed {_name(version)} as a witness",
        headline=f"{signature.name} has signed {_name(version)} as a witness.",
        link=link_to("version", version),
        button="See the signatures",
    )
    key = f"agreement-witnessed:{version.pk}:{signature.user_id}"
    post(letter, key, concerned(version, but=signature.user), now)


def _changes(version: Version, now: datetime) -> list[Change]:
    """What changes against what is in force; nothing for a first version."""
    in_force = version.agreement.version_at(now)
    return compare(in_force.terms(), version.terms()) if in_force else []


def _name(version: Version) -> str:
    return f"version {version.number} of {version.agreement.name}"
