"""What letters about a decision say: facts, ground in law, what follows, what to do.

The articles of the code are those of the design; a jurist confirms them before opening, and a label's
own ground is its data (`Rules.legal_basis`). CRPA: code des relations entre le public et
l'administration.
"""

import datetime as dt
from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from catalogue.presentation import french_date
from labelling import papers
from labelling.letters import Words
from labelling.models import Appeal, Award, LabelApplication, Letter, Reservation

Kind = Letter.Kind


def _body(*paragraphs: str) -> str:
    return "\n\n".join(part.strip() for part in paragraphs if part.strip())


def _asked(application: LabelApplication) -> str:
    """What was asked, of which sheet, and on what ground the label stands."""
    received = application.submitted_at
    return _(
        "Vous avez demandé le label « %(label)s », niveau « %(level)s », pour la solution « %(sheet)s » "
        "(demande n° %(number)s, reçue le %(day)s). Fondement : %(basis)s."
    ) % {
        "label": application.terms.label,
        "level": application.level,
        "sheet": application.listing.page.title,
        "number": application.number,
        "day": french_date(timezone.localdate(received)) if received else "–",
        "basis": application.terms.legal_basis.rstrip("."),
    }


def inadmissible(application: LabelApplication, motives: str) -> Words:
    """The application is not examined at all."""
    return Words(
        Kind.INADMISSIBLE,
        _("Votre demande de label est irrecevable"),
        _body(
            _("Madame, Monsieur,"),
            _asked(application),
            _("Cette demande est irrecevable pour le motif suivant."),
            motives,
            _(
                "Elle n'est donc pas instruite. Une fois ce point réglé, vous pouvez déposer une nouvelle "
                "demande. Vous pouvez aussi former un recours depuis votre espace."
            ),
            _("Cette décision est motivée en application de l'article L. 211-2 du CRPA."),
        ),
        appealable=True,
    )


def refused(application: LabelApplication, motives: str) -> Words:
    """The label is refused; the criteria are set apart."""
    return Words(
        Kind.REFUSED,
        _("Le label vous est refusé"),
        _body(
            _("Madame, Monsieur,"),
            _asked(application),
            _("Après instruction, le label vous est refusé pour les motifs suivants."),
            motives,
            _(
                "Les critères en cause sont repris ci-dessous. Vous pouvez corriger la solution ou sa "
                "fiche et déposer une nouvelle demande à tout moment, ou former un recours depuis votre "
                "espace."
            ),
            _("Cette décision est motivée en application de l'article L. 211-2 du CRPA."),
        ),
        appealable=True,
    )


def granted(
    application: LabelApplication, motives: str, *, number: str, valid_to: dt.date, reserved: bool
) -> Words:
    """The label is granted, at the level that was proposed, with reservations or without."""
    level = application.proposed_level or application.level
    other = level.pk != application.level_id
    title = _("Le label vous est attribué avec réserves") if reserved else _(
        "Le label vous est attribué"
    )  # fmt: skip
    return Words(
        Kind.RESERVED if reserved else Kind.GRANTED,
        title,
        _body(
            _("Madame, Monsieur,"),
            _asked(application),
            _(
                "Le label vous est attribué au niveau « %(level)s », sous le numéro %(number)s, jusqu'au "
                "%(day)s. Il couvre les offres nommées dans votre demande, telles qu'elles ont été examinées."
            )
            % {"level": level, "number": number, "day": french_date(valid_to)},
            _(
                "Ce niveau n'est pas celui que vous avez demandé ; les motifs ci-dessous disent pourquoi."
            )
            if other
            else "",
            motives,
            _(
                "Le label est accordé sous les réserves ci-dessous. Dites dans votre espace, avant chaque "
                "échéance, ce que vous avez fait : une réserve qui n'est pas levée à temps suspend le label."
            )
            if reserved
            else "",
            _(
                "Prévenez-nous d'un changement d'hébergeur, de contrôle de votre entreprise, de licence ou "
                "d'exploitant : il rouvre l'examen du label. Le badge et le certificat sont sur la page "
                "du label, dans le registre public."
            ),
            _("Cette décision est motivée en application de l'article L. 211-2 du CRPA.")
            if reserved or other
            else "",
        ),
        appealable=reserved or application.gives_less,
    )


def notice(award: Award, measure: str, facts: str, until: dt.date) -> Words:
    """A measure is thought of: the company is heard first. Nothing is decided."""
    titles = {
        "suspension": _("La suspension de votre label est envisagée"),
        "abrogation": _("L'abrogation ou le retrait de votre label est envisagé"),
    }
    return Words(
        Kind.NOTICE,
        titles[measure],
        _body(
            _("Madame, Monsieur,"),
            _holds(award),
            _("%s, pour les faits suivants.") % titles[measure],
            facts,
            _(
                "Rien n'est décidé, et le label garde d'ici là l'état qu'il avait. Vous pouvez présenter vos "
                "observations écrites dans votre espace jusqu'au %s compris, demander à être entendu et "
                "vous faire assister ou représenter par la personne de votre choix. Une autre personne que "
                "celle qui vous écrit décidera ensuite."
            )
            % french_date(until),
            _(
                "Cette lettre vous est adressée en application des articles L. 121-1 et L. 122-1 du CRPA "
                "(procédure contradictoire préalable). Elle n'est pas une décision."
            ),
        ),
    )


_LOSSES = {
    "suspend": (
        Kind.SUSPENSION,
        gettext_lazy("Votre label est suspendu"),
        gettext_lazy(
            "Il ne compte plus tant qu'il est suspendu : le badge et le registre le disent. Écrivez-nous "
            "dans votre espace quand les faits ont cessé : il peut être rétabli."
        ),
        gettext_lazy(
            "articles L. 121-1 (vous avez été mis à même de répondre) et L. 211-2 du CRPA"
        ),
    ),
    "suspend_urgently": (
        Kind.SUSPENSION,
        gettext_lazy("Votre label est suspendu en urgence"),
        gettext_lazy(
            "L'urgence dispense de préavis : le label est suspendu dès aujourd'hui, et le badge et le "
            "registre le disent. Présentez vos observations dans votre espace : il peut être rétabli."
        ),
        gettext_lazy("articles L. 121-2, 1° (urgence) et L. 211-2 du CRPA"),
    ),
    "abrogate": (
        Kind.ABROGATION,
        gettext_lazy("Votre label est abrogé"),
        gettext_lazy(
            "Il cesse pour l'avenir : retirez le badge de vos supports. Vous pouvez déposer une nouvelle "
            "demande dès que les conditions sont remplies."
        ),
        gettext_lazy(
            "articles L. 121-1, L. 211-2 et L. 242-2, 1° du CRPA (condition qui n'est plus remplie)"
        ),
    ),
    "withdraw": (
        Kind.WITHDRAWAL,
        gettext_lazy("Votre label est retiré"),
        gettext_lazy(
            "Il est retiré comme illégal dès l'origine : il est réputé n'avoir jamais été accordé. Retirez "
            "le badge de vos supports."
        ),
        gettext_lazy("articles L. 121-1, L. 211-2 et L. 242-1 du CRPA"),
    ),
}
_FRAUD = gettext_lazy("articles L. 121-1, L. 211-2 et L. 241-2 du CRPA (fraude)")


def loss(award: Award, name: str, motives: str, *, fraud: bool = False) -> Words:
    """The label is suspended, abrogated or withdrawn: the name of the transition says which."""
    kind, *said = _LOSSES[name]
    title, follows, ground = map(str, said)
    return Words(
        kind,
        title,
        _body(
            _("Madame, Monsieur,"),
            _holds(award),
            _("%s pour les motifs suivants.") % title,
            motives,
            follows,
            _("Fondement : %(basis)s ; %(ground)s.")
            % {
                "basis": award.application.terms.legal_basis.rstrip("."),
                "ground": _FRAUD if fraud else ground,
            },
        ),
        appealable=True,
    )


def lapsed(sheet: str, last_day: dt.date) -> Words:
    """Nobody answered in time: the application is over, nobody decided it."""
    return Words(
        Kind.LAPSE,
        _("Demande de label caduque : %s") % sheet,
        _(
            "La mission LABEL vous a interrogé sur la demande citée en objet, et attendait votre "
            "réponse au plus tard le %(day)s. Aucune n'est parvenue : la demande est caduque, et son "
            "instruction prend fin.\n\n"
            "Vous pouvez à tout moment déposer une nouvelle demande : vos réponses et vos pièces sont "
            "conservées dans votre espace."
        )
        % {"day": french_date(last_day)},
        appealable=True,
    )


def missed(award: Award, due: Sequence[Reservation]) -> Words:
    """Reservations were not lifted in time: the label is suspended, as its decision said."""
    return Words(
        Kind.SUSPENSION,
        _("Suspension du label %s : réserve non levée") % award.number,
        _(
            "Le label %(number)s de la solution « %(sheet)s » a été attribué avec des réserves. Celles "
            "rappelées ci-dessous n'ont pas été levées à la date que la décision fixait : comme elle le "
            "prévoyait, le label est suspendu à compter de ce jour.\n\n"
            "Retirez le badge de vos pages. Dites dans votre espace ce qui a été fait : dès que la "
            "mission LABEL le constate, elle rétablit le label."
        )
        % {"number": award.number, "sheet": award.title},
        reservations=[papers.Reservation(one.text, one.due_on) for one in due],
        appealable=True,
    )


_RELIEFS = {
    "lift": gettext_lazy("Les réserves sur votre label sont levées"),
    "reservation": gettext_lazy("Une réserve sur votre label est levée"),
    "drop_suspension": gettext_lazy("La suspension de votre label est abandonnée"),
    "drop_abrogation": gettext_lazy("L'abrogation ou le retrait de votre label est abandonné"),
    "maintain": gettext_lazy("Votre label est maintenu"),
    "reinstate": gettext_lazy("Votre label est rétabli"),
}


def relief(award: Award, name: str, motives: str) -> Words:
    """What weighed on the label is lifted: the name of the transition says what."""
    title = str(_RELIEFS[name])
    return Words(
        Kind.RELIEF,
        title,
        _body(
            _("Madame, Monsieur,"),
            _holds(award),
            f"{title}.",
            motives,
            _stands(award),
        ),
    )


def _stands(award: Award) -> str:
    today = timezone.localdate()
    if award.is_in_force(today):
        return _("Le label est en vigueur.")
    if award.valid_to < today:
        return _("Le label, valable jusqu'au %s, a expiré entre-temps.") % french_date(
            award.valid_to
        )
    if award.ended_on is None:
        return _("Le label reste suspendu.")
    return _("Le label a pris fin entre-temps par une autre décision, qui reste ce qu'elle est.")


_APPEALS = {
    "allow": gettext_lazy("Il est fait droit à votre recours"),
    "dismiss": gettext_lazy("Votre recours est rejeté"),
    "declare_late": gettext_lazy("Votre recours est irrecevable, car tardif"),
}


def appeal_received(
    application: LabelApplication, against: str, received_on: dt.date, due_on: dt.date
) -> Words:
    """An appeal came in: when, who decides, and what silence means."""
    return Words(
        Kind.RECEIPT,
        _("Accusé de réception de votre recours"),
        _body(
            _("Madame, Monsieur,"),
            _(
                "Nous avons reçu le %(day)s votre recours contre %(against)s (dossier n° %(number)s)."
            )
            % {
                "day": french_date(received_on),
                "against": against,
                "number": application.number,
            },
            _(
                "Une troisième personne, qui n'a ni proposé ni pris la décision, l'examine. Sans réponse de "
                "notre part au %s, votre recours est réputé rejeté."
            )
            % french_date(due_on),
            _court(),
            _(
                "Cet accusé de réception vous est adressé en application de l'article L. 112-3 du CRPA."
            ),
        ),
    )


def appeal_decided(appeal: Appeal, outcome: str, award: Award | None) -> Words:
    """An appeal is decided: the outcome is the name of the transition.

    :param award: as it stands after that, when the appeal was about one.
    """
    application = appeal.application
    title = str(_APPEALS[outcome])
    allowed = outcome == "allow"
    return Words(
        Kind.APPEAL,
        title,
        _body(
            _("Madame, Monsieur,"),
            _("Vous avez formé le %(day)s un recours contre %(against)s (dossier n° %(number)s).")
            % {
                "day": french_date(timezone.localdate(appeal.opened_at)),
                "against": appeal.get_against_display(),
                "number": application.number,
            },
            _("%s pour les motifs suivants.") % title,
            appeal.decision,
            _righted(appeal, award) if allowed else "",
            _stands(award) if allowed and award else "",
            _("Cette décision est prise en application de l'article L. 411-2 du CRPA."),
            "" if allowed else _court(),
        ),
    )


def _court() -> str:
    """What is left after an appeal: the remedies of the label would send to another one."""
    return _(
        "Ensuite, il reste le juge. Si votre recours a été formé dans les délais, vous pouvez saisir le "
        "tribunal administratif que nomme la décision contestée, par courrier ou sur Télérecours citoyens, "
        "dans les deux mois qui suivent la notification de notre réponse ou, sans réponse, le jour où le "
        "recours est réputé rejeté (CJA, articles R. 421-1 et R. 421-2). Un recours tardif, ou un second "
        "recours devant la mission LABEL, n'allonge pas ce délai."
    )


def _righted(appeal: Appeal, award: Award | None) -> str:
    """What an allowed appeal changed."""
    if award is None:
        return _("L'instruction de votre demande reprend ; vous n'avez rien à faire.")
    if appeal.against == Appeal.Against.LEVEL:
        return _(
            "Le label n° %(number)s vous est désormais attribué au niveau « %(level)s », jusqu'au %(day)s."
        ) % {"number": award.number, "level": award.level, "day": french_date(award.valid_to)}
    return _("La mesure contestée est levée.")


def _holds(award: Award) -> str:
    return _(
        "Vous êtes titulaire du label « %(label)s » n° %(number)s pour la solution « %(sheet)s », attribué le %(day)s."
    ) % {
        "label": award.label,
        "number": award.number,
        "sheet": award.title,
        "day": french_date(award.granted_on),
    }
