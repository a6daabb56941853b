"""Who sees how the search fares."""

from django.contrib.auth.decorators import permission_required

SEE_STATE = "search.view_pendingdocument"

staff_of_search = permission_required(
    SEE_STATE, login_url="wagtailadmin_login", raise_exception=True
)
"""For views of the admin; Wagtail's gate has let nobody in but its own users."""
