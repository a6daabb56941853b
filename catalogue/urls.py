"""Addresses of the catalogue that Wagtail does not serve itself."""

from django.urls import include, path

from catalogue import views

urlpatterns = [
    path("espace-editeur/", include("catalogue.vendor_space.urls")),
    path("editeurs/<slug:slug>/", views.vendor_page, name="vendor"),
    path("pieces/<uuid:uid>/", views.evidence, name="evidence"),
]
