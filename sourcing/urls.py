"""Addresses of a buyer's work."""

from django.urls import path

from sourcing import views, views_recommendations

urlpatterns = [
    path("comparer/", views.comparison, name="comparison"),
    path("demander/", views_recommendations.recommendation, name="recommendation"),
    path("demander/<uuid:uid>/", views_recommendations.follow, name="recommendation_follow"),
]
