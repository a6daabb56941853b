"""Addresses of the labelling app."""

from django.urls import path

from labelling import views

urlpatterns = [
    path("referentiels/", views.referentials, name="referentials"),
    path("referentiels/<slug:slug>/", views.latest, name="referential"),
    path("referentiels/<slug:slug>/<str:version>/", views.version, name="referential_version"),
]
