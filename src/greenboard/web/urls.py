"""The addresses of the pages."""

from __future__ import annotations

from django.urls import path

from greenboard.access.decide import signed_in
from greenboard.web.access import view as access
from greenboard.web.account import forms
from greenboard.web.account import view as account
from greenboard.web.attestations import form as attesting
from greenboard.web.attestations import view as attestations
from greenboard.web.audit import view as audit
from greenboard.web.board.view import board
from greenboard.web.campaigns import form as campaigning
from greenboard.web.campaigns import view as campaigns
from greenboard.web.catalog.view import listing as catalog
from greenboard.web.channels import routes
from greenboard.web.channels import view as channels
from greenboard.web.connections import discovery, grades, listing
from greenboard.web.connections import form as connecting
from greenboard.web.connections import page as connection
from greenboard.web.defining import view as defining
from greenboard.web.editor.view import edit as edit_rule
from greenboard.web.editor.view import new as new_rule
from greenboard.web.entity.packages import page as packages
from greenboard.web.entity.view import page as entity
from greenboard.web.exemptions import form as exempting
from greenboard.web.exemptions import view as exemptions
from greenboard.web.facts.sources import page as fact_sources
from greenboard.web.facts.view import listing as fact_types
from greenboard.web.facts.view import page as fact_type
from greenboard.web.hooks import view as hooks
from greenboard.web.identities import view as identities
from greenboard.web.inbox import view as inbox
from greenboard.web.mine.view import page as mine
from greenboard.web.ownership.view import page as ownership
from greenboard.web.palette.view import entries
from greenboard.web.people import view as people
from greenboard.web.plugins import framing, shown
from greenboard.web.plugins import view as plugins
from greenboard.web.reporting import badge, saved
from greenboard.web.reporting.overview import overview
from greenboard.web.reporting.view import page as report
from greenboard.web.reports.view import page as reports
from greenboard.web.results.view import listing as results
from greenboard.web.reviews import urls as reviews
from greenboard.web.rule.view import page as rule
from greenboard.web.scaffolds import urls as scaffolds
from greenboard.web.scorecard.view import listing as scorecards
from greenboard.web.scorecard.view import page as scorecard
from greenboard.web.session import providers
from greenboard.web.session.view import SecondFactor, SignIn, SignOut
from greenboard.web.tokens import view as tokens
from greenboard.web.wanting import view as wanting
from greenboard.web.workflows import remote as workflow_answers
from greenboard.web.workflows import runs as workflow_runs
from greenboard.web.workflows import view as workflows
from greenboard.web.workflows import writing as workflow_writing

urlpatterns = [
    path("", board, name="board"),
    path("mine", mine, name="mine"),
    path("catalog", catalog, name="catalog"),
    path("catalog.csv", catalog, {"as_file": "csv"}, name="catalog-csv"),
    path("catalog.json", catalog, {"as_file": "json"}, name="catalog-json"),
    path("ownership", ownership, name="ownership"),
    path("ownership.csv", ownership, {"as_file": "csv"}, name="ownership-csv"),
    path("ownership.json", ownership, {"as_file": "json"}, name="ownership-json"),
    path("results", results, name="results"),
    path("results.csv", results, {"as_file": "csv"}, name="results-csv"),
    path("results.json", results, {"as_file": "json"}, name="results-json"),
    path("entities/<str:kind>/<str:namespace>/<str:name>", entity, name="entity"),
    path("entities/<str:kind>/<str:namespace>/<str:name>/packages", packages, name="packages"),
    path("scorecards", scorecards, name="scorecards"),
    path("scorecards/<str:name>", scorecard, name="scorecard"),
    path("scorecards/<str:scorecard>/rules/new", new_rule, name="rule-new"),
    path("scorecards/<str:scorecard>/rules/<str:name>", rule, name="rule"),
    path("scorecards/<str:scorecard>/rules/<str:name>/edit", edit_rule, name="rule-edit"),
    path("badges/<str:kind>/<str:namespace>/<str:name>/<str:scorecard>.svg", badge.badge, name="badge"),
    path("badges/<str:kind>/<str:namespace>/<str:name>/key", badge.renew, name="badge-key"),
    path("badges/<str:kind>/<str:namespace>/<str:name>/key/revoke", badge.revoke, name="badge-key-revoke"),
    path("reports", overview, name="reporting"),
    path("reports/views", saved.listing, name="views"),
    path("reports/views/new", saved.make, name="view-make"),
    path("reports/views/<int:number>/change", saved.change, name="view-change"),
    path("reports/views/<int:number>/remove", saved.remove, name="view-remove"),
    path("reports/views/<int:number>/mail", saved.mail, name="view-mail"),
    path("reports/views/<int:number>/mail/<int:schedule>/end", saved.end, name="view-mail-end"),
    path("reports/<str:name>.csv", report, {"as_file": "csv"}, name="report-csv"),
    path("reports/<str:name>.xlsx", report, {"as_file": "xlsx"}, name="report-xlsx"),
    path("reports/<str:name>.pdf", report, {"as_file": "pdf"}, name="report-pdf"),
    path("reports/<str:name>.json", report, {"as_file": "json"}, name="report-json"),
    path("reports/<str:name>/as/<str:as_file>", report, name="report-as"),
    path("reports/<str:name>", report, name="report"),
    path("sending-reports", reports, name="reports"),
    path("campaigns", campaigns.listing, name="campaigns"),
    path("campaigns-new", campaigning.new, name="campaign-new"),
    path("campaigns/<str:name>", campaigns.page, name="campaign"),
    path("campaigns/<str:name>/pairs.csv", campaigns.export, {"as_file": "csv"}, name="campaign-csv"),
    path("campaigns/<str:name>/edit", campaigning.edit, name="campaign-edit"),
    path("campaigns/<str:name>/end", campaigns.end, name="campaign-end"),
    path("campaigns/<str:name>/dry-run", campaigns.dry_run, name="campaign-dry-run"),
    path("fact-types-new", defining.new, name="fact-type-new"),
    path("fact-types-check", defining.check, name="fact-type-check"),
    path("fact-types", fact_types, name="fact-types"),
    path("fact-types/<str:name>", fact_type, name="fact-type"),
    path("fact-types/<str:name>/sources", fact_sources, name="fact-sources"),
    path("fact-types/<str:name>/edit", defining.edit, name="fact-type-edit"),
    path("fact-types/<str:name>/retire", defining.retire, name="fact-type-retire"),
    path("integrations", listing.integrations, name="integrations"),
    path("integrations/quality", grades.grades, name="integration-quality"),
    path("integrations/<str:integration>/connect", connecting.new, name="connection-new"),
    path("connections", listing.listing, name="connections"),
    path("connections/<str:name>", connection.page, name="connection"),
    path("connections/<str:name>/edit", connecting.edit, name="connection-edit"),
    path("connections/<str:name>/progress", connection.progress, name="connection-progress"),
    path("connections/<str:name>/test", connection.test, name="connection-test"),
    path("connections/<str:name>/remove", connection.remove, name="connection-remove"),
    path("connections/<str:name>/collect", connection.start, name="connection-collect"),
    path("connections/<str:name>/collections/<int:number>", connection.collection, name="collection"),
    path("connections/<str:name>/collections/<int:number>/stop", connection.stop, name="collection-stop"),
    path("connections/<str:name>/removals/<int:number>", connection.decide, name="removal-decide"),
    path("connections/<str:name>/discovery", discovery.page, name="discovery"),
    path("connections/<str:name>/discovery/<int:number>", discovery.decide, name="discovery-decide"),
    *reviews.patterns,
    *scaffolds.patterns,
    path("workflows", workflows.listing, name="workflows"),
    path("workflows/<str:name>", workflows.page, name="workflow"),
    path("workflows/<str:name>/fields", workflows.fields, name="workflow-fields"),
    path("workflows/<str:name>/switch", workflows.switch, name="workflow-switch"),
    path("workflows/<str:name>/edit", workflow_writing.edit, name="workflow-edit"),
    path("workflows-new", workflow_writing.new, name="workflow-new"),
    path("workflows-check", workflow_writing.check, name="workflow-check"),
    path("workflow-secrets", workflows.secrets, name="workflow-secrets"),
    path("workflow-secrets/put", workflows.put_secret, name="workflow-secret-put"),
    path("workflow-secrets/remove", workflows.remove_secret, name="workflow-secret-remove"),
    path("workflow-runs", workflow_runs.listing, name="workflow-runs"),
    path("workflow-runs/<int:number>", workflow_runs.page, name="workflow-run"),
    path("workflow-runs/<int:number>/progress", workflow_runs.progress, name="run-progress"),
    path("workflow-runs/<int:number>/answer", workflow_runs.answer, name="run-answer"),
    path("workflow-runs/<int:number>/files/<str:name>", workflow_runs.file, name="run-file"),
    path("workflow-runs/<int:number>/delegate", workflow_runs.delegate, name="run-delegate"),
    path("answers/<str:token>", workflow_answers.page, name="answer"),
    path("workflow-runs/<int:number>/go-on", workflow_runs.go_on, name="run-go-on"),
    path("workflow-runs/<int:number>/cancel", workflow_runs.cancel, name="run-cancel"),
    path("exemptions", exemptions.listing, name="exemptions"),
    path("exemptions.csv", exemptions.listing, {"as_file": "csv"}, name="exemptions-csv"),
    path("exemptions.json", exemptions.listing, {"as_file": "json"}, name="exemptions-json"),
    path("exemptions/new", exempting.ask, name="exemption-new"),
    path("exemptions/decide", exemptions.decide, name="exemption-decide"),
    path("exemptions/<int:number>", exemptions.page, name="exemption"),
    path("exemptions/<int:number>/renew", exempting.renew, name="exemption-renew"),
    path("exemptions/<int:number>/withdraw", exemptions.withdraw, name="exemption-withdraw"),
    path("attestations", attestations.listing, name="attestations"),
    path("attestations/new", attesting.new, name="attestation-new"),
    path("attestations/register/open", attestations.switch, {"opens": True}, name="attestation-register-open"),
    path("attestations/register/close", attestations.switch, {"opens": False}, name="attestation-register-close"),
    path("attestations/<int:number>", attestations.page, name="attestation"),
    path("attestations/<int:number>/confirm", attestations.decide, {"what": "confirm"}, name="attestation-confirm"),
    path("attestations/<int:number>/refuse", attestations.decide, {"what": "refuse"}, name="attestation-refuse"),
    path("attestations/<int:number>/revoke", attestations.decide, {"what": "revoke"}, name="attestation-revoke"),
    path("attestations/<int:number>/files/<int:piece>", attestations.document, name="attestation-file"),
    path("palette.json", entries, name="palette"),
    path("people", people.listing, name="people"),
    path("people-new", people.make, name="people-make"),
    path("people/<str:name>", people.page, name="person"),
    path("people/<str:name>/close", people.switch, {"active": False}, name="person-close"),
    path("people/<str:name>/open", people.switch, {"active": True}, name="person-open"),
    path("people/<str:name>/teams", people.join, name="person-join"),
    path("people/<str:name>/teams/<int:number>/leave", people.leave, name="person-leave"),
    path("identities", identities.page, name="identities"),
    path("identities/decide", identities.decide, name="identities-decide"),
    path("access", access.page, name="access"),
    path("access/grants", access.grant, name="access-grant"),
    path("access/grants/<int:number>/revoke", access.revoke, name="access-revoke"),
    path("access/roles", access.role, name="access-role"),
    path("access/roles/<str:name>/delete", access.delete_role, name="access-role-delete"),
    path("access/services", access.service, name="access-service"),
    path("access/services/<str:name>/close", access.switch_service, {"active": False}, name="access-service-close"),
    path("access/services/<str:name>/open", access.switch_service, {"active": True}, name="access-service-open"),
    path("tokens", tokens.page, name="tokens"),
    path("tokens/new", tokens.make, name="token-make"),
    path("tokens/<str:prefix>/revoke", tokens.revoke, name="token-revoke"),
    path("hooks", hooks.listing, name="hooks"),
    path("hooks/new", hooks.make, name="hook-make"),
    path("hooks/<int:number>", hooks.page, name="hook"),
    path("hooks/<int:number>/change", hooks.change, name="hook-change"),
    path("hooks/<int:number>/close", hooks.switch, {"active": False}, name="hook-close"),
    path("hooks/<int:number>/open", hooks.switch, {"active": True}, name="hook-open"),
    path("hooks/<int:number>/secret", hooks.renew, name="hook-secret"),
    path("hooks/<int:number>/test", hooks.test, name="hook-test"),
    path("hooks/<int:number>/remove", hooks.remove, name="hook-remove"),
    path("hooks/<int:number>/deliveries/<int:delivery>/again", hooks.again, name="hook-again"),
    path("inlets/new", hooks.make_inlet, name="inlet-make"),
    path("inlets/<str:name>/close", hooks.switch_inlet, {"active": False}, name="inlet-close"),
    path("inlets/<str:name>/open", hooks.switch_inlet, {"active": True}, name="inlet-open"),
    path("inlets/<str:name>/remove", hooks.remove_inlet, name="inlet-remove"),
    path("inbox", inbox.listing, name="inbox"),
    path("inbox/read", inbox.read_all, name="inbox-read"),
    path("inbox/<int:number>", inbox.page, name="inbox-line"),
    path("inbox/<int:number>/read", inbox.mark, {"read": True}, name="inbox-mark"),
    path("inbox/<int:number>/unread", inbox.mark, {"read": False}, name="inbox-unmark"),
    path("notifications", wanting.page, name="notifications"),
    path("notifications/save", wanting.save, name="notifications-save"),
    path("channels", channels.listing, name="channels"),
    path("channels/new/<str:kind>", channels.new, name="channel-new"),
    path("channels/<int:number>", channels.page, name="channel"),
    path("channels/<int:number>/change", channels.change, name="channel-change"),
    path("channels/<int:number>/test", channels.test, name="channel-test"),
    path("channels/<int:number>/remove", channels.remove, name="channel-remove"),
    path("routes/new", routes.new, name="route-new"),
    path("routes/make", routes.make, name="route-make"),
    path("routes/<int:number>", routes.page, name="route"),
    path("routes/<int:number>/change", routes.change, name="route-change"),
    path("routes/<int:number>/remove", routes.remove, name="route-remove"),
    path("team-channel", routes.team, name="team-channel"),
    path("team-channel/save", routes.save_team, name="team-channel-save"),
    path("team-channel/drop", routes.drop_team, name="team-channel-drop"),
    path("messages", channels.messages, name="messages"),
    path("messages/<int:number>/again", channels.again, name="message-again"),
    path("plugins", plugins.listing, name="plugins"),
    path("plugins/<str:name>", plugins.page, name="plugin"),
    path("plugins/<str:name>/switch", plugins.switch, name="plugin-switch"),
    path("plugins/<str:name>/settings", plugins.settings, name="plugin-settings"),
    path("plugins/<str:plugin>/entity", framing.entity, name="plugin-entity"),
    path("plugins/<str:plugin>/proxy/<str:name>/<path:rest>", framing.proxy, name="plugin-proxy"),
    path("plugins/<str:plugin>/<path:rest>", shown.page, name="plugin-page"),
    path("audit", audit.listing, name="audit"),
    path("audit.csv", audit.export, {"as_file": "csv"}, name="audit-csv"),
    path("audit.jsonl", audit.export, {"as_file": "jsonl"}, name="audit-jsonl"),
    path("sign-in", SignIn.as_view(), name="account_login"),
    path("sign-in", SignIn.as_view(), name="sign-in"),
    path("sign-in/second-factor", SecondFactor.as_view(), name="mfa_authenticate"),
    path("sign-in/oidc/<slug:provider_id>", providers.oidc_login, name="oidc_login"),
    path("sign-in/oidc/<slug:provider_id>/back", providers.oidc_back, name="openid_connect_callback"),
    path("sign-in/saml/<slug:organization_slug>", providers.saml_login, name="saml_login"),
    path("sign-in/saml/<slug:organization_slug>/back", providers.saml_back, name="saml_acs"),
    path("sign-in/saml/<slug:organization_slug>/finish", providers.saml_finish, name="saml_finish_acs"),
    path("sign-in/saml/<slug:organization_slug>/metadata", providers.saml_metadata, name="saml_metadata"),
    path("sign-in/saml/<slug:organization_slug>/sign-out", providers.saml_sign_out, name="saml_sls"),
    path("sign-out", SignOut.as_view(), name="sign-out"),
    # Some names are those by which allauth finds its pages.
    path("account", account.page, name="account"),
    path("account", account.page, name="mfa_index"),
    path("account", account.page, name="mfa_list_webauthn"),
    path("account/sessions/end", account.end_session, name="session-end"),
    path("account/providers/remove", account.unlink, name="provider-remove"),
    path("account/password", signed_in(forms.Password.as_view()), name="account_change_password"),
    path("account/code-app", signed_in(forms.CodeApp.as_view()), name="mfa_activate_totp"),
    path("account/code-app/remove", signed_in(forms.NoCodeApp.as_view()), name="mfa_deactivate_totp"),
    path("account/recovery-codes", signed_in(forms.RecoveryCodes.as_view()), name="mfa_view_recovery_codes"),
    path("account/recovery-codes/new", signed_in(forms.NewRecoveryCodes.as_view()), name="mfa_generate_recovery_codes"),
    path("account/passkeys/new", signed_in(forms.NewPasskey.as_view()), name="mfa_add_webauthn"),
    path("account/passkeys/<int:pk>/remove", signed_in(forms.NoPasskey.as_view()), name="mfa_remove_webauthn"),
    path("account/again", signed_in(forms.Again.as_view()), name="account_reauthenticate"),
    path("account/again/code", signed_in(forms.AgainByCode.as_view()), name="mfa_reauthenticate"),
    path("account/again/passkey", signed_in(forms.AgainByPasskey.as_view()), name="mfa_reauthenticate_webauthn"),
]
