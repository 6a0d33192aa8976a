"""Keep the readiness approvals and questionnaires of Kubernetes enhancements as past reviews."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from greenboard.reviews.past.reading import Read

_SHOWN = 20


@click.command("import", short_help=__doc__)
@click.argument("folder", type=click.Path(path_type=Path), metavar="PATH")
@click.option("--source", metavar="URL", help="Where it is from. Default: the origin of the working tree.")
@click.option("--commit", metavar="SHA", help="What was read. Default: the commit of the working tree.")
@click.option("--dry-run", is_flag=True, help="Read and count only; no database is needed.")
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def command(*, folder: Path, source: str | None, commit: str | None, dry_run: bool, form: str) -> None:
    """Read a working tree of kubernetes/enhancements: each file is read, or refused with a reason.

    What was read is kept in the board's database: a page for each enhancement, with who approved which stage, the
    answers, links to the files and a digest. The same again changes nothing. Its questions are matched to those of our
    `kubernetes` template. Exit codes: 0 it was read, 2 there is no such tree.
    """
    from greenboard.reviews.past import reading

    if not dry_run:
        from greenboard.project import running
        from greenboard.project.environment import Environment

        running.prepare(Environment.read().data_dir, sample=False)
    found = reading.read(folder)
    kept = None if dry_run else _keep(found, folder, source, commit)
    _print(found, kept, form)


def _keep(found: Read, folder: Path, source: str | None, commit: str | None) -> int:
    """How many past reviews are new or say something else than before."""
    from greenboard.access import origin
    from greenboard.core import clock
    from greenboard.repository.tree import NotARepository, Tree
    from greenboard.reviews.past import keeping

    said, at = source or "", commit or ""
    try:
        tree = Tree.open(folder)
    except NotARepository:
        pass
    else:
        said = said or tree.git("config", "--get", "remote.origin.url", check=False).strip()
        at = at or tree.commit
    where = keeping.Origin(said, at)
    return keeping.keep(found, where, origin.current().name, clock.now()).kept


def _print(found: Read, kept: int | None, form: str) -> None:
    import json

    counts, stages = found.counts, found.stages
    refused = [one.reason for one in found.refused]
    if form == "json":
        told = {"counts": counts, "stages": stages, "kept": kept, "refused": refused}
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    click.echo(
        f"Approvals: {counts['approvals']} in {counts['approval_files']} files; {counts['approvals_refused']} refused"
    )
    by_stage = ", ".join(f"{stage} {count}" for stage, count in stages.items())
    click.echo(f"  by stage: {by_stage}; by {counts['approvers']} people")
    click.echo(f"Questionnaires: {counts['questionnaires']} of {counts['readmes']} files; {counts['without']} refused")
    click.echo(
        f"  {counts['questions']} questions, {counts['matched']} that our template asks, {counts['answered']} answered"
    )
    for line in refused[:_SHOWN]:
        click.echo(f"  refused: {line}")
    if len(refused) > _SHOWN:
        click.echo(f"  and {len(refused) - _SHOWN} more; --format json names all")
    if kept is not None:
        click.echo(f"Kept: {kept} new or changed of {counts['reviews']} past reviews. They are at /reviews/past.")
