"""Addresses of people: logging in and out, passwords, preferences, unsubscribing."""

from django.urls import path

from smarketing.accounts import views

urlpatterns = [
    path("login/", views.LogIn.as_view(), name="login"),
    path("admin/login/", views.admin_log_in),  # before the admin's own: there is one way in
    path("logout/", views.LogOut.as_view(), name="logout"),
    path("me/", views.me, name="me"),
    path("me/password/", views.PasswordChange.as_view(), name="password_change"),
    path("password/", views.PasswordReset.as_view(), name="password_reset"),
    path("password/sent/", views.PasswordResetDone.as_view(), name="password_reset_done"),
    path(
        "password/reset/<uidb64>/<token>/",
        views.PasswordResetConfirm.as_view(),
        name="password_reset_confirm",
    ),
    path("password/done/", views.PasswordResetComplete.as_view(), name="password_reset_complete"),
    path("unsubscribe/<str:token>/<str:kind>/", views.unsubscribe, name="unsubscribe"),
]
