"""What files of labels keep of a person, and what closing their account leaves."""

import json

import pytest
from django.core.serializers.json import DjangoJSONEncoder

from accounts import services
from accounts.export import export_account
from labelling import applying
from labelling.models import (
    ApplicationMessage,
    ConflictOfInterest,
    LabelApplication,
    LabelEvent,
    Note,
    SavedFilter,
)
from labelling.states import ApplicationState
from tests.catalogue.people import person
from tests.labelling.labels import make_application, make_label, make_reviewer, owner_of

pytestmark = pytest.mark.usefixtures("site")


def test_a_copy_holds_what_somebody_wrote_and_nothing_of_others():
    application = make_application(ApplicationState.AWAITING_VENDOR, label=make_label())
    owner, reviewer = owner_of(application.listing), make_reviewer()
    applying.write_message(application=application, by=owner, text="De l'offreur.")
    applying.answer(application=application, by=owner, text="Une réponse.")
    Note.objects.create(application=application, author=reviewer, text="Une note.")

    own = export_account(owner)["dossiers_de_label"]
    assert own["messages"][0]["text"] == "De l'offreur."
    assert own["reponses"][0]["answer"] == "Une réponse."
    assert "Une note." not in json.dumps(own, cls=DjangoJSONEncoder)
    assert export_account(reviewer)["dossiers_de_label"]["notes"][0]["text"] == "Une note."
    assert export_account(person())["dossiers_de_label"] == {}


def test_who_closes_their_account_gives_their_files_back_and_leaves_what_they_wrote():
    reviewer = make_reviewer()
    application = make_application(ApplicationState.UNDER_REVIEW, holder=reviewer)
    done = make_application(ApplicationState.GRANTED, holder=reviewer)
    applying.write_message(application=application, by=reviewer, text="De la mission.")
    SavedFilter.objects.create(user=reviewer, name="Les miens", query="a=1")
    ConflictOfInterest.objects.create(user=reviewer, vendor=make_application().vendor)

    services.close_account(user=reviewer)

    application.refresh_from_db()
    assert (application.holder, application.held_since) == (None, None)
    assert LabelApplication.objects.get(pk=done.pk).holder == reviewer
    assert LabelEvent.objects.get(name="release").actor_id == reviewer.pk
    assert ApplicationMessage.objects.get().author == reviewer
    assert not SavedFilter.objects.exists()
    assert ConflictOfInterest.objects.get().ended_at is not None
