"""Addresses of the site's frame: contact, ranking, probes, and what machines read."""

from django.contrib.sitemaps import views as sitemap_views
from django.urls import path

from home import probes, views
from home.sitemaps import SITEMAPS

urlpatterns = [
    path("classement/", views.ranking, name="ranking"),
    path("contact/", views.contact, name="contact"),
    path("contact/merci/", views.contact_sent, name="contact_sent"),
    path("plan-du-site/", views.site_map, name="site_map"),
    path("sitemap.xml", sitemap_views.index, {"sitemaps": SITEMAPS}, name="sitemap"),
    path(
        "sitemap-<section>.xml",
        sitemap_views.sitemap,
        {"sitemaps": SITEMAPS},
        name="django.contrib.sitemaps.views.sitemap",
    ),
    path("robots.txt", views.robots, name="robots"),
    path(".well-known/security.txt", views.security_txt, name="security_txt"),
    path("healthz", probes.healthz, name="healthz"),
    path("readyz", probes.readyz, name="readyz"),
    path("metrics", probes.metrics, name="metrics"),
]
