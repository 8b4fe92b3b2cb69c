"""The page behind the link of an invitation."""

from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from smarketing.accounts.forms_people import ComeInForm
from smarketing.accounts.invitations import accept, found_by
from smarketing.accounts.limits import WRONG_LINKS, attempt, is_open
from smarketing.accounts.models import Invitation, User
from smarketing.accounts.refusal import Refused
from smarketing.accounts.requests import network_address
from smarketing.accounts.views.entry import too_often
from smarketing.now import this_second


@login_not_required
@never_cache
@sensitive_post_parameters("password", "again")
@require_http_methods(["GET", "HEAD", "POST"])
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Choose name and password, and be in. A link that was used, withdrawn, late or made up: one answer."""
    address, now = network_address(request), this_second()
    if not is_open(WRONG_LINKS, address, now=now):
        return too_often(request, WRONG_LINKS)
    found = found_by(token, now=now)
    if found is None:
        attempt(WRONG_LINKS, address, now=now)
        return render(request, "accounts/invitation_gone.html", status=404)
    known = found.person.name if found.person else ""
    form = ComeInForm(request.POST or None, email=found.email, initial={"name": known})
    if request.method == "POST" and form.is_valid() and (person := _came_in(found, form)):
        login(request, person, backend="django.contrib.auth.backends.ModelBackend")
        return redirect("scoreboard")
    context = {"invitation": found, "form": form}
    return render(request, "accounts/invitation.html", context, status=422 if form.errors else 200)


def _came_in(found: Invitation, form: ComeInForm) -> User | None:
    words = form.cleaned_data
    try:
        return accept(found, name=words["name"], password=words["password"], now=this_second())
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return None
