"""What home adds to Wagtail's admin: the messages that visitors send."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail import hooks
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn
from wagtail.admin.views import generic
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permissions import register_permission_policy

from catalogue.admin.filters import Boxes, Radios
from catalogue.admin.policies import NarrowPolicy
from catalogue.wagtail_hooks import CountItem
from home.models import ContactMessage


class MessagePolicy(NarrowPolicy):
    """Messages are received, never written by staff; those handled are deleted with time."""

    def user_has_permission(self, user: Any, action: str) -> bool:
        return action not in ("add", "delete") and super().user_has_permission(user, action)


register_permission_policy(ContactMessage, MessagePolicy(ContactMessage))


class HandledMessageForm(WagtailAdminModelForm):
    """The one thing that staff change of a message: whether it was handled."""

    handled = forms.BooleanField(
        label=_("Traité"),
        required=False,
        help_text=_("Un message traité est effacé au bout d'un an."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["handled"] = bool(self.instance.handled_at)

    def save(self, commit: bool = True) -> ContactMessage:
        if not self.cleaned_data["handled"]:
            self.instance.handled_at = None
        elif self.instance.handled_at is None:
            self.instance.handled_at = timezone.now()
        return super().save(commit)


class MessageFilterSet(WagtailFilterSet):
    """Messages by subject, to handle or handled."""

    state = Radios(
        label=_("État"),
        method="filter_state",
        empty_label=_("Tous"),
        choices=[("waiting", _("À traiter")), ("handled", _("Traité"))],
    )
    subject = Boxes(label=_("Objet"), choices=ContactMessage.Subject.choices)

    class Meta:
        model = ContactMessage
        fields: list[str] = []

    def filter_state(self, queryset: QuerySet, name: str, value: str) -> QuerySet:
        return queryset.filter(handled_at__isnull=value == "waiting")


class MessageIndexView(generic.IndexView):
    """Messages with the sheet they are about."""

    def get_base_queryset(self) -> QuerySet:
        return super().get_base_queryset().select_related("listing__page")


class MessageViewSet(ModelViewSet):
    """« Messages reçus » in the menu."""

    model = ContactMessage
    name = "messages"
    icon = "mail"
    menu_order = 180
    add_to_admin_menu = True
    copy_view_enabled = False
    add_to_reference_index = False
    index_view_class = MessageIndexView
    filterset_class = MessageFilterSet
    ordering = ["-sent_at"]
    list_per_page = 50
    search_fields = ["message", "email", "listing__page__title"]
    search_backend_name = None
    list_display = [
        Column("subject", label=_("Objet"), accessor="get_subject_display", sort_key="subject"),
        Column("listing", label=_("Fiche concernée")),
        Column("email", label=_("De"), sort_key="email"),
        DateColumn("sent_at", label=_("Reçu le"), sort_key="sent_at"),
        StatusTagColumn(
            "handled_at",
            label=_("État"),
            accessor=lambda row: _("Traité") if row.handled_at else _("À traiter"),
            primary=lambda row: row.handled_at is None,
            sort_key="handled_at",
        ),
    ]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldPanel("subject", read_only=True),
                    FieldPanel("listing", read_only=True),
                    FieldPanel("email", read_only=True),
                    FieldPanel("message", read_only=True),
                    FieldPanel("sent_at", read_only=True),
                ],
                heading=_("Message"),
            ),
            FieldPanel("handled"),
        ],
        base_form_class=HandledMessageForm,
    )


@hooks.register("register_admin_viewset")
def register_viewsets() -> MessageViewSet:
    """Messages of visitors."""
    return MessageViewSet()


class MessagesItem(CountItem):
    order = 120
    icon = "mail"

    def is_shown(self) -> bool:
        return self.request.user.has_perm("home.change_contactmessage")

    def url(self) -> str:
        return f"{reverse('messages:index')}?state=waiting"

    def words(self) -> str:
        count = ContactMessage.objects.filter(handled_at__isnull=True).count()
        return ngettext("%d message à traiter", "%d messages à traiter", count) % count


@hooks.register("construct_homepage_summary_items")
def summarise(request: HttpRequest, items: list[Any]) -> None:
    """Messages that wait for an answer, on the dashboard."""
    items.append(MessagesItem(request))
