"""The sections that can be edited, by their key. Others are shown as what they say."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from slas.editor.section import SectionForm
    from slas.models import Section

SECTIONS: dict[Section, type[SectionForm]] = {}
