"""What the runner makes of tests that notice a mutant, and of such that do not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
HEADER = "tests/unit/escalation/effects/test_header.py"
SCRIPT = f"""
from tests.agreement_mutants.mutations import mutants
from tests.agreement_mutants.running import run
from tests.support.example_agreement import PATH

title = next(each for each in mutants(PATH.read_text(encoding="utf-8")) if each.key == "metadata.title")
said = "{HEADER}::test_a_version_says_what_it_is"
currency = "{HEADER}::test_publishing_says_that_no_amounts_are_computed_in_euros"
severity = "tests/unit/escalation/effects/test_severity.py::test_the_scale"
jobs = [(title, (said,)), (title, (severity, said)), (title, (currency,)), (title, ("{HEADER}::test_nothing",))]
outcome = run(jobs, lambda _: None)
print(len(outcome.survivors), outcome.broken)
"""


def test_a_mutant_survives_if_no_named_test_notices() -> None:
    """One test that fails upon it is enough; one of something else is not; one that does not exist is told.

    In a process of its own: pytest runs within it.
    """
    done = subprocess.run([sys.executable, "-c", SCRIPT], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == f"2 ['{HEADER}::test_nothing']"
