"""Addresses of the labelling app."""

from django.urls import include, path

from labelling import views, views_results

urlpatterns = [
    path("espace-editeur/", include("labelling.vendor_space.urls")),
    path("label/", include("labelling.urls_register")),
    path("referentiels/", views.referentials, name="referentials"),
    path("referentiels/<slug:slug>/", views.latest, name="referential"),
    path("referentiels/<slug:slug>/<str:version>/", views.version, name="referential_version"),
    path(
        "referentiels/<slug:slug>/<str:version>/reponses.csv",
        views_results.responses,
        {"kind": "csv"},
        name="responses_csv",
    ),
    path(
        "referentiels/<slug:slug>/<str:version>/reponses.json",
        views_results.responses,
        {"kind": "json"},
        name="responses_json",
    ),
    path(
        "solutions/<slug:slug>/auto-evaluation/",
        views_results.latest_assessment,
        name="latest_assessment",
    ),
    path(
        "solutions/<slug:slug>/auto-evaluation/<slug:referential>/",
        views_results.assessment,
        name="assessment",
    ),
]
