"""Messages of visitors, in Wagtail's admin."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from accounts.models import User
from home.models import ContactMessage
from home.services import EDITORS, MODERATORS
from tests.accounts.signing_in import sign_in_staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(site):
    return ContactMessage.objects.create(
        subject="question", email="agent@exemple.fr", message="Où trouver la licence ?"
    )


def sign_in(client, group):
    user = User.objects.create_user(f"{group}@exemple.fr".lower(), "x", is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    sign_in_staff(client, user)
    return client


def test_nobody_reads_messages_without_signing_in(client, message):
    response = client.get(reverse("messages:index"))
    assert response.url.startswith(reverse("wagtailadmin_login"))


def test_an_editor_reads_no_message(client, message):
    response = sign_in(client, EDITORS).get(reverse("messages:index"))
    assert response.url == reverse("wagtailadmin_home")


def test_a_moderator_marks_a_message_as_handled_and_back(client, message):
    moderator = sign_in(client, MODERATORS)
    address = reverse("messages:edit", args=[message.pk])
    assert "Où trouver la licence ?" in moderator.get(address).content.decode()
    moderator.post(address, {"handled": "on"})
    message.refresh_from_db()
    assert message.handled_at is not None
    moderator.post(address, {})
    message.refresh_from_db()
    assert message.handled_at is None


def test_the_text_of_a_message_cannot_be_altered(client, message):
    address = reverse("messages:edit", args=[message.pk])
    sign_in(client, MODERATORS).post(address, {"message": "Autre chose", "handled": "on"})
    message.refresh_from_db()
    assert message.message == "Où trouver la licence ?"


def test_nobody_writes_or_deletes_a_message(client, message):
    sign_in_staff(client, User.objects.create_superuser("chef@exemple.fr", "x"))
    assert client.get(reverse("messages:add")).status_code == 302
    assert client.post(reverse("messages:delete", args=[message.pk])).status_code == 302
    assert ContactMessage.objects.count() == 1


def test_messages_to_handle_are_told_apart(client, message):
    moderator = sign_in(client, MODERATORS)
    page = moderator.get(reverse("wagtailadmin_home")).content.decode()
    assert "1 message à traiter" in page
    for state, count in (("waiting", 1), ("handled", 0)):
        response = moderator.get(reverse("messages:index"), {"state": state})
        assert len(response.context["object_list"]) == count
