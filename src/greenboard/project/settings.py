"""Django's settings, made of ours."""

from __future__ import annotations

from greenboard.project.environment import Environment, secret_key
from greenboard.project.observing import logs

environment = Environment.read()
GREENBOARD = environment

BASE_DIR = environment.data_dir
SECRET_KEY = environment.secret_key or secret_key(environment.data_dir)
DEBUG = environment.debug
ALLOWED_HOSTS = list(environment.hosts)

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.socialaccount.providers.saml",
    "allauth.mfa",
    "allauth.usersessions",
    "greenboard.durable",
    "greenboard.access",
    "greenboard.identity",
    "greenboard.plugins",
    "greenboard.catalog",
    "greenboard.facts",
    "greenboard.attestations",
    "greenboard.connections",
    "greenboard.collection",
    "greenboard.scorecards",
    "greenboard.exemptions",
    "greenboard.results",
    "greenboard.reviews",
    "greenboard.campaigns",
    "greenboard.reports",
    "greenboard.scaffolds",
    "greenboard.workflows",
    "greenboard.notifications",
    "greenboard.hooks",
    "greenboard.web",
    "greenboard.api",
    "greenboard.project",
]

MIDDLEWARE = [
    "greenboard.web.security.SecurityMiddleware",
    "greenboard.project.observing.probes.Probes",
    "greenboard.project.observing.requests.Observing",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "greenboard.project.turns.Turns",
    "greenboard.api.rim.RimMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "greenboard.access.origin.OriginMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "greenboard.project.urls"
WSGI_APPLICATION = "greenboard.project.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [environment.package / "web" / "html"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "greenboard.web.frame.frame",
            ],
        },
    },
    {
        "NAME": "rows",
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [environment.package / "web" / "html" / "rows"],
        "APP_DIRS": False,
        "OPTIONS": {"environment": "greenboard.web.rows.environment"},
    },
]

DURABLE = environment.durable
DATABASES = {"default": {**environment.database.settings}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Counts failed sign-ins and keeps what providers publish about themselves, for all processes alike.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "identity_cache",
        "OPTIONS": {"MAX_ENTRIES": 50_000},
    }
}

AUTH_USER_MODEL = "access.Person"
TOKEN_RATE = environment.token_rate
OPEN_BADGES = environment.open_badges
REPORT_DOMAINS = environment.report_domains
SEALING_KEYS = environment.secret_keys
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "board"
LOGOUT_REDIRECT_URL = "sign-in"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

IDENTITY = environment.identity
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
ACCOUNT_ADAPTER = "greenboard.identity.adapters.Accounts"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_UNIQUE_EMAIL = False
ACCOUNT_SESSION_REMEMBER = True
SOCIALACCOUNT_ADAPTER = "greenboard.identity.adapters.Providers"
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_LOGIN_ON_GET = True
MFA_ADAPTER = "greenboard.identity.adapters.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ALLOW_UNVERIFIED_EMAIL = True
PROXIES = environment.proxies
ALLAUTH_TRUSTED_PROXY_COUNT = environment.proxies

SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = environment.https
CSRF_COOKIE_SECURE = environment.https
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "greenboard.web.faults.csrf_failure"
CSRF_TRUSTED_ORIGINS = list(environment.origins)
PUBLIC_URL = next(iter(environment.origins), "").rstrip("/")
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if environment.https:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SECURE_HSTS_SECONDS = 31_536_000

STATIC_URL = "/static/"
STATICFILES_DIRS = [environment.package / "web" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+-[0-9A-Z]{8}\.[a-z0-9]+$"

ORIGIN = environment.origin
EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = environment.smtp.host
EMAIL_PORT = environment.smtp.port
EMAIL_HOST_USER = environment.smtp.user
EMAIL_HOST_PASSWORD = environment.smtp.password
EMAIL_USE_SSL = environment.smtp.tls
EMAIL_USE_TLS = environment.smtp.starttls
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = environment.mail_from

OUTBOUND_ALLOW = environment.outbound
REMOVAL_SHARE = environment.removal_share / 100
REMOVAL_FEW = environment.removal_few
SCAFFOLD_UPDATES = environment.scaffold_updates
DECIDE_OWN_EXEMPTIONS = environment.own_exemptions
API_BODY = environment.api_body
EVIDENCE_BYTES = environment.evidence_bytes
DATA_UPLOAD_MAX_MEMORY_SIZE = environment.api_body

USE_TZ = True
TIME_ZONE = "UTC"
LANGUAGE_CODE = "en"
USE_I18N = False

LOGGING = logs.configuration(environment.log_format, environment.log_level, (*environment.secrets, SECRET_KEY))
