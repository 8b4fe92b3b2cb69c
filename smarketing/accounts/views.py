"""Pages of people. Logging in, a forgotten password and unsubscribing need no account; all else does."""

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from smarketing.accounts import services
from smarketing.accounts.forms import LogInForm, NewPasswordLinkForm, PreferencesForm
from smarketing.accounts.models import User
from smarketing.accounts.requests import person_of
from smarketing.now import this_second
from smarketing.outbox.models import Kind


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


@method_decorator(login_not_required, name="dispatch")
class PasswordReset(auth.PasswordResetView):
    form_class = NewPasswordLinkForm
    template_name = "accounts/password_reset.html"
    success_url = reverse_lazy("password_reset_done")

    def form_valid(self, form: NewPasswordLinkForm) -> HttpResponse:  # type: ignore[override]
        """Queue the mail. Known and unknown addresses get the same answer, so it tells nothing."""
        services.send_password_links(form, now=this_second())
        return redirect(self.success_url)


@method_decorator(login_not_required, name="dispatch")
class PasswordResetDone(auth.PasswordResetDoneView):
    template_name = "accounts/password_reset_done.html"


@method_decorator(login_not_required, name="dispatch")
class PasswordResetConfirm(auth.PasswordResetConfirmView):
    template_name = "accounts/password_reset_confirm.html"
    success_url = reverse_lazy("password_reset_complete")


@method_decorator(login_not_required, name="dispatch")
class PasswordResetComplete(auth.PasswordResetCompleteView):
    template_name = "accounts/password_reset_complete.html"


class PasswordChange(auth.PasswordChangeView):
    template_name = "accounts/password_change.html"
    success_url = reverse_lazy("me")

    def form_valid(self, form) -> HttpResponse:
        messages.success(self.request, "Your password is changed.")
        return super().form_valid(form)


@require_http_methods(["GET", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """My preferences: name, time zone, mails."""
    person = User.objects.get(pk=person_of(request).pk)  # a copy: a refused form must not change the top bar
    form = PreferencesForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Your preferences are saved.")
        return redirect("me")
    return render(request, "accounts/me.html", {"form": form})


@login_not_required
@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def unsubscribe(request: HttpRequest, token: str, kind: str) -> HttpResponse:
    """Switch one kind of mail off (or, with `undo`, on again) by the link in a mail, without logging in.

    GET only asks, because mail programs open links ahead. POST needs no cookie and no CSRF token: mail
    programs send it themselves (RFC 8058); the token in the address is what it takes.
    """
    reader = User.objects.filter(mail_token=token).first()
    mail = Kind(kind).preference if kind in Kind.values else ""
    if reader is None or not mail:
        raise Http404("This unsubscribe link is not complete. Copy it again from the mail.")
    if request.method == "POST":
        services.choose_mail(reader, mail, wanted="undo" in request.POST)
    context = {
        "reader": reader,
        "kind": Kind(kind),
        "wants": reader.wants(mail),
        "changed": request.method == "POST",
    }
    return render(request, "accounts/unsubscribe.html", context)
