"""A plugin that is broken is named, does nothing, and stops nothing else; whatever it is broken by."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from tests.plugins.conftest import Install

from greenboard.connections import discovery
from greenboard.core import content
from greenboard.core.errors import UserError
from greenboard.facts import vocabulary
from greenboard.notifications import reaching
from greenboard.notifications.types import Letter
from greenboard.plugins import registry
from greenboard.plugins.types import State, Unavailable
from greenboard.reviews import template
from greenboard.workflows import kinds
from greenboard.workflows.kinds import Moment
from greenboard.workflows.types import Done, Failed

pytestmark = pytest.mark.django_db
WELL = """
    @hookimpl
    def greenboard_actions():
        return [Action("greet", "Greet", Inputs, lambda given, moment: {"said": "hello"})]
"""
LETTER = Letter("1", "now", "A letter", "It says", (), 0, "", "", "")


def state(name: str) -> tuple[State, str]:
    found = registry.find(name)
    assert found is not None
    return found.state, found.why


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import nothing_of_that_name\nGREENBOARD_API = 1", "cannot be imported: ModuleNotFoundError"),
        ("def (", "cannot be imported: SyntaxError"),
        ("import sys\nsys.exit(1)", "cannot be imported: SystemExit: 1"),
        ("", "does not say in GREENBOARD_API which version"),
        ("GREENBOARD_API = 2", "was made for version 2 of the contract; this Greenboard has version 1"),
        ("GREENBOARD_API = True", "was made for version True"),
    ],
)
def test_one_that_cannot_be_loaded_is_named_with_the_reason_and_others_work(
    install: Install, tmp_path: Path, text: str, said: str
) -> None:
    install(bad="", well=WELL)
    tmp_path.joinpath(f"brought_bad_{tmp_path.name.replace('-', '_')}.py").write_text(text, encoding="utf-8")
    assert state("bad")[0] is State.BROKEN
    assert said in state("bad")[1]
    assert state("well") == (State.READY, "")
    assert "well.greet" in kinds.known()


@pytest.mark.parametrize(
    ("hook", "gives", "said"),
    [
        ("settings", "[Field('Token', 'Token')]", "'Token' is no name"),
        ("integrations", "['folder']", "gave str where Path is due"),
        ("fact_types", "Path('x')", "gave PosixPath where a list is due"),
        ("functions", "[Function('f', ('list',), 'bool', 'doc', 'x', bool)]", "f takes and gives bool, int"),
        ("functions", "[Function('f', ('string',), 'bool', 'doc', 'x', 3)]", "f cannot be called: 3"),
        ("report_formats", "[ReportFormat('f', 'F', 'f', 'text', bytes)]", "no media type: 'text'"),
        ("channels", "[Channel('c', 'C', 'about', ('url',), print, print)]", "the fields of c are no fields"),
        ("actions", "[Action('a', 'A', dict, print)]", "the inputs of a are no class"),
        ("review_templates", "3", "gave int where a list is due"),
        ("pages", "[Page('/x', print, 'catalog.read')]", "a route begins without a slash"),
        ("pages", "[Page('x', print, 'catalog.see')]", "'catalog.see' is not a valid Permission"),
        ("pages", "[Page('settings/x', print, 'catalog.read')]", "is taken by Greenboard"),
        ("panels", "[EntityPanel('p', None)]", "p cannot be called: None"),
        ("frames", "[Frame('f', 'F', 'http://example.com/')]", "no address that begins with https://HOST"),
        ("proxies", "[Proxy('p', 'https://a.example.com/path', ())]", "an origin is a scheme and a host"),
        ("proxies", "[Proxy('p', 'https://a.example.com', (('TRACE', '/'),))]", "allows a method and a path"),
        ("panels", "1 / 0", "ZeroDivisionError: division by zero"),
        ("frames", "[EntityPanel('p', print)]", "gave EntityPanel where Frame is due"),
        ("panels", "[EntityPanel('p', print), EntityPanel('p', print)]", "gave the name 'p' twice"),
        ("surprises", "[]", "greenboard_surprises"),
    ],
)
def test_one_whose_hook_raises_or_gives_something_else_is_named_and_does_nothing(
    install: Install, hook: str, gives: str, said: str
) -> None:
    install(bad=f"{WELL}\n    @hookimpl\n    def greenboard_{hook}():\n        return {gives}\n", well=WELL)
    found, why = state("bad")
    assert (found, "bad.greet" in kinds.known()) == (State.BROKEN, False)
    assert said in why
    assert state("well")[0] is State.READY


def test_of_two_with_one_name_the_second_is_refused_and_so_is_a_name_that_rules_cannot_say(install: Install) -> None:
    install(well=WELL)
    (first,) = registry.plugins()
    registry.forget(first.found, type(first.found)("well", "other"), type(first.found)("Not-A-Name", "other"))
    assert [one.state for one in registry.plugins()] == [State.READY, State.BROKEN, State.BROKEN]
    assert "another plugin is called 'well'" in registry.plugins()[1].why
    assert "its name has to be" in registry.plugins()[2].why


def test_an_integration_that_cannot_be_read_is_told_of_as_any_other(install: Install, tmp_path: Path) -> None:
    tmp_path.joinpath("integrations", "odd").mkdir(parents=True)
    tmp_path.joinpath("integrations", "odd", "integration.yaml").write_text("name: [", encoding="utf-8")
    raising = tmp_path / "integrations" / "raising"
    shutil.copytree(content.library("integration"), raising)
    manifest = raising.joinpath("integration.yaml").read_text(encoding="utf-8").replace("NAME", "raising")
    raising.joinpath("integration.yaml").write_text(manifest, encoding="utf-8")
    raising.joinpath("collect.py").write_text("1 / 0", encoding="utf-8")
    install(bad="@hookimpl\ndef greenboard_integrations():\n    return [HERE / 'integrations']\n")
    told = [str(error) for error in discovery.broken()]
    assert any("odd" in one for one in told)
    assert any("raising of the plugin bad cannot be loaded: ZeroDivisionError" in one for one in told)
    assert "github" in discovery.found()


@pytest.mark.parametrize(
    "text", ["name: slo\ntitle: Taken\ndoc: d\nabout: component\nfields: {a: {type: int, doc: d}}", "name: [", "\xff"]
)
def test_fact_types_that_cannot_be_used_leave_all_others_standing(install: Install, tmp_path: Path, text: str) -> None:
    tmp_path.joinpath("types").mkdir()
    tmp_path.joinpath("types", "one.yaml").write_bytes(text.encode("latin-1"))
    install(
        bad=f"{WELL}\n@hookimpl\ndef greenboard_fact_types():\n    return [HERE / 'types']\n".replace(
            "    @hook", "@hook"
        )
        .replace("    def", "def")
        .replace("        return", "    return")
    )
    assert "slo" in vocabulary.load().types
    assert state("bad")[0] is State.BROKEN
    assert "its fact types" in state("bad")[1]
    assert "bad.greet" not in kinds.known()


def test_templates_of_reviews_that_cannot_be_used_leave_all_others_standing(install: Install, tmp_path: Path) -> None:
    tmp_path.joinpath("reviews").mkdir()
    tmp_path.joinpath("reviews", "one.yaml").write_text("name: odd\n", encoding="utf-8")
    install(bad="@hookimpl\ndef greenboard_review_templates():\n    return [HERE / 'reviews']\n")
    assert "production-readiness" in template.shipped()
    assert "its review templates" in state("bad")[1]


def test_an_action_that_breaks_fails_its_step_and_five_in_a_row_let_the_plugin_rest(install: Install) -> None:
    install(
        bad="""
        @hookimpl
        def greenboard_actions():
            return [Action("greet", "Greet", Inputs, greet)]

        CALLS = []

        def greet(given, moment):
            CALLS.append(1)
            if len(CALLS) == 2:
                raise Refused("not today", again=True)
            if len(CALLS) == 3:
                return {"well": True}
            if len(CALLS) == 4:
                return ["no", "dict"]
            if len(CALLS) == 5:
                return {"no": object()}
            raise RuntimeError("out of order")
        """
    )
    kind = kinds.find("bad.greet")
    moment = Moment(1, "greet", "key", "w", None, "ada", datetime(2026, 11, 26, tzinfo=UTC))
    came = [kind.perform(kind.model(), moment) for _ in range(5)]
    assert isinstance(came[0], Failed)
    assert "the plugin bad broke in the action greet: RuntimeError: out of order" in str(came[0])
    assert came[1] == Failed("not today", again=True)
    assert came[2] == Done({"well": True})
    assert "gave list where dict is due" in str(came[3])
    assert "gave outputs that are no JSON" in str(came[4])
    assert state("bad")[0] is State.READY
    for _ in range(registry.PATIENCE):
        kind.perform(kind.model(), moment)
    assert state("bad")[0] is State.BROKEN
    assert "it rests in this process" in state("bad")[1]
    with pytest.raises(UserError, match=r"no step does 'bad.greet'"):
        kinds.find("bad.greet")
    assert isinstance(kind.perform(kind.model(), moment), Failed)


def test_a_letter_by_a_channel_that_breaks_waits_and_says_why(install: Install) -> None:
    install(
        bad="""
        @hookimpl
        def greenboard_channels():
            return [Channel("post", "Post", "By post", (Field("to", "To"),), check, send)]

        def check(given):
            if not given["to"]:
                from greenboard.core.errors import UserError
                raise UserError("nobody to send to")

        def send(given, address, letter):
            return Sent(True, letter["text"]) if given["to"] == "ada" else 1 / 0
        """
    )
    kind = reaching.kind("bad.post")
    with pytest.raises(UserError, match="nobody to send to"):
        kind.check({"to": ""})
    assert kind.send({"to": "ada"}, "", LETTER).answer.startswith("It says")
    came = kind.send({"to": "bob"}, "", LETTER)
    assert (came.arrived, came.permanent) == (False, False)
    assert "ZeroDivisionError" in came.answer


def test_who_is_not_named_by_the_setting_is_not_even_imported(
    install: Install, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(bad="raise SystemError", well=WELL)
    monkeypatch.setenv("GREENBOARD_PLUGINS", "well")
    assert state("bad") == (State.OFF, "GREENBOARD_PLUGINS does not name it")
    assert state("well")[0] is State.READY
    monkeypatch.setenv("GREENBOARD_PLUGINS", "none")
    assert state("well")[0] is State.OFF
    with pytest.raises(Unavailable):
        registry.call("well", "anything", lambda: 1, int)
