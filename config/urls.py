"""Addresses of the site; docs/interface names them, outside users rely on them."""

from django.conf import settings
from django.urls import include, path, re_path
from django.views.static import serve
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

from accounts.urls import admin_entrances

urlpatterns = [
    # Wagtail's own ways in, out and around a forgotten password: before its routes, and instead.
    *admin_entrances,
    path("gestion/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    path("", include("accounts.urls")),
    path("", include("home.urls")),
    path("", include("sourcing.urls")),
    path("", include("search.urls")),
    path("", include("labelling.urls")),
    path("", include("catalogue.urls")),
    path("", include(wagtail_urls)),
]

if settings.SERVE_MEDIA:
    urlpatterns.insert(
        0, re_path(r"^media/(?P<path>.*)$", serve, {"document_root": settings.MEDIA_ROOT})
    )
