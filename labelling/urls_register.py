"""Addresses of the public register of labels, below `/label/`."""

from django.urls import path

from labelling import views_award_files as files
from labelling import views_register as views

urlpatterns = [
    path("", views.register, name="register"),
    path("status.json", views.award_status, name="award_status"),
    path("cles.json", files.signing_keys, name="signing_keys"),
    path("emetteur.json", files.label_issuer, name="label_issuer"),
    path("statuts/<slug:purpose>.json", files.status_list, name="status_list"),
    path("statuts/<slug:purpose>.jwt", files.status_list_jwt, name="status_list_jwt"),
    path("<slug:number>/", views.award, name="award"),
    path("<slug:number>/badge.svg", files.badge, name="award_badge"),
    path("<slug:number>/certificat.pdf", files.certificate, name="award_certificate"),
    path("<slug:number>/credential.json", files.credential, name="award_credential"),
    path("<slug:number>/credential.jwt", files.credential_jwt, name="award_jwt"),
]
