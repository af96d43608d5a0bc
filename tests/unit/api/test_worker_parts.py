from __future__ import annotations

from api.cli.worker import PARTS as OFFERED
from api.processes.worker import PARTS


def test_each_part_of_a_worker_can_be_run_alone() -> None:
    """The command offers what there is."""
    assert tuple(PARTS) == OFFERED
