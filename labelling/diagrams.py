"""The tables of `labelling.states` as diagrams and lists for docs/label.md.

`python -m labelling.diagrams` writes them there anew; a test tells when they are out of date.
"""

from collections.abc import Sequence
from pathlib import Path

from labelling.state_words import Audience, state_label
from labelling.states import INITIAL, STATES, TRANSITIONS, Role, State, Subject

PAGE = Path(__file__).parent.parent / "docs" / "label.md"
ROLES = {
    Role.OWNER: "propriétaire de l'entreprise",
    Role.MEMBER: "membre de l'entreprise",
    Role.REVIEWER: "instructeur",
    Role.HOLDER: "instructeur qui tient le dossier",
    Role.EXPERT: "expert consulté",
    Role.DECIDER: "décideur, autre que qui instruit, propose ou annonce",
    Role.THIRD: "tierce personne",
    Role.CLOCK: "une date passe (`expire`)",
    Role.CONSEQUENCE: "conséquence d'autre chose",
}


def diagram(subject: Subject) -> str:
    """A state diagram in Mermaid's language, names of states as staff read them."""
    lines = ["```mermaid", "stateDiagram-v2"]
    for state in STATES[subject]:
        lines.append(f"  {state} : {state_label(subject, state, Audience.STAFF)}")
    lines += [f"  [*] --> {state}" for state in INITIAL[subject]]
    for row in TRANSITIONS[subject]:
        lines += [
            f"  {source} --> {target} : {row.name}"
            for source in row.sources
            for target in row.targets
        ]
    return "\n".join([*lines, "```"])


def table(subject: Subject) -> str:
    """The transitions as a table: what, from where to where, who, and whether a motive is asked."""
    head = ["| transition | de | vers | par | motif |", "|---|---|---|---|---|"]
    rows = [
        f"| `{row.name}` {row.label} | {_codes(row.sources)} | {_codes(row.targets)} "
        f"| {' ; '.join(ROLES[role] for role in row.roles)} | {'oui' if row.needs_comment else ''} |"
        for row in TRANSITIONS[subject]
    ]
    return "\n".join([*head, *rows])


def words(subject: Subject) -> str:
    """What each audience calls each state."""
    head = ["| état | l'offreur lit | la mission LABEL lit | le public lit |", "|---|---|---|---|"]
    rows = [
        f"| `{state}` | "
        + " | ".join(state_label(subject, state, audience) or "rien" for audience in Audience)
        + " |"
        for state in STATES[subject]
    ]
    return "\n".join([*head, *rows])


def written(text: str) -> str:
    """A page with the blocks between its markers written anew."""
    for subject in Subject:
        before, rest = text.split(f"<!-- {subject} -->\n")
        after = rest.split(f"<!-- /{subject} -->", 1)[1]
        block = "\n\n".join((diagram(subject), table(subject), words(subject)))
        text = f"{before}<!-- {subject} -->\n{block}\n<!-- /{subject} -->{after}"
    return text


def _codes(states: Sequence[State]) -> str:
    return ", ".join(f"`{state}`" for state in states)


if __name__ == "__main__":
    PAGE.write_text(written(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
