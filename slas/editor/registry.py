"""The sections that can be edited, by their key. Others are shown as what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

from slas.editor.promises import PromisesForm
from slas.editor.reports import ReportsForm
from slas.editor.scope import ScopeForm
from slas.editor.scoring import ScoringForm
from slas.editor.stages import StagesForm
from slas.editor.time import TimeForm
from slas.editor.windows import WindowsForm
from slas.models import Section

if TYPE_CHECKING:
    from slas.editor.section import SectionForm

SECTIONS: dict[Section, type[SectionForm]] = {
    Section.SCOPE: ScopeForm,
    Section.PROMISES: PromisesForm,
    Section.STAGES: StagesForm,
    Section.SCORING: ScoringForm,
    Section.WINDOWS: WindowsForm,
    Section.TIME: TimeForm,
    Section.REPORTS: ReportsForm,
}
