# ruff: noqa: E501, SIM905  (tables: one line of names each)
"""What programs do when a pipeline calls them: tables, no logic.

Each line names a program, or a program with its first plain words. A program that is in no table is
not known: then nothing is said about the job that calls it. The tables follow the programs' own
documentation.
"""

from __future__ import annotations

Table = dict[tuple[str, ...], tuple[str, ...]]


def _table(text: str) -> Table:
    """Lines of `words = values`; several calls with the same values are parted by commas."""
    found: Table = {}
    for line in text.strip().splitlines():
        calls, _, values = line.partition("=")
        for call in calls.split(","):
            found[tuple(call.split())] = tuple(values.split())
    return found


# call = runner [kind]; without a kind the runner takes whatever its conventions find
TESTS = _table(
    """
    pytest, py.test = pytest
    unittest, nose2, nosetests, green, stestr, trial, django-admin test, manage.py test, zope-testrunner = unittest
    go test, gotestsum, richgo test, gotest, ginkgo, ginkgo run = go
    cargo test, cargo nextest, cargo nextest run, cargo tarpaulin, cargo llvm-cov, cargo insta test = cargo
    jest, react-scripts test, craco test, lerna-jest, wp-scripts test-unit-js, vue-cli-service test:unit = jest
    vitest, vitest run, ng test, karma start, karma run, mocha, ava, tap, tape, jasmine, uvu, qunit, japa = jest
    node --test, deno test, bun test, web-test-runner, wtr, aegir test, tsdx test, playwright-ct, borp = jest
    cypress run, cypress-ci, playwright test, detox test, wdio, testcafe, nightwatch, protractor, ng e2e = browser e2e
    codeceptjs run, cucumber-js, puppeteer, maestro test, maestro cloud, appium, robot, behave, codecept run = browser e2e
    chainsaw test, kuttl test, bats, shellspec, terratest, inspec exec, molecule test, goss validate = acceptance integration
    newman run, hurl, tavern-ci, karate, schemathesis run, schemathesis, dredd, portman, venom run = api integration
    pact-broker can-i-deploy, pact-provider-verifier, pact-verifier, spring-cloud-contract = pact contract
    k6 run, locust, artillery run, gatling, jmeter, vegeta attack, wrk, wrk2, hey, ab, drill, oha = load performance
    asv run, hyperfine, codspeed run, cargo bench, cargo codspeed run, lhci autorun, bencher run = load performance
    rspec, spec, rails test, rails spec, minitest, parallel_rspec, turbo_tests, cucumber, m = ruby
    rails test:system = ruby e2e
    phpunit, pest, paratest, simple-phpunit, phpspec run, phpspec, artisan test, kahlan, atoum, behat = phpunit
    mvn test, mvn package, mvn surefire:test, mvn prepare-package = maven
    mvn verify, mvn install, mvn deploy, mvn integration-test, mvn failsafe:integration-test = maven-verify
    gradle test, gradle alltests, gradle testdebugunittest, gradle testreleaseunittest, gradle koververify = gradle
    gradle check, gradle build, gradle buildneeded, gradle jvmtest, gradle koverxmlreport = gradle-check
    gradle connectedcheck, gradle connectedandroidtest, gradle connecteddebugandroidtest = gradle integration
    gradle integrationtest, gradle integrationtests, gradle inttest, gradle functionaltest = gradle integration
    gradle e2etest, gradle acceptancetest, gradle endtoendtest = gradle e2e
    gradle contracttest, gradle pactverify = gradle contract
    gradle smoketest = gradle smoke
    gradle jmh, gradle gatlingrun, mvn gatling:test = gradle performance
    sbt test, sbt +test, sbt testonly, mill test, lein test, clojure -x:test, lein midje = jvm
    sbt it:test, sbt integrationtest/test = jvm integration
    ant test, ant junit = jvm
    bazel test, bazelisk test, buck test, buck2 test, pants test, please test, plz test = bazel
    dotnet test, dotnet vstest, vstest.console.exe, nunit3-console, xunit.console.exe = dotnet
    swift test, xcodebuild test, xcodebuild test-without-building, fastlane scan, xctool test = swift
    flutter test, dart test, melos test = dart
    mix test, mix coveralls, mix espec, rebar3 eunit, rebar3 ct, rebar3 proper = elixir
    ctest, meson test, catch2, gtest-parallel = ctest
    stack test, cabal test, cabal v2-test = haskell
    busted, zig test, zig build test, crystal spec, nimble test, dub test, opam test, dune test = other
    dune runtest, raco test, prove, perl Build test, julia --test, luarocks test, gleam test, forge test = other
    hardhat test, truffle test, anchor test = other
    terraform test, tofu test, opa test, conftest verify, dbt test, great_expectations checkpoint = other other
    promtool test, helm unittest, helm test, ct install = other other
    """
)

LINTS = _table(
    """
    ruff, ruff check, ruff format, flake8, pylint, mypy, pyright, basedpyright, black, isort, pycodestyle = lint
    pydocstyle, pyflakes, yapf, autopep8, pytype, pyre check, ty check, vulture, xenon, flynt, interrogate = lint
    doc8, codespell, typos, cspell, misspell, vale, proselint, bashate, pyupgrade, ssort, lint-imports = lint
    deptry, import-linter, ufmt check, zuban check, check-manifest, validate-pyproject, slotscheck, pylama = lint
    eslint, oxlint, biome, biome check, biome ci, biome lint, prettier, tslint, standard, xo, stylelint = lint
    tsc, vue-tsc, svelte-check, htmlhint, jshint, dprint check, rome check, ng lint, next lint, astro check = lint
    markdownlint, markdownlint-cli2, remark, commitlint, publint, attw, knip, depcheck, madge, syncpack lint = lint
    vp lint, vp check, deno lint, deno fmt, deno check, flow check, semistandard, sherif, manypkg check, size-limit = lint
    golangci-lint, golangci-lint run, go vet, gofmt, gofumpt, goimports, golint, revive, staticcheck, errcheck = lint
    gci, gocyclo, nilaway, ineffassign, go fix, unparam, modernize, go mod-verify, buf lint, buf format = lint
    cargo fmt, cargo clippy, rustfmt, cargo check, cargo hack, cargo machete, cargo udeps, cargo semver-checks = lint
    cargo sort, taplo, taplo fmt, taplo lint, clippy-driver, cargo spellcheck, cargo doc-lint = lint
    rubocop, standardrb, reek, erblint, erb_lint, haml-lint, slim-lint, steep check, srb tc, solargraph, fasterer = lint
    phpstan, phpstan analyse, psalm, phpcs, php-cs-fixer, php-cs-fixer fix, phpmd, pint, rector, rector process = lint
    parallel-lint, deptrac, phan, twigcs, ecs check, tlint, composer normalize = lint
    mvn checkstyle:check, mvn spotless:check, mvn pmd:check, mvn spotbugs:check, mvn fmt:check, mvn formatter:validate = lint
    mvn com.spotify.fmt:fmt-maven-plugin:check, checkstyle, google-java-format, pmd, pmd check, spotbugs, errorprone = lint
    gradle spotlesscheck, gradle checkstylemain, gradle checkstyletest, gradle lint, gradle detekt, gradle apicheck = lint
    gradle ktlintcheck, gradle pmdmain, gradle spotbugsmain, gradle lintdebug, gradle detektall, gradle lintrelease = lint
    ktlint, detekt, scalafmt, scalafix, sbt scalafmtcheck, sbt scalafmtcheckall, sbt scalastyle = lint
    sbt scalafmtsbtcheck, lein eastwood, clj-kondo, lein cljfmt, sbt headercheck = lint
    dotnet format, csharpier, dotnet csharpier, jb inspectcode, stylecop, roslynator, fantomas = lint
    swiftlint, swiftformat, swift format, swift-format, periphery scan, xcodebuild analyze = lint
    flutter analyze, dart analyze, dart format, dartfmt, dcm analyze = lint
    mix format, mix credo, mix dialyzer, rebar3 dialyzer, rebar3 fmt, rebar3 xref, elvis = lint
    clang-format, clang-tidy, cppcheck, cpplint, iwyu, git-clang-format, run-clang-tidy, meson format = lint
    hlint, ormolu, fourmolu, stylish-haskell, stan = lint
    shellcheck, shfmt, checkbashisms, hadolint, yamllint, actionlint, ansible-lint, cfn-lint, jsonlint, dclint = lint
    terraform fmt, terraform validate, tofu fmt, tofu validate, tflint, terragrunt hclfmt, helm lint, ct lint = lint
    kubeconform, kubeval, kube-linter, kube-linter lint, kube-score, polaris, pluto, nova, kustomize cfg, helmlint = lint
    spectral lint, redocly lint, vacuum lint, swagger-cli validate, openapi-generator validate, graphql-inspector = lint
    sqlfluff, sqlfluff lint, pgformatter, sqruff lint, squawk, protolint, protolint lint, prototool lint, api-linter = lint
    pre-commit run, prek run, lefthook run, lint-staged, overcommit, megalinter, trunk check, super-linter, qlty check = lint
    luacheck, stylua, zig fmt, nixpkgs-fmt, nixfmt, alejandra, statix check, deadnix, treefmt, editorconfig-checker = lint
    ec, license-eye, addlicense, reuse lint, licensed, licensecheck, lychee, linkchecker, markdown-link-check = lint
    promtool check, amtool check-config, jsonnetfmt, opa check, opa fmt, regal lint, conftest test, nx lint, sonar-scanner = lint
    """
)

# call = scanner
SCANS = _table(
    """
    trivy, trivy-action, aquasec/trivy = trivy
    grype, anchore/grype = grype
    snyk, snyk test, snyk monitor, snyk code, snyk container, snyk iac = snyk
    semgrep, opengrep, returntocorp/semgrep, semgrep/semgrep = semgrep
    gitleaks, zricethezav/gitleaks = gitleaks
    trufflehog, trufflehog3, trufflesecurity/trufflehog = trufflehog
    detect-secrets, detect-secrets-hook = detect-secrets
    git-secrets, git secrets = git-secrets
    talisman = talisman
    ggshield = gitguardian
    whispers = whispers
    checkov, bridgecrew/checkov = checkov
    tfsec, aquasec/tfsec = tfsec
    terrascan = terrascan
    kics = kics
    kubescape = kubescape
    kubesec = kubesec
    bandit = bandit
    gosec = gosec
    govulncheck = govulncheck
    nancy = nancy
    safety = safety
    pip-audit = pip-audit
    brakeman = brakeman
    bundle-audit, bundler-audit = bundler-audit
    npm audit, npm-audit, better-npm-audit = npm-audit
    yarn audit, yarn npm audit = yarn-audit
    pnpm audit = pnpm-audit
    auditjs, ossindex = ossindex
    audit-ci = audit-ci
    cargo audit, cargo-audit = cargo-audit
    cargo deny = cargo-deny
    composer audit = composer-audit
    local-php-security-checker, security-checker, symfony security:check = symfony-security
    osv-scanner = osv-scanner
    dependency-check, dependency-check.sh, mvn org.owasp:dependency-check-maven:check = dependency-check
    mvn dependency-check:check, gradle dependencycheckanalyze, gradle dependencycheckaggregate = dependency-check
    codeql, codeql database = codeql
    zap-baseline.py, zap-full-scan.py, zap-api-scan.py, zap.sh, owasp/zap2docker-stable = zap
    nuclei = nuclei
    nikto = nikto
    dockle = dockle
    docker scout, docker-scout = docker-scout
    docker scan = snyk
    clair, clairctl, clair-scanner = clair
    prowler = prowler
    sobelow, mix sobelow = sobelow
    mix deps.audit, mix hex.audit = mix-audit
    njsscan = njsscan
    flawfinder = flawfinder
    horusec = horusec
    bearer = bearer
    zizmor = zizmor
    scorecard = ossf-scorecard
    slither, slither-analyzer = slither
    wiz, wizcli = wiz
    lacework = lacework
    retire = retire
    cfn_nag_scan, cfn_nag = cfn-nag
    steampipe = steampipe
    fossa = fossa
    twistcli = prisma
    """
)

DEPLOYS = _table(
    """
    kubectl apply, kubectl create, kubectl replace, kubectl set, kubectl rollout, kubectl patch, oc apply = deploy
    helm upgrade, helm install, helm push, helm cm-push, helmfile apply, helmfile sync, oc rollout, chart-releaser = deploy
    cr upload, cr index, terraform apply, tofu apply, terragrunt apply, terragrunt run-all, pulumi up, cdk deploy = deploy
    cdktf deploy, sam deploy, serverless deploy, sls deploy, eb deploy, cf push, copilot deploy, ansible-playbook = deploy
    docker push, docker-push, podman push, buildah push, crane push, crane copy, skopeo copy, ko publish, ko apply = deploy
    ko resolve, skaffold run, skaffold deploy, argocd app, kapp deploy, werf converge, okteto deploy, garden deploy = deploy
    npm publish, yarn publish, yarn npm publish, pnpm publish, lerna publish, changeset publish, jsr publish = deploy
    deno publish, semantic-release, release-it, np, auto shipit, nx release, standard-version, vsce publish = deploy
    ovsx publish, twine upload, poetry publish, uv publish, hatch publish, flit publish, pdm publish, maturin publish = deploy
    maturin upload, cargo publish, cargo release, release-plz release, wasm-pack publish, gem push, rake release = deploy
    mvn deploy, mvn release:perform, mvn jreleaser:full-release, gradle publish, gradle uploadarchives = deploy
    gradle publishplugins, gradle publishtosonatype, gradle jreleaserfullrelease, gradle bootbuildimage, gradle jib = deploy
    gradle publishtomavencentral, gradle publishandreleasetomavencentral, mvn jib:build, sbt publish, sbt publishsigned = deploy
    sbt ci-release, dotnet nuget, nuget push, dotnet publish-release, pod trunk, fastlane deliver, fastlane supply = deploy
    goreleaser, goreleaser release, gh release, hub release, ghr, jreleaser full-release, mix hex.publish, luarocks upload = deploy
    netlify deploy, vercel, vercel deploy, now deploy, firebase deploy, fly deploy, flyctl deploy, wrangler deploy = deploy
    wrangler publish, wrangler pages, heroku container:release, railway up, cap deploy = deploy
    dpl, deployer, dep deploy, envoy run, kamal deploy, nomad job, nomad run = deploy
    waypoint up, aws s3 sync, aws s3 cp, aws ecs, aws lambda, aws cloudformation, aws deploy, aws elasticbeanstalk = deploy
    aws amplify, gcloud run, gcloud app, gcloud functions, gcloud builds, gcloud deploy, gsutil cp, gsutil rsync = deploy
    gcloud storage, az webapp, az functionapp, az containerapp, az deployment, az acr build, azd up, azd deploy = deploy
    s3cmd sync, rclone sync, balena push, snapcraft upload, snapcraft push, charmcraft upload = deploy
    """
)

# Calls that publish pages: of a website that is the deployment, of anything else it is not.
PAGES = _table(
    """
    surge, gh-pages, mkdocs gh-deploy, mike deploy = deploys
    """
)

HARMLESS = frozenset(
    """
    echo printf cat ls cp mv rm mkdir rmdir touch chmod chown ln head tail sed awk gawk grep egrep fgrep rg cut sort uniq
    tr wc tee xargs find test [ [[ true false exit return set unset export source . local readonly declare trap wait
    sleep date pwd which type hash command tar gzip gunzip zip unzip xz bzip2 zstd 7z curl wget git apt apt-get dpkg yum dnf
    apk brew choco pip pip3 pipx-install conda mamba micromamba virtualenv venv uname whoami id groups env printenv df du
    free top ps kill jq yq dasel base64 sha256sum sha512sum md5sum shasum openssl gpg ssh-keyscan ssh-agent ssh-add
    ssh-keygen nproc diff cmp patch tree file stat realpath dirname basename readlink mktemp seq yes expr let shift
    gpgconf rmz umask ulimit stty clear corepack nvm n fnm volta asdf rustup pyenv rbenv rvm sdk jenv goenv tfenv setx where dir
    write-host write-output set-location get-childitem new-item remove-item copy-item set-content add-content join-path
    invoke-webrequest start-process out-file test-path codecov coveralls codecov-cli codecovcli cc-test-reporter
    codacy-coverage-reporter goveralls wait-on wait-for-it wait-for-it.sh dockerize buildkite-agent circleci gh glab
    update-ca-certificates locale-gen add-apt-repository useradd usermod su systemctl service modprobe sysctl mount
    umount swapoff fallocate lsof netstat ss ip ping nc dig host nslookup bc logger say ldd strip objdump otool
    install_name_tool codesign envsubst gettext msgfmt pandoc graphviz dot convert pkg-config ldconfig pushd popd break
    continue read shopt alias not rem call setlocal endlocal protoc sqlc xcrun xcode-select defaults security hostname cmake configure
    ./configure autoreconf autoconf automake ninja gcc g++ clang clang++ cc rustc javac java node-gyp esbuild webpack rollup tsup vite
    parcel swc babel gulp-build sass postcss cyclonedx-py cyclonedx-npm cyclonedx-gomod syft cosign slsa-verifier sigstore rekor-cli docker-credential-ecr-login
    mint mkcert createdb psql mysql mysqladmin redis-cli mongo mongosh pg_isready initdb pg_ctl
    towncrier git-cliff conventional-changelog changeset cz bump2version bumpversion standard-changelog
    auditwheel delocate-wheel cibuildwheel delvewheel pyinstaller nuitka flatc capnp thrift wasm-bindgen wasm-pack trunk-build
    sphinx-build mkdocs mike jsdoc typedoc doxygen javadoc godoc jupyter nbconvert hugo jekyll zola mdbook antora
    kind minikube k3d k3s ctlptl tilt telepresence localstack awslocal wsl cmd tput msbuild nuget lcov genhtml gcov gcovr llvm-cov grcov
    python-version pyclean coverage nyc c8 llvm-profdata reportgenerator gocover-cobertura go-junit-report junit2html junit-viewer
    """.split()
)

# Programs of which only the first words below are harmless; other calls of them are not known.
HARMLESS_CALLS = _table(
    """
    npm ci, npm install, npm i, npm config, npm version, npm cache, npm link, npm ls, npm pack, npm set, npm prune, npm dedupe = -
    npm view, npm update, npm whoami, npm rebuild, npm pkg, npm login, npm bin, npm root = -
    yarn install, yarn config, yarn cache, yarn add, yarn set, yarn dedupe, yarn link, yarn global, yarn version = -
    pnpm install, pnpm i, pnpm config, pnpm store, pnpm add, pnpm fetch, pnpm prune, pnpm setup, pnpm deploy-pack = -
    pnpm dedupe, bun install, bun i, bun add, bun pm = -
    go build, go mod, go get, go install, go env, go version, go generate, go list, go clean, go work, go tool, go run-no = -
    cargo build, cargo install, cargo binstall, cargo fetch, cargo update, cargo doc, cargo clean, cargo tree, cargo package = -
    cargo metadata, cargo version, cargo vendor, cargo generate-lockfile, cargo new, cargo rustc, cargo zigbuild, cargo cache = -
    cargo llvm-lines, cargo bloat, cargo cyclonedx, cargo sbom, cargo msrv = -
    docker login, docker pull, docker tag, docker images, docker ps, docker logs, docker network, docker volume = -
    docker system, docker info, docker version, docker inspect, docker rm, docker rmi, docker stop, docker save, docker load = -
    docker context, docker cp, docker image, docker container, docker manifest, docker logout, docker kill = -
    docker compose up, docker compose down, docker compose logs, docker compose ps, docker compose pull, docker compose stop = -
    docker-compose up, docker-compose down, docker-compose logs, docker-compose ps, docker-compose pull, docker-compose stop = -
    kubectl get, kubectl describe, kubectl logs, kubectl wait, kubectl config, kubectl version, kubectl cluster-info = -
    kubectl delete, kubectl events, kubectl exec, kustomize build, kustomize create, kustomize edit, kubectl port-forward, kubectl diff, kubectl kustomize, kubectl top, kubectl label = -
    helm repo, helm dependency, helm dep, helm template, helm package, helm version, helm list, helm plugin, helm registry = -
    helm pull, helm show, helm uninstall, helm history, helm env, helm status = -
    terraform init, terraform plan, terraform output, terraform version, terraform show, terraform workspace = -
    terraform providers, terraform destroy, terraform import, terraform state, tofu init, tofu plan, tofu show = -
    terragrunt init, terragrunt plan, pulumi preview, pulumi login, pulumi stack, pulumi config, cdk synth, cdk diff = -
    cdk bootstrap, cdk ls, aws configure, aws sts, aws ecr, aws eks, aws --version, aws ssm, aws secretsmanager = -
    gcloud auth, gcloud config, gcloud components, gcloud container, gcloud info, gcloud version, gcloud artifacts = -
    az login, az account, az aks, az keyvault, az extension, azd auth, azd config = -
    poetry install, poetry config, poetry lock, poetry check, poetry build, poetry export, poetry self, poetry version = -
    poetry env, poetry add, poetry update, poetry show, uv sync, uv pip, uv venv, uv lock, uv python, uv tool install = -
    uv build, uv cache, uv export, uv add, uv tree, uv self, uv tool update-shell, uv version, pdm install, pdm sync, pdm build = -
    pdm config, pdm lock, pdm add, pdm use, pipenv install, pipenv sync, pipenv lock, pipenv requirements, hatch build = -
    hatch version, hatch env, hatch dep, rye sync, rye build, pipx install, pipx ensurepath, pipx upgrade, flit build = -
    flit install, twine check, python -m build, python -m venv, python --version, build, venv, ensurepip = -
    python -V, site, pip, wheel, setup.py sdist, setup.py bdist_wheel, setup.py install, setup.py develop, setup.py build, setup.py build_ext = -
    manage.py migrate, manage.py collectstatic, manage.py makemigrations, manage.py compilemessages, manage.py check = -
    bundle install, bundle config, bundle check, bundle lock, bundle update, bundle clean, gem install, gem update = -
    gem build, gem env, rails db:create, rails db:schema:load, rails db:setup, rails db:migrate, rails db:prepare = -
    rails assets:precompile, rake db:create, rake db:schema:load, rake db:setup, rake db:migrate, rake db:prepare = -
    rake assets:precompile, composer install, composer update, composer require, composer config, composer validate = -
    composer dump-autoload, composer global, composer self-update, composer show, composer diagnose, artisan migrate = -
    artisan key:generate, artisan config:cache, artisan db:seed, php -v, php -m, php -i, php --version = -
    mvn compile, mvn clean, mvn validate, mvn dependency:go-offline, mvn dependency:resolve, mvn dependency:tree = -
    mvn versions:set, mvn help:evaluate, mvn site, mvn test-compile, mvn generate-sources, mvn process-classes = -
    mvn wrapper:wrapper, mvn release:prepare, mvn cyclonedx:makeaggregatebom, mvn source:jar, mvn javadoc:javadoc = -
    gradle assemble, gradle clean, gradle dependencies, gradle jar, gradle shadowjar, gradle classes, gradle testclasses = -
    gradle bootjar, gradle installdist, gradle distzip, gradle tasks, gradle properties, gradle wrapper, gradle help = -
    gradle assembledebug, gradle assemblerelease, gradle bundlerelease, gradle javadoc, gradle dokkahtml, gradle jacocotestreport = -
    gradle compilejava, gradle compilekotlin, gradle compiletestjava, gradle cyclonedxbom, gradle publishtomavenlocal = -
    gradle koverhtmlreport, sbt compile, sbt update, sbt assembly, sbt package, sbt clean, sbt doc, sbt test:compile, sbt universal:packagebin = -
    lein deps, lein compile, lein uberjar, ant compile, ant jar, ant clean, ant dist = -
    dotnet restore, dotnet build, dotnet publish, dotnet tool, dotnet workload, dotnet clean, dotnet pack, dotnet --info = -
    dotnet --version, dotnet add, dotnet dev-certs, dotnet sln, dotnet new, dotnet build-server, dotnet ef, dotnet sonarscanner begin = -
    bazel build, bazelisk build, bazel version, bazel info, bazel clean, bazel query, bazel fetch, bazel run-no = -
    swift build, swift package, xcodebuild build, xcodebuild archive, xcodebuild -version, xcodebuild clean = -
    pod install, pod repo, carthage bootstrap, flutter pub, flutter build, flutter doctor, flutter config, dart pub, dart compile = -
    mix deps.get, mix compile, mix local.hex, mix local.rebar, mix deps.compile, mix ecto.create, mix ecto.migrate = -
    mix ecto.setup, mix docs, mix deps.unlock, mix archive.install, mix assets.deploy, mix release, rebar3 compile = -
    rebar3 get-deps, meson setup, meson compile, meson install, stack build, stack setup, cabal build, cabal update = -
    cabal configure, zig build, opam install, opam init, opam switch, opam update, dune build, luarocks install, shards install = -
    cypress install, cypress verify, playwright install, playwright install-deps, playwright merge-reports = -
    next build, ng build, react-scripts build, nuxt build, astro build, gatsby build, vue-cli-service build, docusaurus build = -
    storybook build, tsc --build, vite build, nx reset, turbo prune, prisma generate, prisma migrate, prisma db, graphql-codegen = -
    deno install, deno cache, deno compile, deno bundle, pre-commit install, pre-commit autoupdate, lefthook install = -
    husky install, husky, cosign sign, goreleaser check, goreleaser build, skaffold build, skaffold config, skaffold render, skaffold delete, skaffold diagnose, argocd login, vault read, vault kv = -
    vault login, sops -d, op read, semantic-release-dry, buf generate, buf build, buf mod, buf dep, buf breaking = -
    conan install, conan profile, vcpkg install, emsdk install, sonar-scanner begin, dbt deps, dbt seed, dbt compile, dbt debug = -
    mise install, mise trust, mise use, mise settings, devbox install, nix build, nix profile, nix-env, nix-channel, cachix use = -
    cachix push, snapcraft, gulp build, electron-builder install-app-deps, expo prebuild, eas build, tuist install, tuist generate = -
    """
)
