"""The commands that look at documents of workflows: all of the library goes as its cases say, and a wrong file is told."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner

from greenboard.core.errors import UserError, UserErrors
from greenboard.project.workflow import check, test
from greenboard.workflows import library, recorded

TEXT = """\
name: mine
title: Mine
inputs: {a: {}}
steps: [{id: call, do: http, with: {url: "https://x.example/${{ inputs.a }}"}}]
cases:
  - {case: It calls, inputs: {a: b}, answers: {call: {}}, sends: {call: {url: "https://x.example/b"}}}
"""


def test_without_files_every_case_of_the_library_is_run() -> None:
    done = CliRunner().invoke(test.command, [], catch_exceptions=False)
    wanted = sum(len(recorded.beside(file)) for file in library.files())
    assert (done.exit_code, len(list(library.files()))) == (0, 5)
    assert (done.output.count("✓"), done.output.count("✕")) == (wanted, 0)


def test_a_file_of_ones_own_is_run_with_the_cases_in_it(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(TEXT)
    assert "✓ mine: It calls" in CliRunner().invoke(test.command, [str(file)], catch_exceptions=False).output
    file.write_text(TEXT.replace("example/b", "example/c"))
    with pytest.raises(UserError, match=r"call: url is 'https://x\.example/b', not 'https://x\.example/c'"):
        CliRunner().invoke(test.command, [str(file)], catch_exceptions=False)
    file.write_text(TEXT.partition("cases:")[0])
    with pytest.raises(UserError, match=r"mine\.yaml has no cases"):
        CliRunner().invoke(test.command, [str(file)], catch_exceptions=False)


def test_what_is_wrong_with_a_file_is_told_with_its_place(tmp_path: Path) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(TEXT)
    assert CliRunner().invoke(check.command, [str(file)], catch_exceptions=False).output == "1 as it should be.\n"
    file.write_text(TEXT.replace("do: http", "do: htp"))
    with pytest.raises(UserErrors, match=r"mine\.yaml:4:\d+: .*http"):
        CliRunner().invoke(check.command, [str(file)], catch_exceptions=False)
