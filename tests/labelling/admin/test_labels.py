"""« Labels »: data that administrators edit, with levels, and that files outlive."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from accounts.models import User
from catalogue.models import Reason
from labelling.models import CriterionReview, Label, LabelLevel
from tests.accounts.signing_in import sign_in_staff
from tests.labelling.labels import make_application, make_label

pytestmark = pytest.mark.usefixtures("site")
COLUMNS = (
    "name description service decided_by legal_basis confidence remedies silence_effect "
    "validity_months review_days answer_days silence_months deemed_days appeal_months notice_days "
    "reservation_days withdrawal_months"
).split()


@pytest.fixture
def label():
    return make_label()


@pytest.fixture
def admin(client):
    user = User.objects.create_user("cheffe@mission.example", "x", is_staff=True)
    codenames = ("access_admin", "add_label", "change_label", "delete_label", "view_label")
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    return sign_in_staff(client, user)


def typed(label, **changed):
    """The form as it stands, but for what is changed; levels by their rank."""
    levels = list(label.levels.all())
    data = {name: getattr(label, name) for name in COLUMNS}
    data |= {"valid_from": "2026-01-01", "valid_to": ""}
    data |= {"levels-TOTAL_FORMS": len(levels) + 2, "levels-INITIAL_FORMS": len(levels)}
    for rank, level in enumerate(levels):
        row = {name: getattr(level, name) for name in ("code", "name", "description", "position")}
        row |= {"id": level.pk, "label": label.pk, "least_percent": level.least_percent}
        data |= {f"levels-{rank}-{name}": value for name, value in row.items()}
    for rank in (len(levels), len(levels) + 1):
        data |= {f"levels-{rank}-position": 0, f"levels-{rank}-least_percent": 0}
    return data | changed


def edit(admin, label, **changed):
    address = reverse("labels:edit", args=[label.pk])
    return admin.post(address, typed(label, **changed), follow=True)


def test_an_administrator_edits_deadlines_and_levels(admin, label):
    page = admin.get(reverse("labels:edit", args=[label.pk])).content.decode()
    assert "garde les règles du jour de son dépôt" in page
    assert "Ne s&#x27;arrête que pour une pièce manquante" in page

    new = {"position": 2, "code": "excellence", "name": "Excellence", "least_percent": 95}
    more = {f"levels-2-{name}": value for name, value in new.items()}
    edit(admin, label, review_days=45, **{"levels-1-least_percent": 75}, **more)

    label.refresh_from_db()
    assert label.review_days == 45
    assert [one.least_percent for one in label.levels.all()] == [0, 75, 95]


def test_what_running_files_were_promised_stays(admin, label):
    application = make_application(label=label)
    edit(admin, label, review_days=5)
    application.refresh_from_db()
    assert application.terms.review_days == 60


def test_the_address_and_the_referential_are_set_once(admin, label):
    other = make_label()
    edit(admin, label, slug="autre", referential=other.referential_id)
    label.refresh_from_db()
    assert label.slug != "autre"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"review_days": 0}, "supérieure ou égale à 1"),
        ({"valid_to": "2025-01-01"}, "La fin vient après le début."),
        ({"levels-0-DELETE": "on", "levels-1-DELETE": "on"}, "au moins un niveau"),
        ({"levels-1-least_percent": 150}, "inférieure ou égale à 100"),
        ({"levels-1-code": "essentiel"}, "données en double"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_typed_stays(admin, label, changed, said):
    answer = edit(admin, label, name="Nom en cours", **changed)
    assert said in answer.content.decode()
    assert "Nom en cours" in answer.content.decode()
    label.refresh_from_db()
    assert label.name == "Label d'essai"
    assert label.levels.count() == 2


def test_a_level_that_a_file_asks_for_stays(admin, label):
    make_application(label=label)
    answer = edit(admin, label, **{"levels-0-DELETE": "on"})
    assert "il reste" in answer.content.decode()
    edit(admin, label, **{"levels-1-DELETE": "on"})
    assert label.levels.get().code == "essentiel"


def test_a_label_begins_with_its_levels(admin, label):
    data = typed(label, slug="nouveau", referential=label.referential_id, name="Nouveau")
    for rank in (0, 1):
        del data[f"levels-{rank}-id"], data[f"levels-{rank}-label"]
    data["levels-INITIAL_FORMS"] = 0
    admin.post(reverse("labels:add"), data)
    assert Label.objects.get(slug="nouveau").levels.count() == 2


def test_a_label_that_was_asked_for_is_closed_and_not_deleted(admin, label):
    application = make_application(label=label)
    address = reverse("labels:delete", args=[label.pk])
    assert "donnez-lui une date de fin" in admin.post(address, follow=True).content.decode()
    application.delete()
    admin.post(address)
    assert not Label.objects.filter(pk=label.pk).exists()
    assert not LabelLevel.objects.filter(label=label.pk).exists()


def test_a_reason_that_a_verdict_names_is_not_deleted(client):
    chief = User.objects.create_superuser("chef@mission.example", "x")
    reason = Reason.objects.offered(Reason.Purpose.CRITERION).first()
    review = CriterionReview.objects.create(
        application=make_application(),
        round=1,
        criterion="SE-01",
        verdict="conforme",
        reason=reason,
    )
    address = reverse("motifs:delete", args=[reason.pk])
    answer = sign_in_staff(client, chief).post(address, follow=True)
    assert "a déjà été donné" in answer.content.decode()
    assert CriterionReview.objects.get().reason_id == review.reason_id
