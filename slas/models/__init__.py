"""The agreement as rows: what a draft says, who signed it, and the frozen terms everything is judged by.

While a version is a draft its content lives in Commitment, Window, Definition and WorkingTime. Proposing
it writes one FrozenTerms row, so that both sides sign the same text; from then on database triggers
(slas/triggers.py) refuse any change to it and to the content it was made from, and the judge reads
FrozenTerms only.
"""

from .agreement import Agreement, Version
from .amendment import Closure, EarlyEnd
from .content import Commitment, Definition, Window, WorkingTime
from .signing import FrozenTerms, Signature, Step

__all__ = [
    "Agreement",
    "Closure",
    "Commitment",
    "Definition",
    "EarlyEnd",
    "FrozenTerms",
    "Signature",
    "Step",
    "Version",
    "Window",
    "WorkingTime",
]
