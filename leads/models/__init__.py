"""Leads, their journal, their handoffs and clocks."""

from .batch import ImportBatch
from .behaviour import Behaviour, Rescored, ScoreLine
from .clock import Clock, ClockPause, TouchedDay
from .handoff import Handoff, TermsMove
from .journal import Entry
from .lead import Lead, Stage
from .upload import Upload, UploadedFile

__all__ = [
    "Behaviour",
    "Clock",
    "ClockPause",
    "Entry",
    "Handoff",
    "ImportBatch",
    "Lead",
    "Rescored",
    "ScoreLine",
    "Stage",
    "TermsMove",
    "TouchedDay",
    "Upload",
    "UploadedFile",
]
