"""Whatever the pages do, the API does: each form has its operation, or a reason why only people do that."""

from django.urls import get_resolver
from tests.access.test_routes import OPERATIONS, OWN, patterns

SESSION = {
    "account_login", "sign-in", "sign-out", "mfa_authenticate", "session-end", "provider-remove",
    "account_change_password", "mfa_activate_totp", "mfa_deactivate_totp", "mfa_generate_recovery_codes",
    "mfa_view_recovery_codes", "mfa_add_webauthn", "mfa_remove_webauthn", "account_reauthenticate",
    "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "account", "mfa_index", "mfa_list_webauthn",
}  # fmt: skip
"""How oneself signs in: a token, which may be lost, must not change that."""

DRAWING = {"workflow-fields", "workflow-part", "scaffold-fields", "answer"}
"""Parts of a form that are drawn anew while it is filled in, and links in letters that are for people."""

DONE = {
    "access-grant": "POST /grants",
    "access-revoke": "DELETE /grants/{int:number}",
    "access-role": "PUT /roles/{name}",
    "access-role-delete": "DELETE /roles/{name}",
    "access-service": "POST /service-accounts",
    "access-service-close": "POST /service-accounts/{name}/close",
    "access-service-open": "POST /service-accounts/{name}/open",
    "attestation-confirm": "POST /attestations/{int:number}/confirm",
    "attestation-new": "POST /attestations",
    "attestation-refuse": "POST /attestations/{int:number}/refuse",
    "attestation-register-close": "DELETE /attestation-register/{item}",
    "attestation-register-open": "PUT /attestation-register/{item}",
    "attestation-revoke": "POST /attestations/{int:number}/revoke",
    "badge-key": "POST /entities/{kind}/{namespace}/{name}/badge-key",
    "badge-key-revoke": "DELETE /entities/{kind}/{namespace}/{name}/badge-key",
    "campaign-edit": "PUT /campaigns/{name}",
    "campaign-end": "POST /campaigns/{name}/end",
    "campaign-new": "POST /campaigns",
    "channel-change": "PUT /channels/{int:number}",
    "channel-new": "POST /channels",
    "channel-remove": "DELETE /channels/{int:number}",
    "channel-test": "POST /channels/{int:number}/test",
    "collection-stop": "POST /connections/{name}/collections/{int:number}/stop",
    "connection-collect": "POST /connections/{name}/collections",
    "connection-edit": "PUT /connections/{name}",
    "connection-new": "POST /connections",
    "connection-remove": "DELETE /connections/{name}",
    "connection-test": "POST /connections/{name}/test",
    "discovery-decide": "POST /connections/{name}/subjects/{int:number}",
    "exemption-decide": "POST /exemptions/decide",
    "exemption-new": "POST /exemptions",
    "exemption-renew": "POST /exemptions/{int:number}/renew",
    "exemption-withdraw": "POST /exemptions/{int:number}/withdraw",
    "fact-type-check": "POST /fact-types/{name}/check",
    "fact-type-edit": "PUT /fact-types/{name}",
    "fact-type-new": "PUT /fact-types/{name}",
    "fact-type-retire": "DELETE /fact-types/{name}",
    "hook-again": "POST /hooks/{int:number}/deliveries/{int:delivery}/again",
    "hook-change": "PUT /hooks/{int:number}",
    "hook-close": "PUT /hooks/{int:number}",
    "hook-make": "POST /hooks",
    "hook-open": "PUT /hooks/{int:number}",
    "hook-remove": "DELETE /hooks/{int:number}",
    "hook-secret": "POST /hooks/{int:number}/secret",
    "hook-test": "POST /hooks/{int:number}/test",
    "identities-decide": "POST /handles/{int:number}",
    "inbox-mark": "POST /inbox/{int:number}/read",
    "inbox-read": "POST /inbox/read",
    "inbox-unmark": "POST /inbox/{int:number}/unread",
    "inlet-close": "POST /inlets/{name}/close",
    "inlet-make": "POST /inlets",
    "inlet-open": "POST /inlets/{name}/open",
    "inlet-remove": "DELETE /inlets/{name}",
    "making-retry": "POST /scaffold-makings/{int:number}/retry",
    "making-update": "POST /scaffolds/{name}/updates",
    "message-again": "POST /messages/{int:number}/again",
    "notifications-save": "PUT /notifications",
    "people-make": "POST /people",
    "person-close": "POST /people/{name}/close",
    "person-join": "POST /people/{name}/teams",
    "person-leave": "DELETE /people/{name}/teams/{int:number}",
    "person-open": "POST /people/{name}/open",
    "plugin-settings": "PUT /plugins/{name}/settings",
    "plugin-switch": "PUT /plugins/{name}/enabled",
    "removal-decide": "POST /connections/{name}/removals/{int:number}",
    "review-answer": "PUT /reviews/{int:number}/answers/{name}",
    "review-answers": "PUT /reviews/{int:number}/answers/{name}",
    "review-assign": "POST /reviews/{int:number}/triage",
    "review-comment": "POST /reviews/{int:number}/comments",
    "review-condition": "POST /reviews/{int:number}/conditions/{int:condition}",
    "review-decide": "POST /reviews/{int:number}/decision",
    "review-finding": "POST /reviews/{int:number}/findings",
    "review-follow": "POST /reviews/{int:number}/next-stage",
    "review-make": "POST /reviews",
    "review-resume": "DELETE /reviews/{int:number}/decision",
    "review-section": "POST /reviews/{int:number}/sections/{name}",
    "review-sign": "POST /reviews/{int:number}/signatures",
    "review-triage": "POST /reviews/{int:number}/triage",
    "review-withdraw": "POST /reviews/{int:number}/withdrawal",
    "route-change": "PUT /routes/{int:number}",
    "route-make": "POST /routes",
    "route-remove": "DELETE /routes/{int:number}",
    "rule-edit": "PUT /scorecards/{scorecard}/rules/{rule}",
    "rule-new": "PUT /scorecards/{scorecard}/rules/{rule}",
    "run-answer": "POST /workflow-runs/{int:number}/answer",
    "run-cancel": "POST /workflow-runs/{int:number}/cancel",
    "run-delegate": "POST /workflow-runs/{int:number}/delegate",
    "run-go-on": "POST /workflow-runs/{int:number}/retry",
    "scaffold": "POST /scaffolds/{name}/makings",
    "scaffold-connection": "PUT /scaffold-connections/{name}",
    "scaffold-source-look": "POST /scaffold-sources/{name}/look",
    "scaffold-source-put": "PUT /scaffold-sources/{name}",
    "scaffold-source-remove": "DELETE /scaffold-sources/{name}",
    "scaffold-update": "POST /scaffolds/{name}/updates",
    "team-channel-drop": "DELETE /team-channels",
    "team-channel-save": "PUT /team-channels",
    "token-make": "POST /tokens",
    "token-revoke": "DELETE /tokens/{prefix}",
    "view-change": "PUT /report-views/{int:number}",
    "view-mail": "POST /report-views/{int:number}/schedules",
    "view-mail-end": "DELETE /report-views/{int:number}/schedules/{int:schedule}",
    "view-make": "POST /report-views",
    "view-remove": "DELETE /report-views/{int:number}",
    "workflow": "POST /workflows/{name}/runs",
    "workflow-check": "POST /workflows/{name}/check",
    "workflow-edit": "PUT /workflows/{name}",
    "workflow-new": "PUT /workflows/{name}",
    "workflow-secret-put": "PUT /workflow-secrets/{name}",
    "workflow-secret-remove": "DELETE /workflow-secrets/{name}",
    "workflow-switch": "PUT /workflows/{name}/enabled",
    "workflow-try": "POST /workflows/{name}/dry-run",
}
"""The operation that does what a form does."""


def test_each_form_has_its_operation():
    sent = {name for name in _named() if name not in SESSION | DRAWING and _posts(name)}
    assert sorted(sent - set(DONE)) == []
    own = {"POST /inbox/read", "POST /inbox/{int:number}/read", "POST /inbox/{int:number}/unread", "PUT /notifications"}
    assert sorted(set(DONE.values()) - set(OPERATIONS) - own) == []


def test_no_form_is_named_that_there_is_not():
    assert sorted((set(DONE) | SESSION | DRAWING) - _named()) == []
    assert OWN & set(DONE) == {"inbox-read", "inbox-mark", "inbox-unmark", "notifications-save"}


def _named() -> set[str]:
    routes = [(path, one) for path, one in patterns(get_resolver()) if not path.startswith(("api/v1/", "scim/v2/"))]
    return {str(one.name) for _, one in routes}


def _posts(name: str) -> bool:
    """Whether a page says that it takes POST: what its decorators close over tells."""
    waiting: list[object] = [one.callback for _, one in patterns(get_resolver()) if str(one.name) == name]
    seen: list[object] = []
    while waiting:
        one = waiting.pop()
        if not callable(one) or one in seen:
            continue
        seen.append(one)
        for cell in getattr(one, "__closure__", None) or ():
            if isinstance(cell.cell_contents, list | tuple) and "POST" in cell.cell_contents:
                return True
            waiting.append(cell.cell_contents)
    return False
