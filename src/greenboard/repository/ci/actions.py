# ruff: noqa: E501  (tables: one line of names each)
"""What packaged steps do: GitHub actions, CircleCI orbs, Buildkite plugins, Azure tasks, GitLab templates.

The longest pattern that fits a name decides (`*` stands for anything). Effects are `lint`,
`scan NAME`, `deploy`, `test RUNNER [KIND]`, `run SHELL`, `harmless`; a step that is in no table is
`unseen`.
"""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from greenboard.repository.ci.types import Use

_TABLE = """
actions/checkout, actions/cache*, actions/upload-*, actions/download-artifact, actions/setup-*, actions/github-script = harmless
actions/labeler, actions/stale, actions/first-interaction, actions/create-github-app-token, actions/configure-pages = harmless
actions/add-to-project, actions/attest*, actions/create-release, actions/ai-inference, actions/dependency-review-action = harmless
actions/dependency-review-action = scan dependency-review
actions/deploy-pages = doubt deploys
actions/create-release, actions/upload-release-asset = deploy
*/setup-*, */*-setup, */install-*, */*-setup-action, */*-install-action, */get-*, */cache-*, */wait-* = harmless
*/checkout-*, */create-or-update-comment, */create-pull-request, */*-comment*, */slack-*, */*slack*, */*labeler* = harmless
*/free-disk-space*, */*-changed-files, */paths-filter, */changed-files, */*-cache, */rust-cache, */gh-action-bump* = harmless
docker/setup-*, docker/login-action, docker/metadata-action, docker/bake-action = harmless
docker/scout-action = scan docker-scout
clowdhaus/terraform-min-max, stefanbuck/github-issue-parser, clowdhaus/argo-cd-action = harmless
dtolnay/rust-toolchain, actions-rs/toolchain, actions-rust-lang/setup-rust-toolchain, moonrepo/setup-rust = harmless
hashicorp/setup-*, google-github-actions/auth, google-github-actions/setup-gcloud, google-github-actions/get-* = harmless
aws-actions/configure-aws-credentials, aws-actions/amazon-ecr-login, azure/login, azure/setup-*, azure/docker-login = harmless
azure/k8s-set-context, azure/aks-set-context, azure/use-kubelogin, sigstore/cosign-installer, anchore/sbom-action* = harmless
tj-actions/*, dorny/paths-filter, dorny/test-reporter, peter-evans/*, ncipollo/release-action = harmless
mikepenz/*, marocchino/*, thollander/*, 8398a7/action-slack, slackapi/*, rtcamp/action-slack-notify, act10ns/slack = harmless
codecov/*, coverallsapp/*, codacy/codacy-coverage-reporter-action, romeovs/lcov-reporter-action, 5monkeys/cobertura-action = harmless
step-security/harden-runner, helm/kind-action, engineerd/setup-kind, medyagh/setup-minikube, manusa/actions-setup-minikube = harmless
supercharge/*, browser-actions/*, nanasess/setup-chromedriver, astral-sh/setup-uv, abatilo/actions-poetry, snok/install-poetry = harmless
pnpm/action-setup, oven-sh/setup-bun, denoland/setup-deno, ruby/setup-ruby, shivammathur/setup-php, erlef/setup-beam = harmless
subosito/flutter-action, gradle/wrapper-validation-action, gradle/actions/setup-gradle, gradle/actions/wrapper-validation = harmless
gradle/actions/dependency-submission, graalvm/setup-graalvm, swatinem/rust-cache, taiki-e/install-action, jdx/mise-action = harmless
cachix/*, determinatesystems/*, conda-incubator/setup-miniconda, mamba-org/*, arduino/setup-*, bufbuild/buf-setup-action = harmless
webfactory/ssh-agent, shimataro/ssh-key-action, crazy-max/ghaction-*, dawidd6/action-download-artifact, jlumbroso/* = harmless
dessant/*, jaxxstorm/action-install-gh-release, clowdhaus/terraform-composite-actions/directories, eps1lon/*, release-drafter/*, amannn/action-semantic-pull-request, mathieudutour/github-tag-action, actions-ecosystem/* = harmless
dependabot/fetch-metadata, pascalgn/automerge-action, styfle/cancel-workflow-action, potiuk/cancel-workflow-runs = harmless
geekyeggo/delete-artifact, enricomi/publish-unit-test-result-action, phoenix-actions/*, joshmgross/*, lewagon/wait-on-check-action = harmless
slsa-framework/slsa-github-generator*, philips-labs/slsa-provenance-action, ilammy/msvc-dev-cmd, microsoft/setup-msbuild = harmless
nick-invision/retry, nick-fields/retry, coactions/setup-xvfb, gabrielbb/xvfb-action, reactivecircus/android-emulator-runner = unseen
ossf/scorecard-action = scan ossf-scorecard
github/codeql-action/init, github/codeql-action/analyze, github/codeql-action/autobuild = scan codeql
github/codeql-action/upload-sarif = harmless
aquasecurity/trivy-action, lazy-actions/gitrivy = scan trivy
aquasecurity/setup-trivy = harmless
aquasecurity/tfsec*, tfsec/* = scan tfsec
snyk/actions/setup = harmless
snyk/actions* = scan snyk
returntocorp/semgrep-action, semgrep/semgrep-action = scan semgrep
gitleaks/gitleaks-action*, zricethezav/gitleaks-action, *gitleaks* = scan gitleaks
trufflesecurity/trufflehog*, edplato/trufflehog-actions-scan = scan trufflehog
gitguardian/ggshield* = scan gitguardian
anchore/scan-action* = scan grype
bridgecrewio/checkov-action, *checkov-action = scan checkov
checkmarx/kics-github-action = scan kics
checkmarx/* = scan checkmarx
securego/gosec = scan gosec
golang/govulncheck-action = scan govulncheck
pycqa/bandit-action*, *bandit* = scan bandit
google/osv-scanner-action* = scan osv-scanner
pypa/gh-action-pip-audit = scan pip-audit
rustsec/audit-check, actions-rs/audit-check, actions-rust-lang/audit = scan cargo-audit
embarkstudios/cargo-deny-action = scan cargo-deny
dependency-check/dependency-check_action = scan dependency-check
zaproxy/action-* = scan zap
kubescape/github-action = scan kubescape
veracode/* = scan veracode
synopsys-sig/*, blackduck-inc/* = scan black-duck
fossas/fossa-action, fossa-contrib/fossa-action = scan fossa
sonarsource/*, sonarsource/sonarqube-scan-action, sonarsource/sonarcloud-github-action = lint
bearer/bearer-action = scan bearer
zizmorcore/zizmor-action, woodruffw/zizmor* = scan zizmor
jfrog/frogbot = scan jfrog
microsoft/security-devops-action = scan microsoft-security-devops
projectdiscovery/nuclei-action = scan nuclei
socketdev/* = scan socket
docker://aquasec/trivy*, docker://ghcr.io/aquasecurity/trivy* = scan trivy
golangci/golangci-lint-action, reviewdog/action-*, super-linter/super-linter*, github/super-linter*, oxsecurity/megalinter* = lint
pre-commit/action, */*pre-commit*, pre-commit-ci/lite-action, psf/black, astral-sh/ruff-action, chartboost/ruff-action, isort/isort-action = lint
py-actions/flake8, jpetrucciani/*-check, ludeeus/action-shellcheck, hadolint/hadolint-action, ibiqlik/action-yamllint = lint
crate-ci/typos, codespell-project/actions-codespell, rhysd/actionlint, raven-actions/actionlint, streetsidesoftware/cspell-action = lint
davidanson/markdownlint-cli2-action*, nosborn/github-action-markdown-cli, gaurav-nelson/github-action-markdown-link-check = lint
lycheeverse/lychee-action, wagoid/commitlint-github-action, terraform-linters/*, ansible/ansible-lint*, dominikh/staticcheck-action = lint
norwoodj/helm-docs*, stefanprodan/kube-tools, actions-rs/clippy-check, actions-rust-lang/rustfmt, bufbuild/buf-lint-action = lint
bufbuild/buf-action, biomejs/setup-biome, wearerequired/lint-action, stackrox/kube-linter-action, azure/k8s-lint = lint
docker-practice/actions-setup-docker, azure/k8s-bake = harmless
cypress-io/github-action = test browser e2e
grafana/run-k6-action, grafana/k6-action = test load performance
treosh/lighthouse-ci-action = test load performance
helm/chart-testing-action = harmless
apache/skywalking-eyes*, fsfe/reuse-action, editorconfig-checker/* = lint
docker/build-push-action = push
redhat-actions/push-to-registry, redhat-actions/oc-*, azure/k8s-deploy, azure/webapps-deploy, azure/functions-action = deploy
azure/aci-deploy, azure/container-apps-deploy-action, azure/static-web-apps-deploy, aws-actions/amazon-ecs-deploy-task-definition = deploy
aws-actions/aws-cloudformation-github-deploy, google-github-actions/deploy-*, google-github-actions/upload-cloud-storage = deploy
peaceiris/actions-gh-pages, jamesives/github-pages-deploy-action, crazy-max/ghaction-github-pages = doubt deploys
jakejarvis/s3-sync-action, amondnet/vercel-action = deploy
cloudflare/wrangler-action, cloudflare/pages-action, nwtgck/actions-netlify, netlify/actions*, firebaseextended/action-hosting-deploy = deploy
superfly/flyctl-actions*, akhileshns/heroku-deploy, appleboy/*, softprops/action-gh-release, goreleaser/goreleaser-action = deploy
pypa/gh-action-pypi-publish, js-devtools/npm-publish, cycjimmy/semantic-release-action, changesets/action, rubygems/release-gem = deploy
googleapis/release-please-action, google-github-actions/release-please-action, helm/chart-releaser-action, katyo/publish-crates = deploy
release-plz/action, burrunan/gradle-cache-action = deploy
hashicorp/tfc-workflows-github*, pulumi/actions, deployhq/*, steebchen/kubectl, elgohr/publish-docker-github-action = deploy
docker/bake-push = deploy
dorny/*, mxschmitt/action-tmate, lhotari/action-upterm = harmless
gitlab:Security/SAST* , gitlab:Jobs/SAST* = scan gitlab-sast
gitlab:Security/Secret-Detection*, gitlab:Jobs/Secret-Detection* = scan gitlab-secret-detection
gitlab:Security/Dependency-Scanning*, gitlab:Jobs/Dependency-Scanning* = scan gitlab-dependency-scanning
gitlab:Security/Container-Scanning*, gitlab:Jobs/Container-Scanning* = scan gitlab-container-scanning
gitlab:Security/DAST*, gitlab:DAST* = scan gitlab-dast
gitlab:Security/API-* , gitlab:Security/Coverage-Fuzzing* = scan gitlab-fuzzing
gitlab:Jobs/Code-Quality*, gitlab:Code-Quality* = lint
gitlab:Workflows/* = harmless
azure:Checkout*, azure:Use*, azure:*ToolInstaller*, azure:Publish*, azure:Download*, azure:CopyFiles*, azure:Cache* = harmless
azure:NuGet*, azure:DotNetCoreInstaller*, azure:NodeTool*, azure:JavaToolInstaller*, azure:ArchiveFiles*, azure:Delete* = harmless
azure:KubernetesManifest*, azure:HelmDeploy*, azure:AzureWebApp*, azure:AzureRmWebAppDeployment*, azure:AzureFunctionApp* = deploy
azure:AzureContainerApps*, azure:AzureResourceManagerTemplateDeployment*, azure:AzureStaticWebApp*, azure:TwineAuthenticate* = deploy
azure:VSTest*, azure:VisualStudioTestPlatformInstaller* = test dotnet
azure:CredScan*, azure:securedevelopmentteam* = scan credscan
azure:AdvancedSecurity-* = scan codeql
azure:MicrosoftSecurityDevOps* = scan microsoft-security-devops
azure:SonarQube*, azure:SonarCloud* = lint
azure:Snyk* = scan snyk
azure:trivy* = scan trivy
azure:WhiteSource*, azure:Mend* = scan mend
azure:DownloadSecureFile*, azure:InstallSSHKey*, azure:AzureKeyVault*, azure:ComponentGovernance* = harmless
orb:node/install*, orb:*/install*, orb:*/setup*, orb:*/load-cache, orb:*/save-cache, orb:codecov/*, orb:coveralls/*, orb:slack/* = harmless
orb:node/test, orb:node/run = unseen
orb:python/test = test pytest
orb:go/test = test go
orb:go/mod-*, orb:go/*-cache, orb:aws-cli/*, orb:gcp-cli/*, orb:docker/check, orb:docker/build = harmless
orb:cypress/run* = test browser e2e
orb:snyk/scan = scan snyk
orb:docker/publish, orb:docker/push, orb:aws-ecr/build*, orb:aws-ecr/push*, orb:aws-ecs/deploy*, orb:aws-s3/*, orb:heroku/deploy* = deploy
orb:gcp-gcr/*push*, orb:gcp-cloud-run/deploy, orb:aws-eks/update*, orb:kubernetes/create*, orb:helm/upgrade* = deploy
orb:shellcheck/* = lint
orb:trivy/*, orb:*/trivy* = scan trivy
bk:docker-login*, bk:ecr*, bk:artifacts*, bk:cache*, bk:docker-cache*, bk:vault-*, bk:aws-*, bk:junit-annotate*, bk:test-collector* = harmless
bk:docker*, bk:docker-compose*, bk:monorepo-diff*, bk:gcp-*, bk:seek-oss/* = harmless
bk:shellcheck* = lint
bk:snyk* = scan snyk
pipe:atlassian/aws-*-deploy*, pipe:atlassian/*-deploy*, pipe:atlassian/*-run* = deploy
pipe:atlassian/git-secrets-scan* = scan git-secrets
pipe:atlassian/slack-notify*, pipe:atlassian/*-report* = harmless
pipe:sonarsource/* = lint
pipe:snyk/* = scan snyk
drone:plugins/docker*, drone:plugins/ecr*, drone:plugins/gcr*, drone:plugins/kaniko*, drone:plugins/s3*, drone:plugins/npm* = deploy
drone:woodpeckerci/plugin-docker*, drone:woodpeckerci/plugin-release*, drone:plugins/github-release*, drone:plugins/pypi* = deploy
drone:plugins/slack*, drone:plugins/git*, drone:woodpeckerci/plugin-git*, drone:plugins/webhook*, drone:meltwater/* = harmless
drone:aquasec/trivy* = scan trivy
"""
_INPUT_RUNS = {
    "run-vcpkg": "",
    "gradle/gradle-build-action": "gradle {arguments}",
    "gradle/actions/setup-gradle": "gradle {arguments}",
    "actions-rs/cargo": "cargo {command} {args}",
    "azure:maven@": "mvn {goals}",
    "azure:gradle@": "gradle {tasks}",
    "azure:dotnetcorecli@": "dotnet {command}",
    "azure:npm@": "npm {command} {customcommand}",
    "azure:yarn@": "yarn {arguments}",
    "azure:go@": "go {command} {arguments}",
    "azure:terraform": "terraform {command}",
    "nick-fields/retry": "{command}",
    "nick-invision/retry": "{command}",
    "reactivecircus/android-emulator-runner": "{script}",
    "coactions/setup-xvfb": "{run}",
    "gabrielbb/xvfb-action": "{run}",
    "borales/actions-yarn": "yarn {cmd}",
    "bahmutov/npm-install": "npm ci",
    "php-actions/composer": "composer install",
    "php-actions/phpunit": "phpunit",
    "php-actions/phpstan": "phpstan",
    "houseabsolute/actions-rust-cross": "cargo {command} {args}",
    "pypa/cibuildwheel": "cibuildwheel",
    "hynek/build-and-inspect-python-package": "twine check",
    "dagger/dagger-for-github": "",
}


def _rules() -> list[tuple[str, str]]:
    rules = []
    for line in _TABLE.strip().splitlines():
        names, _, effect = line.rpartition(" = ")
        rules += [(name.strip().lower(), effect.strip()) for name in names.split(",")]
    return sorted(rules, key=lambda rule: (-len(rule[0].replace("*", "")), rule[0].count("*")))


_RULES = _rules()


def effects(use: Use) -> tuple[str, ...]:
    """What a packaged step does, as a tuple of effects; `("unseen",)` when that is not known."""
    name = use.name.partition("@")[0].lower() if not use.name.startswith("azure:") else use.name.lower()
    inputs = {key.lower(): value for key, value in use.inputs}
    for prefix, shell in _INPUT_RUNS.items():
        if name.startswith(prefix) and shell:
            text = re.sub(r"\{(\w+)\}", lambda found: inputs.get(found[1], ""), shell).strip()
            if text and text != shell.partition(" ")[0]:
                return (f"run {text}",)
    for pattern, effect in _RULES:
        if fnmatchcase(name, pattern):
            return (_pushes(inputs),) if effect == "push" else (effect,)
    return ("unseen",)


def _pushes(inputs: dict[str, str]) -> str:
    """A build of an image deploys when it may push; an expression is decided at run time, so it may."""
    wanted = inputs.get("push", "false").lower()
    exported = "type=registry" in inputs.get("outputs", "") or "push=true" in inputs.get("outputs", "")
    return "deploy" if exported or wanted not in ("false", "") else "unseen"
