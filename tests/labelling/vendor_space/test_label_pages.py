"""The labels of a sheet and the page of a file: who opens them, what each state says, what they cost."""

import datetime as dt

import pytest
from bs4 import BeautifulSoup
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from catalogue import history
from catalogue.models import Role, Transfer
from labelling import awarding
from labelling.models import (
    ApplicationMessage,
    CriterionReview,
    LabelApplication,
    LabelEvent,
    Letter,
    Question,
    Result,
)
from labelling.states import ApplicationState, AwardState
from tests.catalogue.factories import VendorFactory
from tests.catalogue.people import attach, member, moderator, person, reviewer
from tests.labelling.labels import (
    labelled_sheet,
    make_appeal,
    make_application,
    make_award,
    make_decider,
    make_label,
    make_letter,
    make_reviewer,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("site")]
IN, OUT, NO, LOGIN = 200, 404, 403, 302
ROLES = ("anonymous", "other", "editor", "owner", "buyer", "moderator", "reviewer")


def page(answer):
    return BeautifulSoup(answer.content, "html.parser")


def words(answer):
    """What a page says, as people read it."""
    return " ".join(page(answer).text.split())


def url(name, application, *more):
    return reverse(name, args=[application.uid, *more])


def people_of(vendor):
    return {
        "other": member(attach(VendorFactory()).vendor),
        "editor": member(vendor, Role.EDITOR),
        "owner": member(vendor),
        "buyer": person(agent=True),
        "moderator": moderator(),
        "reviewer": reviewer(),
    }


def addresses(award, waiting):
    """Every address about a file: who reads it, who writes there (None: nobody)."""
    granted, listing = award.application, award.listing
    letter = make_letter(granted)
    reserve = award.reservations.get()
    everybody = ("editor", "owner")
    return [
        (reverse("labels", args=[listing.uid]), everybody, None),
        (reverse("label_apply", args=[listing.uid, make_label().slug]), everybody, ("owner",)),
        (url("label_file", granted), everybody, None),
        (url("label_submit", granted), everybody, ("owner",)),
        (url("label_renew", granted), ("owner",), ("owner",)),
        (url("label_withdraw", waiting), ("owner",), ("owner",)),
        (url("label_answer", waiting), everybody, everybody),
        (url("label_message", granted), everybody, everybody),
        (url("label_letter", granted, letter.uid), everybody, None),
        (url("label_notice", granted), everybody, everybody),
        (url("label_reservation", granted, reserve.pk), everybody, everybody),
        (url("label_appeal", granted), everybody, ("owner",)),
    ]


def test_every_address_lets_in_whom_it_should(client):
    award = make_award(AwardState.RESERVED)
    waiting = make_application(
        ApplicationState.AWAITING_VENDOR, listing=award.listing, label=make_label_of(award)
    )
    people = people_of(award.vendor)
    wrong = []
    for address, readers, writers in addresses(award, waiting):
        for role in ROLES:
            if role == "anonymous":
                client.logout()
            else:
                client.force_login(people[role])
            for method, allowed in (("get", readers), ("post", writers)):
                answer = getattr(client, method)(address)
                got = answer.status_code
                if answer.streaming:
                    list(answer.streaming_content)  # a file, which is closed at its end
                if allowed is None:
                    fits = got in (405, LOGIN if role == "anonymous" else 405)
                elif role == "anonymous":
                    fits = got == LOGIN
                elif role in allowed:
                    fits = got in (IN, 302)
                else:
                    fits = got == (NO if role in ("editor", "owner") else OUT)
                if not fits:
                    wrong.append(f"{method} {address}: {role} gets {got}")
    assert not wrong, "\n".join(wrong)


def make_label_of(award):
    """Another label on the same referential: a sheet has one open file a label."""
    version = award.application.handover.assessment.version
    return make_label(version)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (ApplicationState.SUBMITTED, "À la mission LABEL : La mission LABEL vérifie"),
        (ApplicationState.ADMISSIBLE, "Une personne de la mission LABEL va l'instruire"),
        (ApplicationState.UNDER_REVIEW, "critère par critère"),
        (ApplicationState.EXPERT_CONSULTED, "En cours d'instruction"),
        (ApplicationState.PROPOSED, "Une autre personne que celle qui a instruit"),
        (ApplicationState.INADMISSIBLE, "n'a pas été examinée au fond"),
        (ApplicationState.REFUSED, "Former un recours"),
        (ApplicationState.LAPSED, "n'est plus instruite"),
        (ApplicationState.WITHDRAWN, "Vous avez retiré cette demande"),
    ],
)
def test_a_file_says_whose_turn_it_is(client, state, said):
    application = make_application(state)
    client.force_login(member(application.vendor))

    answer = client.get(url("label_file", application))

    assert said in words(answer)
    assert "expert" not in page(answer).select_one("main").text.lower()


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (AwardState.ACTIVE, "Le label est en vigueur"),
        (AwardState.RESERVED, "Dire ce qui est fait"),
        (AwardState.UNDER_REEXAMINATION, "regarde si le label tient toujours"),
        (AwardState.SUSPENSION_NOTICE, "Répondre au préavis"),
        (AwardState.SUSPENDED, "Former un recours"),
        (AwardState.ABROGATION_NOTICE, "L'hébergement a changé."),
        (AwardState.ABROGATED, "abrogé pour l'avenir"),
        (AwardState.WITHDRAWN, "Le label est retiré"),
        (AwardState.EXPIRED, "arrivé à son terme"),
        (AwardState.SUPERSEDED, "Un label plus récent"),
    ],
)
def test_the_file_of_an_award_says_where_it_stands(client, state, said):
    award = make_award(state)
    client.force_login(member(award.vendor))

    answer = client.get(url("label_file", award.application))

    assert said in words(answer)
    code = page(answer).select_one("textarea[readonly]").text
    assert f"/label/{award.number}/badge.svg" in code
    labels = client.get(reverse("labels", args=[award.listing.uid]))
    assert award.number in words(labels)


def test_a_question_says_until_when_and_apart_what_silence_does(client):
    application = make_application(ApplicationState.AWAITING_VENDOR)
    client.force_login(member(application.vendor, Role.EDITOR))

    told = words(client.get(url("label_file", application)))

    assert "À vous, jusqu'au" in told
    assert "Précisez la fréquence des sauvegardes." in told
    assert "À part, le délai légal" in told
    assert "vaut rejet de la demande" in told
    assert "arrête ce délai" in told
    application.questions.update(kind="missing")
    assert "Ce délai est arrêté" in words(client.get(url("label_file", application)))
    type(application).objects.update(silence_on=timezone.localdate() - dt.timedelta(days=1))
    application.questions.update(kind="precision")
    assert "Ce jour est passé" in words(client.get(url("label_file", application)))
    assert "La demande se retire par un propriétaire" in told


def test_the_first_opening_of_a_letter_is_noted_and_notifies_it(client):
    application = make_application(ApplicationState.REFUSED)
    letter = make_letter(application, kind=Letter.Kind.REFUSED, title="Refus")
    client.force_login(member(application.vendor, Role.EDITOR))
    before = words(client.get(url("label_file", application)))
    assert "Non ouverte" in before
    assert "si personne ne l'ouvre" in before
    assert "ab" * 32 in before

    for _time in range(2):
        answer = client.get(url("label_letter", application, letter.uid))
        assert b"".join(answer.streaming_content).startswith(b"%PDF")

    assert LabelEvent.objects.filter(name="letter_opened").count() == 1
    assert "notifiée le" in words(client.get(url("label_file", application)))
    Letter.objects.update(opened_at=None, made_at=timezone.now() - dt.timedelta(days=40))
    assert "faute d'être ouverte en" in words(client.get(url("label_file", application)))
    elsewhere = make_application(ApplicationState.REFUSED)
    strange = client.get(url("label_letter", application, make_letter(elsewhere).uid))
    assert strange.status_code == OUT


def test_motives_by_criterion_are_read_once_decided_and_not_before(client):
    application = make_application(ApplicationState.UNDER_REVIEW)
    CriterionReview.objects.create(
        application=application,
        round=1,
        criterion="SE-01",
        verdict=CriterionReview.Verdict.NOT_CONFORM,
        comment="La pièce jointe est expirée.",
    )
    client.force_login(member(application.vendor))
    assert "La pièce jointe" not in words(client.get(url("label_file", application)))

    refused = make_application(ApplicationState.REFUSED, holder=make_reviewer())
    CriterionReview.objects.filter(application=application).update(application=refused)
    client.force_login(member(refused.vendor))

    told = words(client.get(url("label_file", refused)))
    assert "Non conforme : La pièce jointe est expirée." in told
    assert "Au vu du dossier." in told


def test_a_granted_file_follows_the_sheet_and_others_stay(client):
    award = make_award()
    pending = make_application(listing=award.listing, label=make_label_of(award))
    before, after = award.vendor, attach(VendorFactory()).vendor
    award.listing.vendor = after
    award.listing.save()
    Transfer.objects.create(
        listing=award.listing,
        source=before,
        target=after,
        state=Transfer.State.ACCEPTED,
        decided_at=timezone.now(),
    )
    client.force_login(member(before))
    assert client.get(url("label_file", award.application)).status_code == NO
    kept = client.get(url("label_file", pending))
    assert kept.status_code == IN
    assert not page(kept).select(f"a[href='{reverse('labels', args=[award.listing.uid])}']")

    client.force_login(member(after))
    assert client.get(url("label_file", award.application)).status_code == IN
    assert client.get(url("label_file", pending)).status_code == OUT
    listed = words(client.get(reverse("labels", args=[award.listing.uid])))
    assert award.number in listed
    assert "déposée par l'offreur précédent" in listed


def test_the_new_company_reads_nothing_of_the_former_which_keeps_its_letters(client):
    award = make_award()
    file, before, after = award.application, award.vendor, attach(VendorFactory()).vendor
    LabelApplication.objects.update(motivation="Notre secret.", decision="Motifs confiés.")
    write = ApplicationMessage.objects.create
    write(application=file, text="Message d'avant.", from_staff=False)
    Question.objects.create(
        application=file, round=1, kind="precision", text="Question d'avant.", due_on=award.valid_to
    )
    old = make_letter(file, title="Lettre d'avant")
    award.listing.vendor = after
    award.listing.save()
    history.record(listing=award.listing, kind="transferred", side="vendor")
    new = make_letter(file, title="Lettre d'après")
    write(application=file, text="Message d'après.", from_staff=True)

    client.force_login(member(after))
    shown = words(client.get(url("label_file", file)))
    assert award.number in shown
    assert "Lettre d'après" in shown
    assert "Message d'après." in shown
    for secret in ("Notre secret", "Motifs confiés", "d'avant"):
        assert secret not in shown
    assert "d'avant" not in words(client.get(url("label_message", file)))
    assert client.get(url("label_letter", file, old.uid)).status_code == OUT
    assert b"".join(client.get(url("label_letter", file, new.uid)).streaming_content)

    client.force_login(member(before))
    assert b"".join(client.get(url("label_letter", file, old.uid)).streaming_content)
    assert client.get(url("label_letter", file, new.uid)).status_code == NO
    old.refresh_from_db()
    assert old.opened_at is None


def test_conditions_are_said_one_by_one_with_where_to_go(client):
    label = make_label()
    listing = labelled_sheet(label, SE_01="no")
    Result.objects.filter(listing=listing).delete()
    client.force_login(member(listing.vendor, Role.EDITOR))

    answer = client.get(reverse("labels", args=[listing.uid]))

    told = words(answer)
    assert "Rempli : La fiche est publique" in told
    assert "À faire : L'auto-évaluation est remise" in told
    assert "À voir ensuite : Les critères bloquants" in told
    assert page(answer).select_one(
        f".gt-conditions--unmet a[href='{reverse('assessments', args=[listing.uid])}']"
    )
    assert "se dépose par un propriétaire" in told
    assert "se donne 60 jours pour instruire une demande. Le silence gardé pendant 2 mois" in told


def test_what_waits_comes_first_on_the_dashboard_and_the_sheet_leads_there(client):
    award = make_award()
    waiting = make_application(
        ApplicationState.AWAITING_VENDOR, listing=award.listing, label=make_label_of(award)
    )
    make_letter(waiting)
    client.force_login(member(award.vendor))

    lines = [
        " ".join(link.text.split())
        for link in page(client.get(reverse("vendor_space"))).select(".gt-rows p.fr-text--sm a")
    ]

    assert "Votre réponse est attendue, à faire jusqu'au" in lines[0]
    assert "1 lettre non ouverte" in lines[1]
    assert "En vigueur, valable jusqu'au" in lines[2]
    sheet = page(client.get(reverse("sheet", args=[award.listing.uid])))
    assert sheet.select_one(f"a[href='{waiting.get_absolute_url()}']")
    assert sheet.select_one(f"a[href='{reverse('labels', args=[award.listing.uid])}']")


def cost(client, address):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == IN
    return len(queries)


def test_a_file_costs_the_same_however_long_it_is(client):
    award = make_award(AwardState.RESERVED)
    application = award.application
    client.force_login(member(award.vendor))
    here = url("label_file", application), reverse("vendor_space")
    for address in here:
        client.get(address)  # fills what is kept from one request to the next
    few = [cost(client, address) for address in here]
    for rank in range(5):
        make_letter(application)
        application.messages.create(text=f"Message {rank}", from_staff=bool(rank % 2))
        award.reservations.create(
            text=f"Réserve {rank}", due_on=timezone.localdate() + dt.timedelta(days=rank)
        )
        application.questions.create(
            round=rank + 1,
            kind="precision",
            text="?",
            criteria=["SE-01"],
            due_on=timezone.localdate(),
            answer="Oui.",
            answered_at=timezone.now(),
        )
    many = [cost(client, address) for address in here]
    assert few == many
    assert few[0] <= 32


def test_the_labels_of_a_sheet_cost_a_bounded_number_of_queries(client):
    label = make_label()
    listing = labelled_sheet(label)
    client.force_login(member(listing.vendor))
    here = reverse("labels", args=[listing.uid])
    client.get(here)
    assert cost(client, here) <= 32
    for state in (ApplicationState.WITHDRAWN, ApplicationState.REFUSED, ApplicationState.LAPSED):
        make_application(state, label=label, listing=listing)
    few = cost(client, here)
    for state in (ApplicationState.WITHDRAWN, ApplicationState.REFUSED, ApplicationState.LAPSED):
        make_application(state, label=label, listing=listing)
    assert cost(client, here) == few


def test_the_days_that_an_answer_took_are_said_of_both_deadlines(client):
    application = make_application(ApplicationState.UNDER_REVIEW)
    question = application.questions.create(
        round=1,
        kind="missing",
        text="Le certificat ?",
        due_on=timezone.localdate(),
        answer="Joint.",
        answered_at=timezone.now(),
    )
    type(question).objects.update(asked_at=timezone.now() - dt.timedelta(days=3))
    client.force_login(member(application.vendor))

    assert "Les deux délais reculent de 3 jours." in words(
        client.get(application.get_absolute_url())
    )


def test_an_appeal_hides_no_day_that_the_company_has_to_keep(client):
    award = make_award(AwardState.RESERVED)
    make_appeal(award.application, award=award, against="reservations")
    client.force_login(member(award.vendor))

    told = words(client.get(award.application.get_absolute_url()))

    assert "À vous, jusqu'au" in told
    assert "Réponse au recours, au plus tard" in told
    award.reservations.update(answer="Publié.", answered_at=timezone.now())
    told = words(client.get(award.application.get_absolute_url()))
    assert "Votre recours est examiné par une troisième personne" in told


def dates(answer):
    """What « Les dates » tells, in order."""
    return [" ".join(one.get_text(" ").split()) for one in page(answer).select(".gt-timeline > li")]


def test_a_notice_that_is_over_asks_for_nothing_and_the_past_stays_in_the_dates(client):
    award = make_award(granted_on=timezone.localdate())
    announcer, first, second = make_reviewer(), make_decider(award.label), make_decider(award.label)
    client.force_login(member(award.vendor))
    here = url("label_file", award.application)
    awarding.announce(award=award, measure="suspension", by=announcer, reason="Soupçon sérieux.")
    during = client.get(here)
    assert "D'ici là le label ne change pas." in words(during)
    assert "Fin du préavis" in dates(during)[-2]
    type(award).objects.update(notice_until=timezone.localdate() - dt.timedelta(days=1))
    awarding.suspend(award=award, by=first, comment="Note de service.", reason="Fuite.")

    suspended = client.get(here)

    assert not page(suspended).select(f"a[href='{url('label_notice', award.application)}']")
    assert "D'ici là le label ne change pas." not in words(suspended)
    assert "Soupçon sérieux." in words(suspended)
    assert not any("Fin du préavis" in one for one in dates(suspended))
    awarding.reinstate(award=award, by=second, comment="Corrigé.")
    told = [one.split(" ", 3)[3] for one in dates(client.get(here))]
    assert told[1:5] == [
        f"Label attribué {award.number}",
        "Préavis : suspension envisagée Soupçon sérieux.",
        "Label suspendu Fuite.",
        "Label rétabli",
    ]


def test_criteria_met_without_a_word_are_the_others_only_beside_some(client):
    refused = make_application(ApplicationState.REFUSED)
    for one in ("SE-01", "DO-01"):
        CriterionReview.objects.create(
            application=refused, round=1, criterion=one, verdict=CriterionReview.Verdict.CONFORM
        )
    client.force_login(member(refused.vendor))
    here = url("label_file", refused)
    assert "2 critères conformes, sans remarque." in words(client.get(here))
    refused.reviews.filter(criterion="SE-01").update(comment="Bien.")
    assert "1 autre critère conforme, sans remarque." in words(client.get(here))


def test_the_code_of_a_badge_is_that_of_the_public_page(client):
    award = make_award()
    client.force_login(member(award.vendor))
    pages = (
        award.get_absolute_url(),
        url("label_file", award.application),
        reverse("labels", args=[award.listing.uid]),
    )
    codes = {page(client.get(one)).select_one("textarea[readonly]").text for one in pages}
    assert len(codes) == 1
    assert "vérifier son état" in codes.pop()


def test_the_self_assessment_says_that_an_answer_waits(client):
    waiting = make_application(ApplicationState.AWAITING_VENDOR)
    client.force_login(member(waiting.vendor, Role.EDITOR))
    version = waiting.handover.assessment.version
    place = [waiting.listing.uid, version.referential.slug, version.version]
    for name in ("assessment_space", "assessment_check"):
        told = client.get(reverse(name, args=place))
        assert f"n'est pas envoyée par la remise ({waiting.number})" in words(told)
        assert page(told).select_one(f"a[href='{url('label_answer', waiting)}']")
    type(waiting).objects.update(state="under_review", asked_on=None, answer_due_on=None)
    told = client.get(reverse("assessment_space", args=place))
    assert not page(told).select(f"a[href='{url('label_answer', waiting)}']")
