"""Documentation, runbooks, plans, policies, feedback channels, update bots."""

from datetime import UTC, datetime

from greenboard.repository.readers import dependency_updates, dr_plan, feedback, retention_policy, runbook, user_docs
from greenboard.repository.tree import Tree
from greenboard.repository.types import Component, Found, Missed, Scope


def items(reader, scope):
    return [item for found in reader.READER.read(scope) if isinstance(found, Found) for item in found.value]


def test_runbooks_are_found_by_folder_name_and_heading(repo, scope):
    tree = repo(
        {
            "docs/runbooks/db-full.md": "# Database full\nDelete logs.\n## Rollback\nUndo.\n",
            "docs/ops.md": "# Cart runbook\nRestart it.",
            "docs/runbooks/README.md": "# Runbooks\n- db",
            "docs/runbooks/template.md": "# Runbook template\ntext",
            "docs/other.md": "# Design\nsee the runbook",
            "src/runbook.py": "x",
        }
    )
    found = items(runbook, scope(tree))
    assert [item["path"] for item in found] == ["docs/ops.md", "docs/runbooks/db-full.md"]
    assert found[1]["sections"] == ["Database full", "Rollback"]
    assert found[1]["words"] == 6


def test_a_runbook_of_the_shared_folder_belongs_to_the_component_it_names(repo):
    tree = repo({"docs/runbooks/cart.md": "# Cart\nfix", "docs/runbooks/mail.md": "# Mail\nfix", "src/cart/a.py": ""})
    shared = ("docs/runbooks/cart.md", "docs/runbooks/mail.md")
    now = datetime(2026, 11, 23, tzinfo=UTC)
    view = Scope(tree, Component("cart", "src/cart", "service"), ("src/cart/a.py",), now, shared)
    assert [item["path"] for item in items(runbook, view)] == ["docs/runbooks/cart.md"]


def test_without_a_runbook_nothing_is_claimed(repo, scope):
    assert list(runbook.READER.read(scope(repo({"README.md": "# x"})))) == []


def test_a_document_that_cannot_be_read_is_missed(repo, scope):
    (missed,) = runbook.READER.read(scope(repo({"docs/runbook.md": b"\xff\xfe"})))
    assert isinstance(missed, Missed)
    assert missed.location == "docs/runbook.md:1:1"


def test_a_plan_gives_the_date_of_its_last_rehearsal_unless_it_is_to_come(repo, scope):
    text = "# Disaster recovery\nLast rehearsed: 2026-05-01. Last tested on 2026-06-02.\nLast drill: 2027-01-01\n"
    (plan,) = items(dr_plan, scope(repo({"docs/disaster-recovery.md": text})))
    assert plan["rehearsed_at"] == datetime(2026, 6, 2, tzinfo=UTC)


def test_a_retention_policy_gives_days_only_when_it_states_one_span(repo, scope):
    (policy,) = items(retention_policy, scope(repo({"docs/data-retention.md": "# Data retention\nKept for 90 days."})))
    assert policy["days"] == 90
    assert retention_policy.days("Logs are kept 30 days, orders are kept 7 years.") is None


def test_documentation_is_counted_with_its_dead_links(repo, commit, scope):
    tree = repo({"mkdocs.yml": "site_name: x", "docs/index.md": "# Hi\none two [a](index.md) [b](gone.md) [c](../up/)"})
    (docs,) = items(user_docs, scope(tree))
    assert (docs["path"], docs["tool"], docs["pages"], docs["words"]) == ("docs", "mkdocs", 1, 6)
    assert docs["dead_links"] == ["docs/index.md: gone.md"]
    later = datetime(2026, 11, 22, tzinfo=UTC)
    commit(tree.root, {"docs/more.rst": "More"}, at=later)
    (docs,) = items(user_docs, scope(Tree.open(tree.root)))
    assert docs["last_changed_at"] == later


def test_pages_for_makers_alone_are_no_documentation_for_users(repo, scope):
    assert items(user_docs, scope(repo({"docs/adr/0001.md": "# We choose", "docs/CONTRIBUTING.md": "x"}))) == []


def test_feedback_channels_come_from_templates_links_and_manifests(repo, git, scope):
    tree = repo(
        {
            ".github/ISSUE_TEMPLATE/bug.md": "x",
            ".github/ISSUE_TEMPLATE/config.yml": "contact_links:\n- url: https://discord.gg/x\n  name: chat\n",
            "package.json": '{"bugs": {"email": "bugs@example.org"}}',
        }
    )
    git(tree.root, "remote", "add", "origin", "git@github.com:shop/cart.git")
    found = {item["kind"]: item["url"] for item in items(feedback, scope(tree))}
    assert found == {
        "mail": "bugs@example.org",
        "chat": "https://discord.gg/x",
        "issue_tracker": "https://github.com/shop/cart/issues",
    }


def test_a_broken_manifest_is_a_missed_look_beside_what_is_known(repo, scope):
    tree = repo({"package.json": "{", ".gitlab/issue_templates/bug.md": "x"})
    said = list(feedback.READER.read(scope(tree)))
    assert [type(one) for one in said] == [Missed, Found]
    assert said[0].location == "package.json:1:2"


def test_update_bots_are_found_in_their_places(repo, scope):
    tree = repo(
        {
            ".github/dependabot.yml": "version: 2\nupdates:\n- package-ecosystem: npm\n- package-ecosystem: docker\n",
            "package.json": '{"renovate": {"enabledManagers": ["npm"]}}',
        }
    )
    assert items(dependency_updates, scope(tree)) == [
        {"tool": "dependabot", "path": ".github/dependabot.yml", "ecosystems": ["npm", "docker"], "missing": []},
        {"tool": "renovate", "path": "package.json", "ecosystems": ["npm"], "missing": []},
    ]


def test_a_bot_that_updates_nothing_does_not_count(repo, scope):
    files = {
        ".github/dependabot.yml": "version: 2\nupdates:\n- package-ecosystem: npm\n  open-pull-requests-limit: 0\n",
        "renovate.json5": "// off\n{\n  enabled: false,\n}",
    }
    assert items(dependency_updates, scope(repo(files))) == []


def test_what_no_bot_looks_after_is_told(repo, scope):
    bot = "version: 2\nupdates:\n- package-ecosystem: github-actions\n- package-ecosystem: uv\n"
    files = {".github/dependabot.yml": bot, "shop.gemspec": "", "pyproject.toml": "[project]\ndependencies=['rich']\n"}
    files |= {"docs/package.json": '{"dependencies": {"a": "1"}}', "web/package.json": '{"name": "web"}'}
    assert items(dependency_updates, scope(repo(files)))[0]["missing"] == ["rubygems"]
    everything = {"renovate.json": '{"extends": ["config:recommended"]}', "Gemfile": ""}
    assert items(dependency_updates, scope(repo(everything)))[0]["missing"] == []


def test_settings_that_switch_one_manager_off_leave_the_bot_on(repo, scope):
    text = "{\n  // enabled: false\n  'pip': {\n    enabled: false,\n  },\n  a: 'enabled: false',\n}"
    assert items(dependency_updates, scope(repo({".github/renovate.json5": text})))


def test_in_a_plain_folder_addresses_of_a_site_leave_dead_links_open(repo, scope):
    pages = {"docs/a.md": "A page [b](../b/#x) [c](c)", "docs/b.md": "B"}
    (docs,) = items(user_docs, scope(repo(pages | {"docs/c.md": ""})))
    assert docs["dead_links"] == []
    (docs,) = items(user_docs, scope(repo(pages)))
    assert "dead_links" not in docs
    (docs,) = items(user_docs, scope(repo(pages | {"docs/d.md": "D [e](e.md)"})))
    assert docs["dead_links"] == ["docs/d.md: e.md"]


def test_notes_on_upgrades_alone_are_no_documentation_for_users(repo, scope):
    pages = {"docs/UPGRADE-4.0.md": "Do this.", "docs/changelog.v3.md": "x", "docs/migration.md": "x"}
    assert items(user_docs, scope(repo(pages))) == []
    (docs,) = items(user_docs, scope(repo(pages | {"docs/usage.md": "Use it"})))
    assert (docs["pages"], docs["words"]) == (1, 2)
