"""Addresses of people: logging in and out, passwords, invitations, preferences, who is here."""

from django.urls import path

from smarketing.accounts.views import entry, invitation, me, people

urlpatterns = [
    path("login/", entry.LogIn.as_view(), name="login"),
    path("admin/login/", entry.admin_log_in),  # before the admin's own: there is one way in
    path("logout/", entry.LogOut.as_view(), name="logout"),
    path("me/", me.me, name="me"),
    path("me/password/", entry.PasswordChange.as_view(), name="password_change"),
    path("password/", entry.PasswordReset.as_view(), name="password_reset"),
    path("password/sent/", entry.PasswordResetDone.as_view(), name="password_reset_done"),
    path(
        "password/reset/<uidb64>/<token>/",
        entry.PasswordResetConfirm.as_view(),
        name="password_reset_confirm",
    ),
    path("password/done/", entry.PasswordResetComplete.as_view(), name="password_reset_complete"),
    path("unsubscribe/<str:token>/<str:kind>/", me.unsubscribe, name="unsubscribe"),
    path("invitation/<str:token>/", invitation.invitation, name="invitation"),
    path("people/", people.people, name="people"),
    path("people/<int:pk>/", people.person, name="person"),
    path("people/<int:pk>/link/", people.person_link, name="person_link"),
    path("people/<int:pk>/reactivate/", people.person_reactivate, name="person_reactivate"),
    path("people/invitations/<int:pk>/again/", people.invitation_again, name="invitation_again"),
    path("people/invitations/<int:pk>/withdraw/", people.invitation_withdraw, name="invitation_withdraw"),
]
