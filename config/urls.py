"""Addresses of the site; docs/interface names them, outside users rely on them."""

from django.conf import settings
from django.conf.urls.static import static
from django.urls import include, path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

urlpatterns = [
    path("gestion/", include(wagtailadmin_urls)),
    path("documents/", include(wagtaildocs_urls)),
    *static(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
    path("", include("home.urls")),
    path("", include("sourcing.urls")),
    path("", include("search.urls")),
    path("", include("catalogue.urls")),
    path("", include(wagtail_urls)),
]
