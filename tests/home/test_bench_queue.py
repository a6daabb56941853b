"""bench_queue: it measures a queue that is really there."""

import pytest
from django.core.management import call_command

from home.bench import label_files
from home.bench.timing import Report
from labelling.models import LabelApplication
from tests.labelling.factories import make_version
from tests.labelling.referentials import criterion


@pytest.mark.usefixtures("site")
def test_it_fills_a_queue_and_says_what_its_page_takes(monkeypatch):
    monkeypatch.setattr(label_files, "ROUNDS", 2)
    monkeypatch.setattr(label_files, "SHEETS", 4)
    make_version(criterion())
    lines: list[str] = []
    label_files.measure_queue(Report(lines.append), 24)
    assert LabelApplication.objects.count() == 24
    assert "requêtes SQL de la page" in "".join(lines)


def test_help_says_what_it_does(capsys):
    with pytest.raises(SystemExit):
        call_command("bench_queue", "--help")
    assert "base temporaire" in " ".join(capsys.readouterr().out.split())
