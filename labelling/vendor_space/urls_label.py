"""Addresses of a sheet's labels and of their files, below `/espace-editeur/`."""

from django.urls import path

from labelling.vendor_space import (
    views_label,
    views_label_appeal,
    views_label_apply,
    views_label_replies,
)

SHEET = "fiches/<uuid:uid>/label/"
FILE = "demandes-de-label/<uuid:uid>/"

label_urls = [
    path(SHEET, views_label.labels, name="labels"),
    path(f"{SHEET}<slug:label>/", views_label_apply.apply, name="label_apply"),
    path(FILE, views_label.file, name="label_file"),
    path(f"{FILE}deposer/", views_label_apply.deposit, name="label_submit"),
    path(f"{FILE}renouveler/", views_label_apply.renew, name="label_renew"),
    path(f"{FILE}retirer/", views_label_appeal.withdraw, name="label_withdraw"),
    path(f"{FILE}repondre/", views_label_replies.answer, name="label_answer"),
    path(f"{FILE}message/", views_label_replies.message, name="label_message"),
    path(f"{FILE}lettres/<uuid:letter>/", views_label.letter, name="label_letter"),
    path(f"{FILE}preavis/", views_label_replies.notice, name="label_notice"),
    path(f"{FILE}reserves/<int:pk>/", views_label_replies.reservation, name="label_reservation"),
    path(f"{FILE}recours/", views_label_appeal.appeal, name="label_appeal"),
]
