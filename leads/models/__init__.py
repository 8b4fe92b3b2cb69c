"""Leads, their journal, their handoffs and clocks."""

from .batch import ImportBatch
from .clock import Clock, ClockPause, TouchedDay
from .handoff import Handoff
from .journal import Entry
from .lead import Lead, Stage
from .upload import Upload, UploadedFile

__all__ = [
    "Clock",
    "ClockPause",
    "Entry",
    "Handoff",
    "ImportBatch",
    "Lead",
    "Stage",
    "TouchedDay",
    "Upload",
    "UploadedFile",
]
