"""A lead: a person Marketing found, and how far they have come."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower

from slas.models import Agreement


class Stage(models.TextChoices):
    """Stages in their order, then the side exits."""

    LEAD = "lead", "Lead"
    MQL = "mql", "MQL"
    ACCEPTED = "accepted", "Accepted"
    SQL = "sql", "SQL"
    OPPORTUNITY = "opportunity", "Opportunity"
    CUSTOMER = "customer", "Customer"
    RECYCLED = "recycled", "Recycled"
    DISQUALIFIED = "disqualified", "Disqualified"
    LOST = "lost", "Lost"


# The column that keeps the first arrival at each stage; the journal is the truth behind it.
ARRIVAL_FIELDS = {
    Stage.LEAD: "created_at",
    Stage.MQL: "mql_at",
    Stage.ACCEPTED: "accepted_at",
    Stage.SQL: "sql_at",
    Stage.OPPORTUNITY: "opportunity_at",
    Stage.CUSTOMER: "customer_at",
}


class LeadQuerySet(models.QuerySet["Lead"]):
    def of(self, agreement: Agreement) -> LeadQuerySet:
        return self.filter(agreement=agreement)

    def won_before_first_contact(self) -> LeadQuerySet:
        """Leads whose dates contradict each other: customers before they were leads. Kept, and flagged."""
        return self.filter(customer_at__lt=F("created_at"))


class Lead(models.Model):
    """One person (or company contact). Instants of stages are first arrivals (when they happened)."""

    agreement = models.ForeignKey(
        Agreement, null=True, blank=True, on_delete=models.PROTECT, related_name="leads"
    )
    agreement_why = models.CharField(
        max_length=300, blank=True, help_text="Why it is this agreement, or none, in a sentence."
    )
    external_id = models.CharField(max_length=200, blank=True)
    email = models.EmailField(max_length=254, blank=True)
    first_name = models.CharField(max_length=150, blank=True)
    last_name = models.CharField(max_length=150, blank=True)
    company = models.CharField(max_length=200, blank=True)
    job_title = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=100, blank=True)
    industry = models.CharField(max_length=100, blank=True)
    employees = models.PositiveIntegerField(null=True, blank=True, help_text="How many work at the company.")
    phone = models.CharField(max_length=60, blank=True)
    source = models.CharField(max_length=200, blank=True)
    campaign = models.CharField(max_length=200, blank=True)
    extra = models.JSONField(default=dict, blank=True, help_text="Columns of an import that map to no field.")

    # Who holds it now: a person here, or the text of somebody we do not know.
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="leads"
    )
    owner_text = models.CharField(max_length=200, blank=True)

    stage = models.CharField(max_length=15, choices=Stage.choices, default=Stage.LEAD)
    created_at = models.DateTimeField(help_text="When the lead came to be, wherever that was.")
    mql_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    sql_at = models.DateTimeField(null=True, blank=True)
    opportunity_at = models.DateTimeField(null=True, blank=True)
    customer_at = models.DateTimeField(null=True, blank=True)
    lost_at = models.DateTimeField(null=True, blank=True)
    amount = models.DecimalField(max_digits=16, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)

    recorded_at = models.DateTimeField(help_text="When it was first recorded here.")
    batch = models.ForeignKey(
        "leads.ImportBatch", null=True, blank=True, on_delete=models.PROTECT, related_name="leads"
    )

    objects: ClassVar[models.Manager[Lead]] = LeadQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "external_id"],
                condition=~Q(external_id="") & Q(agreement__isnull=False),
                name="lead_external_id_once",
            ),
            models.UniqueConstraint(
                fields=["external_id"],
                condition=~Q(external_id="") & Q(agreement__isnull=True),
                name="lead_external_id_once_no_agreement",
            ),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="lead_stage_known"),
            models.CheckConstraint(condition=Q(owner=None) | Q(owner_text=""), name="lead_one_owner"),
            models.CheckConstraint(
                condition=Q(amount=None) | ~Q(currency=""), name="lead_amount_has_currency"
            ),
        ]
        indexes = [
            models.Index(F("agreement"), Lower("email"), name="lead_email"),
            models.Index(fields=["agreement", "created_at"], name="lead_created"),
            models.Index(fields=["agreement", "mql_at"], name="lead_mql"),
            models.Index(fields=["agreement", "customer_at"], name="lead_customer"),
            models.Index(fields=["-created_at", "-id"], name="lead_newest"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What to call the lead: name, else e-mail, else company, else its id elsewhere, else its number."""
        full = f"{self.first_name} {self.last_name}".strip()
        return full or self.email or self.company or self.external_id or f"Lead {self.pk}"

    @property
    def is_won_before_first_contact(self) -> bool:
        return self.customer_at is not None and self.customer_at < self.created_at
