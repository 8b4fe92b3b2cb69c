"""The agreement as rows: what a draft says, who signed it, and the frozen terms everything is judged by.

While a version is a draft its content lives in Commitment, Window, Definition, Persona, ScoreRule and
WorkingTime. Proposing it writes one FrozenTerms row, so that both sides sign the same text; from then on
database triggers (slas/triggers.py) refuse any change to it and to the content it was made from, and the
judge reads FrozenTerms only.
"""

from .agreement import Agreement, Version
from .amendment import Amendment, Closure, EarlyEnd
from .campaign import Campaign
from .content import Commitment, Definition, Persona, ScoreRule, Window, WorkingTime
from .drafting import Comment, DraftSection, DraftVisit, Section, Witness
from .signing import FrozenTerms, Signature, Step

__all__ = [
    "Agreement",
    "Amendment",
    "Campaign",
    "Closure",
    "Comment",
    "Commitment",
    "Definition",
    "DraftSection",
    "DraftVisit",
    "EarlyEnd",
    "FrozenTerms",
    "Persona",
    "ScoreRule",
    "Section",
    "Signature",
    "Step",
    "Version",
    "Window",
    "Witness",
    "WorkingTime",
]
