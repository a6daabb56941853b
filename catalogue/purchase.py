"""« Quelle procédure d'achat ? »: the regime of an amount, typed or taken from a sheet's totals."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from catalogue import models, pricing, procurement
from catalogue.sheet import Sheet

MAX_AMOUNT = Decimal("9999999999.99")


class AmountField(forms.DecimalField):
    """An amount as people type it: « 84 000,50 € HT »."""

    def to_python(self, value: Any) -> Decimal | None:
        if isinstance(value, str):
            value = value.upper().removesuffix("HT").replace("€", "").replace(",", ".")
            value = "".join(value.split())
        return super().to_python(value)


class PurchaseForm(forms.Form):
    """The need and the buyer, in the address of the sheet (GET)."""

    besoin = forms.ChoiceField(choices=models.ReferenceConfiguration.Size.choices)
    montant = AmountField(
        label=_("Montant total estimé du besoin (€ HT)"),
        required=False,
        min_value=0,
        max_value=MAX_AMOUNT,
        error_messages={
            "invalid": _("Écrivez un montant en euros, par exemple 84 000."),
            "min_value": _("Un montant est positif ou nul."),
            "max_value": _(
                "Ce montant est trop grand : écrivez-le en euros, sans centimes de trop."
            ),
        },
    )
    acheteur = forms.ChoiceField(
        label=_("Vous achetez pour"),
        choices=(
            (procurement.BuyerKind.OTHER, _("une collectivité, un hôpital ou un autre acheteur")),
            (procurement.BuyerKind.STATE, _("l'État ou une autorité publique centrale")),
        ),
    )

    @classmethod
    def read(cls, parameters: Mapping[str, str]) -> "PurchaseForm":
        """The form of an address; a code that does not exist reads as the default one."""
        data = {
            "besoin": parameters.get("besoin", ""),
            "montant": parameters.get("montant", "")[:40].replace("\0", ""),
            "acheteur": parameters.get("acheteur", ""),
        }
        if data["besoin"] not in list(pricing.Need):
            data["besoin"] = pricing.Need.MEDIUM
        if data["acheteur"] not in list(procurement.BuyerKind):
            data["acheteur"] = procurement.BuyerKind.OTHER
        return cls(data)

    @property
    def need(self) -> pricing.Need:
        """Size of the reference configuration that is asked for, always a known one."""
        return pricing.Need(self.data["besoin"])


@dataclass(frozen=True)
class Advice:
    """What the block shows: the amount, where it comes from, and the regimes it leads to."""

    form: PurchaseForm
    amount: Decimal | None
    typed: bool
    label: str
    regimes: Sequence[procurement.Regime]
    warnings: Sequence[str]

    @property
    def money(self) -> str:
        """The amount in French words, empty when there is none."""
        return "" if self.amount is None else pricing.money_fr(self.amount)


def advise(sheet: Sheet, form: PurchaseForm) -> Advice:
    """Say which procedure a purchase leads to: of the amount typed, else of the lowest price.

    One regime for the amount (as an innovation too, if claimed) and, when an offer can be bought
    through a contract still running, the one through its central body.
    """
    typed = form.cleaned_data["montant"] if form.is_valid() else None
    priced = [row.quote for row in sheet.offers if row.quote.kind is pricing.PriceKind.PRICED]
    cheapest = min(priced, key=lambda quote: quote.total or 0, default=None)
    amount = cheapest.total if typed is None and cheapest else typed
    regimes = [] if amount is None else _regimes(sheet, amount, form.data["acheteur"])
    return Advice(
        form=form,
        amount=amount,
        typed=typed is not None,
        label="" if typed is not None or cheapest is None else cheapest.label,
        regimes=regimes,
        warnings=list(dict.fromkeys(text for regime in regimes for text in regime.warnings)),
    )


def thresholds() -> tuple[procurement.Threshold, ...] | None:
    """Thresholds that mission LABEL keeps, for the pure rules; None when it keeps none.

    Their remarks come from the data file, where the row of the same date has one.
    """
    notes = {(row.id, row.valid_from): row for row in procurement.load_thresholds()}
    rows = []
    for row in models.Threshold.objects.all():
        known = notes.get((row.code, row.valid_from))
        rows.append(
            procurement.Threshold(
                id=row.code,
                label=row.label,
                value=row.value,
                valid_from=row.valid_from,
                valid_to=row.valid_to,
                legal_reference=row.legal_reference,
                verified_on=row.verified_on or row.valid_from,
                confidence=row.confidence,
                source_url=row.source_url,
                note=known.note if known else "",
                note_from=known.note_from if known else None,
            )
        )
    return tuple(rows) or None


def _regimes(sheet: Sheet, amount: Decimal, buyer: str) -> list[procurement.Regime]:
    rows = thresholds()
    regimes = [_regime(amount, sheet.on, buyer, rows)]
    if sheet.page.innovation_claimed:
        regimes.append(_regime(amount, sheet.on, buyer, rows, innovation_claimed=True))
    bodies = {vehicle.body.name for vehicle in sheet.vehicles}
    if bodies:
        regimes.append(_regime(amount, sheet.on, buyer, rows, vehicle=", ".join(sorted(bodies))))
    unique = {regime.code: regime for regime in regimes}
    return list(unique.values())


def _regime(
    amount: Decimal,
    on: dt.date,
    buyer: str,
    rows: tuple[procurement.Threshold, ...] | None,
    **facts: Any,
) -> procurement.Regime:
    return procurement.regime(amount, on, buyer, thresholds=rows, **facts)
