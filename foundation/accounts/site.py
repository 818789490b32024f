"""The administrator's own site: reference data and appointments, never a matter of a person.

Only models of this app can be registered, so no app can put tokens, groups or cases there by accident.
"""

from typing import Any

from django.conf import settings
from django.contrib.admin import AdminSite
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

OWN = "accounts"


class House(AdminSite):
    """Open to who holds an administrator's seat at this moment; signing in is the product's own."""

    site_header = site_title = _("Administration")
    index_title = _("People, units and appointments")
    enable_nav_sidebar = False

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """Take models of this app only."""
        several = isinstance(model_or_iterable, list | tuple | set)
        models = model_or_iterable if several else [model_or_iterable]
        super().register([m for m in models if m._meta.app_label == OWN], admin_class, **options)

    def has_permission(self, request: HttpRequest) -> bool:
        """A seat, not a flag."""
        user: Any = request.user
        return bool(user.is_authenticated and user.is_active and user.holds("administrator"))

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The product's sign-in page, or nothing at all for who is signed in without the seat."""
        if request.user.is_authenticated:
            raise Http404
        return redirect_to_login(request.GET.get("next", "/admin/"), settings.LOGIN_URL)
