"""What to put into a pipeline so that it sends its reports, for each CI system in its own words. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from string import Template
from urllib.parse import quote


@dataclass(frozen=True)
class Snippet:
    """Lines for the file of a CI system."""

    name: str
    title: str
    file: str
    text: str


_CURL = """\
curl --fail -sS -H "Authorization: Bearer $$GREENBOARD_TOKEN" \\
  -F report=@build/junit.xml -F report=@build/coverage.xml \\
  "$address&commit=$commit"
"""
_SCRIPTS = (
    ("github", "GitHub Actions", ".github/workflows/build.yml", "GITHUB_SHA", """\
      - name: Send reports
        if: always()
        env:
          GREENBOARD_TOKEN: $${{ secrets.GREENBOARD_TOKEN }}
        run: |
$curl"""),
    ("gitlab", "GitLab CI", ".gitlab-ci.yml", "CI_COMMIT_SHA", """\
# GREENBOARD_TOKEN is a masked variable of the project or group.
test:
  after_script:
    - |
$curl"""),
    ("jenkins", "Jenkins", "Jenkinsfile", "GIT_COMMIT", """\
post {
  always {
    withCredentials([string(credentialsId: 'greenboard', variable: 'GREENBOARD_TOKEN')]) {
      sh '''
$curl      '''
    }
  }
}
"""),
    ("azure", "Azure Pipelines", "azure-pipelines.yml", "BUILD_SOURCEVERSION", """\
  - bash: |
$curl    displayName: Send reports
    condition: always()
    env:
      GREENBOARD_TOKEN: $$(GREENBOARD_TOKEN)
"""),
    ("bitbucket", "Bitbucket Pipelines", "bitbucket-pipelines.yml", "BITBUCKET_COMMIT", """\
# GREENBOARD_TOKEN is a secured variable of the repository or workspace.
      - step:
          after-script:
            - |
$curl"""),
    ("circleci", "CircleCI", ".circleci/config.yml", "CIRCLE_SHA1", """\
      - run:
          name: Send reports
          when: always
          command: |
$curl"""),
    ("buildkite", "Buildkite", ".buildkite/pipeline.yml", "BUILDKITE_COMMIT", """\
  - label: Send reports
    command: |
$curl"""),
)  # fmt: skip
_INDENTS = {"github": 10, "gitlab": 6, "jenkins": 8, "azure": 6, "bitbucket": 14, "circleci": 12, "buildkite": 6}


def snippets(server: str, entity: str) -> tuple[Snippet, ...]:
    """The command, and the same for each CI system. `server` is the address of this one."""
    address = f"{server}/api/v1/reports?entity={quote(entity, safe=':/')}"
    command = f"export GREENBOARD_URL={server}\ngreenboard push --entity {entity} build/junit.xml build/coverage.xml\n"
    found = [Snippet("command", "Any shell", "with greenboard installed", command)]
    for name, title, file, commit, text in _SCRIPTS:
        curl = Template(_CURL).substitute(address=address, commit=f"${commit}")
        indented = "".join(f"{' ' * _INDENTS[name]}{line}\n" for line in curl.splitlines())
        found.append(Snippet(name, title, file, Template(text).substitute(curl=indented)))
    return tuple(found)
