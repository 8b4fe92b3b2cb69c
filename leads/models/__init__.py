"""Leads, their journal, their handoffs and clocks."""

from .batch import ImportBatch
from .clock import Clock, TouchedDay
from .handoff import Handoff
from .journal import Entry
from .lead import Lead, Stage

__all__ = ["Clock", "Entry", "Handoff", "ImportBatch", "Lead", "Stage", "TouchedDay"]
