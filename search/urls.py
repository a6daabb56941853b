"""Addresses of the search; Wagtail serves the sheets below `/solutions/`."""

from django.urls import path

from search import views

urlpatterns = [
    path("solutions/", views.search, name="search"),
    path("solutions/suggestions", views.suggestions, name="search_suggestions"),
]
