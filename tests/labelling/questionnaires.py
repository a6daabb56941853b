"""A small questionnaire that has one question of each sort, and how it is answered."""

from labelling import assessing
from labelling.models import Answer, SelfAssessment
from tests.labelling.referentials import HEAD, criterion

NEXT = HEAD.replace('version = "1"', 'version = "2"').replace("2026-01-01", "2027-01-01")
"""The head of a version that comes after."""
PERCENT = {"unit": "%", "minimum": 0, "maximum": 100, "zero_at": 0, "full_at": 100}
SMALL = (
    criterion("SE-01", evidence="required", evidence_expected="Le certificat."),
    criterion("SE-02", when={"criterion": "SE-01", "is": ["oui"]}),
    criterion("SE-03", kind="number", **PERCENT),
    criterion("DO-01", theme="donnees", kind="url", suggestion={"sheet": "depot"}),
    criterion("DO-02", theme="donnees", when={"criterion": "SE-02", "is": ["non"]}),
)


def write(assessment: SelfAssessment, by, **values: str) -> None:
    """Answer questions, whatever stood there: `SE_01="oui"`."""
    for name, value in values.items():
        criterion = name.replace("_", "-")
        row = assessment.answers.filter(criterion=criterion).first()
        assessing.save_answer(
            assessment=assessment,
            criterion=criterion,
            value=value,
            justification=row.justification if row else "",
            edition=row.edition if row else 0,
            by=by,
        )


def fill(assessment: SelfAssessment, by) -> None:
    """Answer all that the small questionnaire asks; no proof is needed for a « non »."""
    write(assessment, by, SE_01="non", SE_03="80", DO_01="https://exemple.fr/depot")


def stored(assessment: SelfAssessment) -> dict[str, str]:
    """What is answered, by criterion."""
    return dict(Answer.objects.filter(assessment=assessment).values_list("criterion", "value"))
