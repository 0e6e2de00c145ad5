"""Run the long trials and print a table of them: `make torture`. Exit code 1 where one failed."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from xml.etree import ElementTree


def main(arguments: list[str]) -> int:
    """Pass `arguments` on to pytest and return its exit code."""
    with TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-m",
            "torture",
            "-o",
            "junit_family=xunit1",
            f"--junitxml={report}",
            *arguments,
        ]
        code = subprocess.run(command, check=False).returncode
        if report.exists():
            print(table(ElementTree.parse(report)))
    return code


def table(report: ElementTree.ElementTree) -> str:
    """Each test's trials and failures, a test that is parametrized counted as one trial for each case."""
    trials: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    skipped: Counter[str] = Counter()
    for case in report.iter("testcase"):
        name = f"{case.get('classname', '').rpartition('.')[2]}: {case.get('name', '').partition('[')[0]}"
        counted = case.find("properties/property[@name='trials']")
        trials[name] += int(counted.get("value", "1")) if counted is not None else 1
        failed[name] += any(case.find(kind) is not None for kind in ("failure", "error"))
        skipped[name] += case.find("skipped") is not None
    rows = [f"| {name} | {trials[name]} | {failed[name]} | {skipped[name]} |" for name in trials]
    head = ["", f"make torture, {datetime.now(UTC):%Y-%m-%d %H:%M} UTC", "", "| test | trials | failed | skipped |"]
    return "\n".join([*head, "|---|---|---|---|", *rows])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
