"""Addresses of a buyer's work."""

from django.urls import path

from sourcing import views

urlpatterns = [path("comparer/", views.comparison, name="comparison")]
