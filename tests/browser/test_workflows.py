"""The five founding workflows in a real browser, from the form to the end of the run; and one that is written by forms."""

import importlib
import json
import os
import re
import socket
import subprocess
import sys
import threading
import urllib.request

import pytest
from tests import installation
from tests.browser.test_pages import axe, looked_at, shots  # noqa: F401 - fixtures

browser = importlib.import_module("tests.browser.conftest")
founded = importlib.import_module("tests.browser.founded")
company = importlib.import_module("tests.browser.company")
tools = importlib.import_module("tests.workflows.conftest")
jira = importlib.import_module("tests.workflows.jira")

pytestmark = pytest.mark.slow
LOOKS = [("light", 1440), ("dark", 390)]


class Tools(jira.Jira):
    """A Jira that files issues, and a deployer that calls back."""

    def reply(self, path):
        asked = self.seen[-1]
        if path == "/runs":
            threading.Thread(target=self._deployed, args=(asked.body["callback"],), daemon=True).start()
            return 202, {}
        if path == "/survey" or (path == "/move" and len(self.at("/move")) == 1):
            return 409, {"why": "it is busy"}
        return super().reply(path)

    def _deployed(self, address):
        said = {"state": "success", "message": "deployed", "outputs": {"link": "https://deploy.example.com/7"}}
        headers = {"Content-Type": "application/json"}
        urllib.request.urlopen(urllib.request.Request(address, json.dumps(said).encode(), headers))


@pytest.fixture(scope="module")
def account():
    pytest.importorskip("boto3", reason="needs the extra `aws`")
    server = pytest.importorskip("moto.server", reason="needs moto").ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(scope="module")
def aws(account):
    import boto3

    keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
    return lambda name: boto3.client(name, region_name=founded.REGION, endpoint_url=account, **keys)


@pytest.fixture(scope="module")
def other():
    with tools.receiving(Tools()) as made:
        yield made


@pytest.fixture(scope="module")
def surroundings(account, other, tmp_path_factory):
    """The variables of a server that is connected to all of them, and in which the example of plugins is installed."""
    folder = tmp_path_factory.mktemp("site")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    own = {
        **installation.own(folder / "data"),
        "GREENBOARD_PORT": str(port),
        "GREENBOARD_OUTBOUND_ALLOW": "127.0.0.1",
        "GREENBOARD_ORIGIN": address,
        "PYTHONPATH": os.pathsep.join([*brought(folder / "brought"), os.environ.get("PYTHONPATH", "")]),
        "AWS": account,
        "TOOLS": other.url,
    }
    return {**installation.kept(), **own}


def brought(folder):
    """Where Python finds the example, and the paper that an installed package has."""
    paper = folder / "greenboard_example-1.0.0.dist-info"
    paper.mkdir(parents=True)
    (paper / "METADATA").write_text("Metadata-Version: 2.1\nName: greenboard-example\nVersion: 1.0.0\n")
    (paper / "entry_points.txt").write_text("[greenboard.plugins]\nexample = greenboard_example.plugin\n")
    return str(folder), str(browser.ROOT / "examples" / "plugin" / "src")


@pytest.fixture(scope="module")
def site(installed, surroundings, tmp_path_factory):
    """A server and a worker."""
    address, log = surroundings["GREENBOARD_ORIGIN"], tmp_path_factory.mktemp("log") / "log"
    with browser.serving(surroundings, log, address, founded.__name__) as address:
        yield address


@pytest.fixture(scope="module")
def people(chromium, site):
    """The windows of whoever starts, and of a second person who agrees."""
    first = browser.Visit(chromium, site, "light", 1440).sign_in()
    second = browser.Visit(chromium, site, "light", 1440).sign_in(founded.SECOND)
    yield first, second
    first.context.close()
    second.context.close()


@pytest.fixture
def run(people, expect, axe, shots):  # noqa: F811 - fixtures
    """Starts a workflow from its page, has the second person agree, and gives the page of the run."""
    first, second = people

    def started(title, name, fields, *, about=False, agreed=True, ends="Done", then=None):
        page = first.page
        page.goto("/entities/service/default/checkout" if about else "/workflows")
        page.get_by_role("link", name=title).first.click()
        for label, value in fields.items():
            control = page.get_by_label(label, exact=True)
            control.select_option(value) if label in ("Environment", "Type of issue") else control.fill(value)
        page.get_by_role("button", name="Start", exact=True).click()
        page.wait_for_url("**/workflow-runs/*")
        if agreed:
            expect(page.locator("#run .meta")).to_contain_text("Waits")
            agree(expect, second, page.url)
        if then is not None:
            then(page)
        expect(page.locator("#run .meta")).to_contain_text(ends)
        troubles = {}
        for theme, width in LOOKS:
            page.emulate_media(color_scheme=theme)
            page.set_viewport_size({"width": width, "height": 900})
            for part, url in (("form", f"/workflows/{name}"), ("run", page.url)):
                troubles[part, theme] = looked_at(page, url, axe, width, shots / f"{name}-{part}-{theme}-{width}.png")
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 1440, "height": 900})
        assert {where: found for where, found in troubles.items() if found} == {}
        assert (first.complaints, first.elsewhere, second.complaints) == ([], [], [])
        return page

    return started


def agree(expect, second, url):
    second.page.goto("/mine")
    waits = second.page.get_by_role("region", name="Waiting for me")
    waits.locator(f"a[href='{url.removeprefix(second.site)}']").click()
    second.page.get_by_role("button", name="Approve").click()
    expect(second.page.get_by_role("button", name="Approve")).to_have_count(0)


def test_an_aws_call_is_made(run, aws):
    queue = aws("sqs").create_queue(QueueName="orders")["QueueUrl"]
    aws("sqs").send_message(QueueUrl=queue, MessageBody="x")
    given = {"Service": "sqs", "Operation": "purge_queue", "Parameters": json.dumps({"QueueUrl": queue})}
    run("Make an AWS API call", "call-aws", given, agreed=False)
    assert "Messages" not in aws("sqs").receive_message(QueueUrl=queue)


def test_a_service_is_deployed(run, other, expect):
    given = {"Version": "1.4.0", "Environment": "production", "Address of the deployer": f"{other.url}/runs"}
    page = run("Deploy a service", "deploy-service", given, about=True)
    expect(page.locator("#run")).to_contain_text("https://deploy.example.com/7")
    assert other.at("/runs")[0].headers["authorization"] == "Bearer the-token-of-the-deployer"
    assert "the-token-of-the-deployer" not in page.content()


def test_a_resource_is_provisioned(run, aws):
    given = {"Name of the bucket": "shop-receipts", "What it is for": "receipts"}
    page = run("Provision a bucket", "provision-resource", given, about=True)
    assert [one["Name"] for one in aws("s3").list_buckets()["Buckets"]] == ["shop-receipts"]
    assert page.goto("/entities/resource/default/shop-receipts").status == 200


def test_a_key_is_assigned_and_taken_back(run, aws, expect):
    """Here because its run is cancelled; that time takes it back as well is in `tests/workflows/test_founding.py`."""
    aws("iam").create_group(GroupName="readers")
    given = {"For whom": company.NAME, "Group of IAM that says what the key may": "readers", "What for": "An incident."}

    def cancelled(page):
        expect(page.locator("#step-hold")).to_contain_text("until")
        assert len(aws("iam").list_users()["Users"]) == 1
        page.get_by_label("Reason").last.fill("found another way")
        page.get_by_role("button", name="Cancel it").click()

    run("Assign a temporary access key", "assign-access-key", given, ends="Cancelled", then=cancelled)
    assert aws("iam").list_users()["Users"] == []
    assert aws("secretsmanager").list_secrets()["SecretList"] == []


def test_an_issue_is_created(run, other, expect):
    given = {"Key of the project": "SHOP", "Type of issue": "Task", "Summary": "Add a runbook"}
    page = run("Create a Jira issue", "create-jira-issue", given, about=True, agreed=False)
    expect(page.locator("#run")).to_contain_text("SHOP-1")
    assert [one["fields"]["summary"] for one in other.issues] == ["Add a runbook"]


def test_a_workflow_is_made_by_forms_tried_saved_and_gone_through(people, expect, axe, shots):  # noqa: F811
    first, _ = people
    page = first.page
    page.goto("/workflows-new")
    looked, part = page.locator("#looked"), page.locator("#part")
    looked.get_by_role("button", name="Title, who may start it, and the rest").click()
    part.get_by_label("Title").fill("Tell the owners")
    part.get_by_role("button", name="Take it over").click()
    expect(looked.get_by_role("heading", level=2)).to_contain_text("Tell the owners")
    looked.get_by_role("button", name="Remove A second person agrees").click()
    expect(looked.get_by_role("button", name="Remove A second person agrees")).to_have_count(0)
    looked.get_by_text("Add a step", exact=True).click()
    looked.get_by_label("Where").select_option("At the beginning")
    looked.get_by_role("button", name="Send a request, and wait").click()
    part.get_by_label("What it is called").fill("Ask the tool")
    part.get_by_label("Address").fill("https://tool.example.com/x")
    part.get_by_label("Headers").fill("X-Reason: ${{ inputs.resaon }}")
    part.get_by_role("button", name="Add it").click()
    expect(looked.get_by_role("alert")).to_contain_text("reason")  # the name that was meant
    look(page, axe, shots, "writing-wrong")
    looked.get_by_role("button", name="Change Ask the tool").click()
    part.get_by_label("Headers").fill("X-Reason: ${{ inputs.reason }}")
    look(page, axe, shots, "writing-step")
    part.get_by_role("button", name="Take it over").click()
    expect(looked.locator("svg.graph")).to_contain_text("Ask the tool")
    looked.get_by_role("button", name="Try it").click()
    trial = page.locator("#trial")
    trial.get_by_label("What for").fill("to see")
    trial.get_by_role("button", name="Show what it would do").click()
    expect(trial.get_by_role("heading", name="What it would do")).to_be_visible()
    expect(trial).to_contain_text("X-Reason")
    look(page, axe, shots, "writing-tried")
    trial.get_by_label("Keep it as a case called").fill("It tells them")
    trial.get_by_role("button", name="Keep it in the document").click()
    expect(looked.get_by_role("heading", name="Cases")).to_be_visible()
    look(page, axe, shots, "writing-case")
    page.get_by_label("Why").fill("A first one")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Tell the owners")
    page.goto("/workflows/my-workflow/edit")
    page.get_by_role("row").filter(has_text="A first one").get_by_role("link", name="1").click()
    expect(page.locator(".difference").first).to_contain_text("It tells them")
    look(page, axe, shots, "version")
    assert (first.complaints, first.elsewhere) == ([], [])


def test_what_is_typed_while_a_form_writes_stays_and_steps_are_taken_back_by_forms(people, expect, axe, shots):  # noqa: F811
    first, _ = people
    page = first.page
    page.goto("/workflows-new")
    looked, part, text = page.locator("#looked"), page.locator("#part"), page.locator("textarea#text")
    add(
        looked,
        part,
        "At the end",
        "Send a request, and wait",
        {"What it is called": "Make it", "Address": "https://x.example/1"},
    )
    expect(text).to_have_value(re.compile("https://x.example/1"))
    looked.get_by_role("button", name="Change Make it").click()
    part.get_by_label("Address").fill("https://x.example/2")
    held = []
    page.route("**/workflows-part", lambda asked: held.append(asked))  # noqa: PLW0108 - a plain function is wanted
    with page.expect_request("**/workflows-part"):
        part.get_by_role("button", name="Take it over").click()
    page.locator(".cm-line").first.click()
    page.keyboard.press("End")
    page.keyboard.type("  # typed meanwhile")
    held[0].continue_()
    page.unroute("**/workflows-part")
    expect(text).to_have_value(re.compile("name: my-workflow  # typed meanwhile\n.*https://x.example/2", re.DOTALL))
    add(
        looked,
        part,
        "To take back “Make it”",
        "Send a request, and wait",
        {"Address": "https://x.example/3", "Method": "DELETE"},
    )
    expect(looked.get_by_role("button", name="Change Takes back: Make it")).to_be_visible()
    add(
        looked,
        part,
        "At the end",
        "Go around, or only where",
        {"What it is called": "Large", "Only if": "${{ inputs.reason == 'large' }}"},
    )
    expect(looked.get_by_role("button", name="Change Large")).to_be_visible()
    add(
        looked,
        part,
        "Otherwise, instead of “Large”",
        "Tell people something",
        {"What it is called": "It is small", "Sentence": "Small."},
    )
    expect(looked.get_by_role("button", name="Change It is small")).to_be_visible()
    expect(looked.get_by_role("heading", level=2)).to_contain_text("My workflow")  # without mistakes
    look(page, axe, shots, "writing-undo")
    looked.get_by_role("button", name="Change Takes back: Make it").click()
    expect(part.get_by_label("Address")).to_have_value("https://x.example/3")
    look(page, axe, shots, "writing-undo-form")
    part.get_by_role("button", name="Leave it").click()
    looked.get_by_role("button", name="Remove Takes back: Make it").click()
    expect(looked.get_by_role("button", name="Change Takes back: Make it")).to_have_count(0)
    expect(text).to_have_value(re.compile("# typed meanwhile"))
    assert (first.complaints, first.elsewhere) == ([], [])


def add(looked, part, where, what, filled):
    """Add a step by its form."""
    adding = looked.locator("details.adding")
    if adding.get_attribute("open") is None:
        adding.get_by_text("Add a step", exact=True).click()
    looked.get_by_label("Where").select_option(where)
    looked.get_by_role("button", name=what).first.click()
    for label, value in filled.items():
        control = part.get_by_label(label, exact=False).first
        if not control.is_visible():
            part.get_by_text("More", exact=True).click()
        control.select_option(value) if label == "Method" else control.fill(value)
    part.get_by_role("button", name="Add it").click()


def test_values_are_entered_a_held_run_goes_on_and_an_approval_is_handed_to_another(
    people, chromium, site, other, expect, axe, shots  # noqa: F811
):  # fmt: skip
    first, second = people
    page = first.page
    page.goto("/workflows/move")
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url("**/workflow-runs/*")
    where = page.url.removeprefix(first.site)
    asks = page.locator("form.attention")
    expect(asks.get_by_role("heading")).to_have_text("When does it suit?")  # it comes along by itself
    page.goto("/mine")
    page.get_by_role("region", name="Waiting for me").locator(f"a[href='{where}']").click()
    expect(asks.get_by_role("heading")).to_have_text("When does it suit?")
    asks.get_by_label("Day").fill("2026-12-01")
    asks.get_by_label("Size").select_option("large")
    asks.get_by_label("Why").fill("The disk is full.")
    look(page, axe, shots, "ask")
    asks.get_by_role("button", name="Answer").click()
    expect(page.locator("#run .meta")).to_contain_text("Held")
    expect(page.locator("#step-move")).to_contain_text("answered 409")
    look(page, axe, shots, "held")
    page.get_by_role("button", name=re.compile("Try again.*Move them")).click()
    expect(page.locator("#step-survey")).to_contain_text("answered 409")
    assert [one.body for one in other.at("/move")] == [{"day": "2026-12-01"}] * 2
    page.get_by_label("Why it is skipped").fill("They had one last week.")
    page.wait_for_timeout(5_000)  # the page asks again meanwhile, and leaves it alone
    expect(page.get_by_label("Why it is skipped")).to_have_value("They had one last week.")
    page.get_by_role("button", name=re.compile("Skip.*Send the survey")).click()
    expect(page.locator("#step-look")).to_contain_text("waits for grace")
    look(page, axe, shots, "skipped")
    hand_on(expect, second, where, axe, shots)
    third = browser.Visit(chromium, site, "light", 1440).sign_in(founded.THIRD)
    agree(expect, third, f"{site}{where}")
    expect(page.locator("#run .meta")).to_contain_text("Done")
    expect(page.locator("#run")).to_contain_text("asks lin in their place: I am away")
    look(page, axe, shots, "handed-on-done")
    assert (first.complaints, second.complaints, third.complaints, first.elsewhere) == ([], [], [], [])
    third.context.close()


def hand_on(expect, second, where, axe, shots):  # noqa: F811
    """Have the second person name the third, who answers in their place."""
    page = second.page
    page.goto(where)
    page.get_by_text("Somebody else should answer").click()
    page.get_by_label("Who", exact=True).fill(founded.THIRD)
    page.locator("details form").get_by_label("Reason").fill("I am away")
    look(page, axe, shots, "handing-on")
    page.get_by_role("button", name="Name them").click()
    expect(page.get_by_role("button", name="Approve")).to_have_count(0)
    look(page, axe, shots, "handed-on")


@pytest.fixture
def link(surroundings):
    """The path of the link in the letter about a step of the run of a page."""

    def given(page, step):
        command = [sys.executable, "-m", founded.__name__, page.url.rpartition("/")[2], step]
        out = {"env": surroundings, "cwd": browser.ROOT, "capture_output": True, "text": True}
        done = subprocess.run(command, check=False, **out)
        assert done.returncode == 0, done.stderr
        return done.stdout.split()[-1]

    return given


def test_a_file_is_handed_in_and_agreed_by_link(people, chromium, site, link, other, expect, axe, shots):  # noqa: F811
    first, _ = people
    page = first.page
    page.goto("/workflows/hand-in")
    page.get_by_label("The report").set_input_files(
        {"name": "a.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 a"}
    )
    expect(page.get_by_text("It was handed in.")).to_be_visible()
    page.get_by_label("auditors").check()
    page.get_by_label("It is urgent").check()
    page.get_by_label("Why it is urgent").fill("The audit ends tomorrow.")
    page.get_by_label("Names").fill("ada\ngrace")
    look(page, axe, shots, "file-form")
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_url("**/workflow-runs/*")
    expect(page.locator("#run .meta")).to_contain_text("Waits")
    look(page, axe, shots, "file-waits")
    path = link(page, "look")
    stranger = browser.Visit(chromium, site, "light", 1440)  # nobody is signed in
    stranger.page.goto(path)
    expect(stranger.page.get_by_role("heading", level=1)).to_contain_text("A second person looks at it")
    expect(stranger.page.locator("dl")).to_contain_text("a.pdf")
    look(stranger.page, axe, shots, "answer")
    stranger.page.get_by_role("button", name="Approve").click()
    expect(stranger.page.get_by_role("status")).to_contain_text("You approved")
    look(stranger.page, axe, shots, "answer-given")
    stranger.page.goto(path)
    expect(stranger.page.get_by_role("alert")).to_contain_text("does not wait")
    look(stranger.page, axe, shots, "answer-late")
    expect(page.locator("#run .meta")).to_contain_text("Done")
    assert [one.body for one in other.at("/reports")] == ["%PDF-1.7 a"]
    look(page, axe, shots, "file-run")
    assert (first.complaints, first.elsewhere) == ([], [])
    assert stranger.elsewhere == []
    assert all("status of 40" in said for said in stranger.complaints)  # the browser's own note of the late answer
    stranger.context.close()


def test_a_plugin_is_switched_on_and_its_pages_open(people, expect, axe, shots):  # noqa: F811
    first, _ = people
    page = first.page
    page.goto("/plugins")
    look(page, axe, shots, "plugins-off")
    page.get_by_role("link", name="example").click()
    page.get_by_role("button", name="Switch it on").click()
    expect(page.get_by_role("button", name="Switch it off")).to_be_visible()
    look(page, axe, shots, "plugin")
    page.get_by_role("link", name="What the example shows").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What components cost")
    look(page, axe, shots, "plugin-page")
    page.goto("/plugins")
    expect(page.get_by_role("row").filter(has_text="example")).to_contain_text("Ready")
    look(page, axe, shots, "plugins")
    assert (first.complaints, first.elsewhere) == ([], [])
    page.route(
        "https://panels.example.com/**", lambda asked: asked.fulfill(body="<p>A trend</p>", content_type="text/html")
    )
    page.goto("/entities/service/default/checkout")
    expect(page.frame_locator("iframe").get_by_text("A trend")).to_be_visible()
    look(page, axe, shots, "plugin-panels")
    page.goto("/plugins/example")
    page.get_by_role("button", name="Switch it off").click()
    expect(page.get_by_role("button", name="Switch it on")).to_be_visible()
    assert all(url.startswith("https://panels.example.com/") for url in first.elsewhere)


def look(page, axe, shots, name):  # noqa: F811
    """The page as it stands, in two looks."""
    from tests.browser.test_pages import violations

    for theme, width in LOOKS:
        page.emulate_media(color_scheme=theme)
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=shots / f"{name}-{theme}-{width}.png", full_page=True)
        found = violations(page, axe)
        assert found == []
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1440, "height": 900})
