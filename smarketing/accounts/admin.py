"""People in Django's own admin: superusers look, and change nothing there.

Changing people has rules (nobody leaves while something would be left without an owner), which the
pages of the product keep. Passwords and the tokens of mail links are not shown.
"""

from django.contrib import admin
from django.http import HttpRequest

from smarketing.accounts.models import User


@admin.register(User)
class UserAdmin(admin.ModelAdmin):
    list_display = ("name", "email", "side", "role", "is_administrator", "is_active", "last_login")
    list_filter = ("side", "role", "is_administrator", "is_active")
    search_fields = ("name", "email")
    exclude = ("password", "mail_token", "groups", "user_permissions")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False
