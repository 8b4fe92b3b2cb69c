"""What was signed, by whom, and the steps that led there."""

from __future__ import annotations

import functools

from django.conf import settings
from django.db import models
from django.db.models import Q

from slas.rules.terms import AgreementTerms
from smarketing.accounts.models import Side

from .agreement import Version


def _json_terms(digest: str, canonical: str) -> AgreementTerms:
    return AgreementTerms.from_canonical(canonical)


# Frozen terms never change, so they are parsed once per process, keyed by their digest.
_parsed_terms = functools.lru_cache(maxsize=256)(_json_terms)


class Signature(models.Model):
    """One person's signature under the frozen terms: who, when, from where, and the hash they signed."""

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="signatures")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="signatures")
    side = models.CharField(max_length=10, choices=Side.choices, blank=True, help_text="Blank for a witness.")
    name = models.CharField(max_length=150)
    email = models.EmailField(max_length=254)
    address = models.CharField(max_length=64, blank=True)
    digest = models.CharField(max_length=64)
    signed_at = models.DateTimeField()
    moves_running = models.BooleanField(
        default=False, help_text="Whether running clocks are to move to this version (rule 11)."
    )

    class Meta:
        ordering = ["signed_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "side"], condition=~Q(side=""), name="signature_side_once"
            ),
            models.UniqueConstraint(fields=["version", "user"], name="signature_user_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name} under {self.version}"


class FrozenTerms(models.Model):
    """What was signed, as one canonical JSON with its SHA-256. Nothing changes it: see slas/triggers.py."""

    version = models.OneToOneField(Version, on_delete=models.PROTECT, related_name="frozen")
    canonical = models.TextField()
    digest = models.CharField(max_length=64)
    frozen_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "frozen terms"

    def __str__(self) -> str:
        return f"Terms {self.digest[:12]}"

    def terms(self) -> AgreementTerms:
        """The signed terms as values (parsed once per process)."""
        return _parsed_terms(self.digest, self.canonical)


class Step(models.Model):
    """One step of a version on its way: who drafted, edited, proposed, declined or withdrew it, and when."""

    class Kind(models.TextChoices):
        DRAFTED = "drafted", "Drafted"
        EDITED = "edited", "Edited"
        PROPOSED = "proposed", "Proposed"
        DECLINED = "declined", "Declined"
        WITHDRAWN = "withdrawn", "Withdrawn"

    version = models.ForeignKey(Version, on_delete=models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    at = models.DateTimeField()
    note = models.TextField(blank=True)

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.version} {self.get_kind_display().lower()}"
