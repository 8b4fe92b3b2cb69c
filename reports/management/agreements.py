"""The `--agreement SLUG` of our commands."""

from slas.models import Agreement
from smarketing.commands import HouseCommand


def agreement_argument(command: HouseCommand, slug: str | None) -> Agreement | None:
    """The agreement of this slug, None for no slug; ends the command with exit code 2 where there is none, or
    where nothing of it was signed yet."""
    if slug is None:
        return None
    agreement = Agreement.objects.filter(slug=slug).first()
    if agreement is None:
        known = ", ".join(Agreement.objects.values_list("slug", flat=True)) or "none yet"
        command.fail_usage(f"There is no agreement “{slug}”. Those there are: {known}.")
    if not agreement.versions_signed().exists():
        command.fail_usage(f"No version of {slug} has been signed yet, so there is nothing to check.")
    return agreement
