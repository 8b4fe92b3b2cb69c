"""The way in and out: log-in, a forgotten password, a changed one."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator

from smarketing.accounts import services
from smarketing.accounts.forms import LogInForm, NewPasswordLinkForm
from smarketing.accounts.limits import LINKS_ASKED, Limit, attempt
from smarketing.accounts.models import Change, User
from smarketing.accounts.people import note
from smarketing.accounts.requests import network_address, person_of
from smarketing.now import this_second


class LogIn(auth.LoginView):
    authentication_form = LogInForm
    template_name = "accounts/login.html"
    redirect_authenticated_user = True


def admin_log_in(request: HttpRequest) -> HttpResponse:
    """Where Django's admin sends whoever it does not let in: strangers on to our log-in, others away."""
    if person_of(request).is_superuser:
        return redirect("admin:index")
    raise PermissionDenied("Only a superuser of this installation gets into the admin.")


class LogOut(auth.LogoutView):
    """Log out on POST; the next page says so."""


def locked_out(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
    """The answer (429) to whoever tried too many passwords: when to try again, and what else helps."""
    minutes = round(float(settings.AXES_COOLOFF_TIME) * 60)
    return render(request, "accounts/locked.html", {"minutes": minutes}, status=429)


def too_often(request: HttpRequest, limit: Limit) -> HttpResponse:
    """The answer (429) to an address from which a page for strangers was tried too often."""
    return render(request, "accounts/too_often.html", {"limit": limit}, status=429)


@method_decorator(login_not_required, name="dispatch")
class PasswordReset(auth.PasswordResetView):
    form_class = NewPasswordLinkForm
    template_name = "accounts/password_reset.html"
    success_url = reverse_lazy("password_reset_done")

    def form_valid(self, form: NewPasswordLinkForm) -> HttpResponse:  # type: ignore[override]
        """Queue the mail. Known and unknown addresses get the same answer, so it tells nothing."""
        if not attempt(LINKS_ASKED, network_address(self.request), now=this_second()):
            return too_often(self.request, LINKS_ASKED)
        services.send_password_links(form, now=this_second())
        return redirect(self.success_url)


@method_decorator(login_not_required, name="dispatch")
class PasswordResetDone(auth.PasswordResetDoneView):
    template_name = "accounts/password_reset_done.html"


@method_decorator(login_not_required, name="dispatch")
class PasswordResetConfirm(auth.PasswordResetConfirmView):
    template_name = "accounts/password_reset_confirm.html"
    success_url = reverse_lazy("password_reset_complete")

    def form_valid(self, form) -> HttpResponse:
        answer = super().form_valid(form)
        _note_password(form.user)
        return answer


@method_decorator(login_not_required, name="dispatch")
class PasswordResetComplete(auth.PasswordResetCompleteView):
    template_name = "accounts/password_reset_complete.html"


class PasswordChange(auth.PasswordChangeView):
    template_name = "accounts/password_change.html"
    success_url = reverse_lazy("me")

    def form_valid(self, form) -> HttpResponse:
        messages.success(self.request, "Your password is changed.")
        answer = super().form_valid(form)
        _note_password(person_of(self.request))
        return answer


def _note_password(person: User) -> None:
    """When a password was chosen stands in the history; the password nowhere."""
    note(person, Change.PASSWORD, by=person, now=this_second())
