"""Staff accounts and roles in the admin: what administrators do, what others may not."""

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse
from wagtail.models import ModelLogEntry

from accounts.models import User
from home.services import EDITORS, MODERATORS
from tests.accounts.conftest import PASSWORD
from tests.accounts.signing_in import add_totp, sign_in_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_once", "site")]


@pytest.fixture
def admin(client, administrator):
    return sign_in_staff(client, administrator)


def form(**fields):
    return {"email": "paul@exemple.fr", "first_name": "Paul", "last_name": "", **fields}


def edit(client, user, **fields):
    data = {"email": user.email or "", "is_active": "on", **fields}
    data = {name: value for name, value in data.items() if value}
    return client.post(reverse("wagtailusers_users:edit", args=[user.pk]), data)


def test_an_administrator_opens_an_account_with_roles_and_the_person_chooses_the_password(
    admin, mailoutbox
):
    group = Group.objects.get(name=MODERATORS)
    data = form(email="Paul@Exemple.fr", is_staff="on", groups=[group.pk])
    admin.post(reverse("wagtailusers_users:add"), data)
    user = User.objects.get(email="paul@exemple.fr")
    assert user.is_staff
    assert list(user.groups.all()) == [group]
    assert not user.has_usable_password()
    (invitation,) = mailoutbox
    assert invitation.to == ["paul@exemple.fr"]
    assert "/compte/mot-de-passe/oubli/" in invitation.body
    client = Client()
    client.post("/compte/mot-de-passe/oubli/", {"email": "paul@exemple.fr"})
    assert mailoutbox[-1].subject.endswith("Choisissez un nouveau mot de passe")


def test_an_address_in_use_is_refused_in_french(admin, person):
    page = admin.post(reverse("wagtailusers_users:add"), form(email="ANA@exemple.fr"))
    assert "sert déjà à un autre compte" in page.content.decode()


def test_an_administrator_changes_address_and_roles(admin, person):
    edit(admin, person, email="ana.b@exemple.fr", is_staff="on")
    person.refresh_from_db()
    assert (person.email, person.is_staff) == ("ana.b@exemple.fr", True)
    address = EmailAddress.objects.get(user=person)
    assert (address.email, address.verified) == ("ana.b@exemple.fr", True)


@pytest.mark.parametrize("screen", ["add", "edit"])
def test_the_screens_show_every_role_that_they_save(admin, administrator, screen):
    address = reverse(f"wagtailusers_users:{screen}", args=[administrator.pk] * (screen == "edit"))
    page = admin.get(address).content.decode()
    assert 'name="is_staff"' in page
    assert 'name="groups"' in page
    assert "password" not in page


def test_the_page_of_ones_preferences_changes_neither_address_nor_password(admin):
    page = admin.get("/gestion/account/").content.decode()
    assert "password" not in page
    assert 'type="email"' not in page


def test_a_suspended_account_is_signed_out_and_stays_out(administrator, signed_in, person):
    admin = sign_in_staff(Client(), administrator)
    edit(admin, person, is_active="")
    assert signed_in.get("/compte/").status_code == 302
    signed_in.post("/compte/connexion/", {"login": person.email, "password": PASSWORD})
    assert signed_in.get("/compte/").status_code == 302


def test_an_account_without_address_is_listed_and_edited(admin):
    user = User.objects.create_user(None, first_name="Sans", last_name="Adresse")
    assert "Sans Adresse" in admin.get(reverse("wagtailusers_users:index")).content.decode()
    assert admin.get(reverse("wagtailusers_users:edit", args=[user.pk])).status_code == 200


def test_deleting_erases_the_person_and_keeps_the_row(admin, person):
    address = reverse("wagtailusers_users:delete", args=[person.pk])
    assert admin.get(address).status_code == 200
    admin.post(address)
    person.refresh_from_db()
    assert (person.email, person.is_active) == (None, False)


def test_deleting_several_does_the_same(admin, person):
    address = reverse("wagtail_bulk_action", args=["accounts", "user", "delete"])
    admin.post(f"{address}?id={person.pk}", {"id": person.pk})
    person.refresh_from_db()
    assert (person.email, person.is_active) == (None, False)


def test_a_second_factor_is_taken_away_with_a_reason(admin, person, administrator, mailoutbox):
    add_totp(person)
    address = reverse("second_factor_reset", args=[person.pk])
    assert address in admin.get(reverse("wagtailusers_users:index")).content.decode()
    assert "Écrivez le motif" in admin.post(address, {"reason": " "}).content.decode()
    assert Authenticator.objects.filter(user=person).exists()
    admin.post(address, {"reason": "Téléphone perdu, vue en visioconférence"})
    assert not Authenticator.objects.filter(user=person).exists()
    assert "Téléphone perdu" in mailoutbox[0].body
    assert ModelLogEntry.objects.filter(user=administrator, object_id=str(person.pk)).exists()


def test_nobody_takes_away_their_own(admin, administrator):
    address = reverse("second_factor_reset", args=[administrator.pk])
    assert address not in admin.get(reverse("wagtailusers_users:index")).content.decode()
    admin.post(address, {"reason": "x"})
    assert Authenticator.objects.filter(user=administrator).exists()


def test_twenty_accounts_cost_no_more_queries_than_two(admin, django_assert_max_num_queries):
    index = reverse("wagtailusers_users:index")
    admin.get(index)
    with django_assert_max_num_queries(80) as few:
        admin.get(index)
    for number in range(18):
        User.objects.create_user(f"compte{number}@exemple.fr", first_name="A")
    with django_assert_max_num_queries(len(few)):
        admin.get(index)


VIEWS = {
    "list": ("wagtailusers_users:index", False),
    "add": ("wagtailusers_users:add", False),
    "edit": ("wagtailusers_users:edit", True),
    "delete": ("wagtailusers_users:delete", True),
    "reset": ("second_factor_reset", True),
    "groups": ("wagtailusers_groups:index", False),
}


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize(
    ("role", "opens"),
    [
        ("anonymous", False),
        ("vendor", False),
        (MODERATORS, False),
        (EDITORS, False),
        ("moderator with the right on accounts", False),
        ("administrator", True),
    ],
)
def test_only_administrators_open_the_screens_of_accounts(role, opens, view, person):
    client = Client()
    if role != "anonymous":
        user = User.objects.create_user("qui@exemple.fr", PASSWORD)
        user.is_superuser = role == "administrator"
        user.is_staff = role != "vendor"
        user.save()
        if role in (MODERATORS, EDITORS):
            user.groups.add(Group.objects.get(name=role))
        if role.startswith("moderator with"):
            user.groups.add(Group.objects.get(name=MODERATORS))
            rights = Permission.objects.filter(content_type__app_label__in=("accounts", "auth"))
            user.user_permissions.set(rights)
        sign_in_staff(client, user)
    name, needs_account = VIEWS[view]
    response = client.get(reverse(name, args=[person.pk] if needs_account else []))
    assert (response.status_code == 200) is opens


def test_a_right_on_accounts_does_not_close_several_at_once(person, administrator):
    user = User.objects.create_user("qui@exemple.fr", PASSWORD, is_staff=True)
    user.user_permissions.set(Permission.objects.all())
    client = sign_in_staff(Client(), user)
    for action in ("delete", "set_active_state", "assign_role"):
        address = reverse("wagtail_bulk_action", args=["accounts", "user", action])
        data = {"id": person.pk, "mark_as_active": "", "role": Group.objects.first().pk}
        client.post(f"{address}?id={person.pk}", data)
    person.refresh_from_db()
    assert (person.email, person.is_active) == ("ana@exemple.fr", True)
    assert not person.groups.exists()
