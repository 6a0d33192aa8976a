"""Read the readiness approvals and questionnaires of Kubernetes enhancements."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from greenboard.core.errors import UserError

_SHOWN = 20


@click.command("import", short_help=__doc__)
@click.argument("folder", type=click.Path(path_type=Path), metavar="PATH")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(*, folder: Path, form: str) -> None:
    """Read a working tree of kubernetes/enhancements: each file is read, or refused with a reason. Nothing is kept.

    Its questions are matched to those of our `kubernetes` template. Exit codes: 0 it was read, 2 there is no such tree.
    """
    import json

    told = read(folder)
    if form == "json":
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    counts = told["counts"]
    click.echo(
        f"Approvals: {counts['approvals']} in {counts['approval_files']} files; {counts['approvals_refused']} refused"
    )
    stages = ", ".join(f"{stage} {count}" for stage, count in told["stages"].items())
    click.echo(f"  by stage: {stages}; by {counts['approvers']} people")
    click.echo(f"Questionnaires: {counts['questionnaires']} of {counts['readmes']} files; {counts['without']} refused")
    click.echo(
        f"  {counts['questions']} questions, {counts['matched']} that our template asks, {counts['answered']} answered"
    )
    for refusal in told["refused"][:_SHOWN]:
        click.echo(f"  refused: {refusal}")
    if len(told["refused"]) > _SHOWN:
        click.echo(f"  and {len(told['refused']) - _SHOWN} more; --format json names all")


def read(folder: Path) -> dict[str, Any]:
    """All that a working tree says, counted; every file that is refused, with its reason.

    Raises:
        UserError: there is no such tree.

    """
    from collections import Counter

    from greenboard.core.errors import UserError
    from greenboard.reviews import corpus

    root = folder / "keps"
    if not (root / "prod-readiness").is_dir():
        raise UserError(
            f"{folder} is no working tree of kubernetes/enhancements", expected="a folder keps/prod-readiness"
        )
    refused: list[str] = []
    approvals: list[corpus.Approval] = []
    files = [path for path in sorted((root / "prod-readiness").glob("*/*.yaml")) if path.parent.name != "template"]
    for path in files:
        try:
            approvals += corpus.approvals(_text(path), path.relative_to(folder).as_posix())
        except UserError as error:
            refused.append(_said(error))
    wrong = len(refused)
    readmes = [path for path in sorted(root.rglob("README.md")) if "NNNN-kep-template" not in path.parts]
    found: list[corpus.Questionnaire] = []
    for path in readmes:
        try:
            found.append(corpus.questionnaire(_text(path), path.relative_to(folder).as_posix()))
        except UserError as error:
            refused.append(_said(error))
    summed = Counter[str]()
    for one in found:
        summed.update(corpus.told(one.answers))
    counts = {
        "approval_files": len(files),
        "approvals": len(approvals),
        "approvals_refused": wrong,
        "approvers": len({one.approver for one in approvals}),
        "readmes": len(readmes),
        "questionnaires": len(found),
        "without": len(refused) - wrong,
        **summed,
    }
    stages = Counter(one.stage for one in approvals)
    return {
        "counts": counts,
        "stages": {name: stages[name] for name in corpus.STAGES if stages[name]},
        "refused": refused,
    }


def _said(error: UserError) -> str:
    return str(error).replace("\n", " ")


def _text(path: Path) -> str:
    from greenboard.core.errors import Place, UserError

    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"it cannot be read: {error}", place=Place(str(path))) from None
