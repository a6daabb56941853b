"""What makes each mail about a referential leave: its name → a function, which returns the address."""

from collections.abc import Callable

from home.services import EDITORS
from labelling import publishing
from tests.catalogue.admin.screens import staff
from tests.home.mails.world import World
from tests.labelling.factories import make_result, make_version
from tests.labelling.referentials import criterion


def losing(w: World) -> str:
    """A company whose answers are worth less under a version that an editor publishes."""
    version = make_version(criterion("SE-01"), criterion("SE-02"))
    make_result(w.live, version, {"SE-01": "non", "SE-02": "oui"})
    editor = staff(EDITORS)
    draft = publishing.start_draft(from_version=version, by=editor, version="2")
    heavier = draft.source.replace("weight = 1", "weight = 3", 1)
    publishing.save_draft(draft=draft, source=heavier, by=editor, seen_sha256=draft.sha256)
    w.do(publishing.publish_draft, draft=draft, by=editor, seen_sha256=draft.sha256)
    return w.owner.email


TRIGGERS: dict[str, Callable[[World], str]] = {"referentials/losses": losing}
