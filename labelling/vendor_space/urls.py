"""Addresses of a sheet's self-assessments and labels, below `/espace-editeur/`."""

from django.urls import path

from labelling.vendor_space import views, views_answers, views_handover
from labelling.vendor_space.urls_label import label_urls

SHEET = "fiches/<uuid:uid>/auto-evaluation/"
VERSION = f"{SHEET}<slug:referential>/<str:version>/"

urlpatterns = [
    path(SHEET, views.assessments, name="assessments"),
    path(VERSION, views.space, name="assessment_space"),
    path(f"{VERSION}theme/<slug:theme>/", views_answers.theme, name="assessment_theme"),
    path(f"{VERSION}reponse/<str:criterion>/", views_answers.answer, name="assessment_answer"),
    path(f"{VERSION}piece/<str:criterion>/", views_answers.add_piece, name="assessment_piece"),
    path(f"{VERSION}verifier/", views_handover.check, name="assessment_check"),
    path(f"{VERSION}copier/", views.copy, name="assessment_copy"),
    path(f"{VERSION}propositions/", views.proposal, name="assessment_proposal"),
    *label_urls,
]
