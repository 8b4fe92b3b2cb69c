"""Settings: runs from a bare checkout; environment variables are read here, once, and fail loudly.

Every variable has its row in the README's table (tests/test_environment.py compares the two).
"""

import os
import sys
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from smarketing.secret import kept_secret_key

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)
DATABASE_URL = env.str("DATABASE_URL", default="")
REDIS_URL = env.str("REDIS_URL", default="")
PORT = env.int("PORT", default=8000)
PUBLIC_URL = env.str("PUBLIC_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
DEBUG = env.bool("DEBUG", default=False)

# --- What a real installation has to say itself -----------------------------------------------

if DATABASE_URL and not env.str("SECRET_KEY", default=""):
    raise ImproperlyConfigured(
        "DATABASE_URL is set but SECRET_KEY is not. Set SECRET_KEY to a long random text that stays the same."
    )
if DATABASE_URL and not env.list("ALLOWED_HOSTS", default=[]):
    raise ImproperlyConfigured(
        "DATABASE_URL is set but ALLOWED_HOSTS is not. "
        "Set it to the host names that people use, separated by commas."
    )
if REDIS_URL and urlsplit(REDIS_URL).scheme not in ("redis", "rediss", "redis+socket", "unix"):
    raise ImproperlyConfigured("REDIS_URL has to begin with redis://, rediss://, redis+socket:// or unix://.")

SECRET_KEY = env.str("SECRET_KEY", default="") or kept_secret_key(DATA_DIR)
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost"])
if urlsplit(PUBLIC_URL).scheme not in ("http", "https"):
    raise ImproperlyConfigured("PUBLIC_URL has to begin with http:// or https://.")
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
TESTING = "pytest" in sys.modules

# --- Applications ----------------------------------------------------------------------------

INSTALLED_APPS = [
    "smarketing.accounts",
    "smarketing.outbox",
    "slas",
    "leads",
    "reports",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "axes",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_filters",
    "django_htmx",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "smarketing.accounts.middleware.ReaderTimeZoneMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "smarketing.urls"
WSGI_APPLICATION = "smarketing.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            # {{ field|as_crispy_field }} in every template; what it draws is templates/bootstrap5/field.html
            "builtins": ["crispy_forms.templatetags.crispy_forms_filters"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "smarketing.offline.offline",
            ],
        },
    },
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# --- Database --------------------------------------------------------------------------------

DATABASES = {"default": env.db_url_config(DATABASE_URL or f"sqlite:///{DATA_DIR / 'db.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # IMMEDIATE takes the write lock at the start, so that two writers queue instead of failing.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;",
    }
    # A file, so that threads and second processes can take part in a test; one for each run of the tests.
    DATABASES["default"]["TEST"] = {"NAME": f"{tempfile.gettempdir()}/smarketing-test-{os.getpid()}.sqlite3"}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", 5)  # seconds
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- People ----------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
if TESTING:  # a slow hash is there to be slow; tests make hundreds of people
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "scoreboard"
AXES_LOCKOUT_CALLABLE = "smarketing.accounts.views.locked_out"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # user_email_once makes e-mails unique, whatever their case
LOGOUT_REDIRECT_URL = "login"
AXES_USERNAME_FORM_FIELD = "username"  # the name of the log-in field, whatever the model calls it
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_FAILURE_LIMIT = 8
AXES_COOLOFF_TIME = 0.25  # hours
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# --- Language and time -----------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# --- Static files: from our folder and from installed wheels, never from another host ---------


def package_dir(name: str) -> Path:
    """The folder of an installed package, without importing it."""
    import importlib.util

    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        raise ImproperlyConfigured(f"The package {name} is missing: pip install -r requirements.txt")
    return Path(next(iter(spec.submodule_search_locations)))


STATIC_URL = "static/"
STATIC_ROOT = DATA_DIR / "static"
STATIC_ROOT.mkdir(exist_ok=True)
_bootstrap = package_dir("bootstrap")
STATICFILES_DIRS = [
    BASE_DIR / "static",
    ("bootstrap/css", _bootstrap / "css"),
    ("bootstrap/js", _bootstrap / "js"),
    # Only the font: the package's 2,000 single pictures would make collectstatic take a minute.
    ("icons", package_dir("js_lib_bootstrap_icons") / "static/bootstrap-icons/font"),
]
# With a database of its own an installation collects its static files; a bare checkout finds them.
STORES_STATIC_FILES = bool(DATABASE_URL) and not TESTING
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": (
            "smarketing.static_files.CollectedFiles"
            if STORES_STATIC_FILES
            else "django.contrib.staticfiles.storage.StaticFilesStorage"
        )
    },
}
WHITENOISE_USE_FINDERS = True
# Collecting is for pages: no second copy under the plain name, and maps, which nobody waits for, as they are.
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ["png", "gif", "jpg", "webp", "ico", "gz", "br", "woff", "woff2", "map"]
WHITENOISE_AUTOREFRESH = DEBUG

# --- Mail ------------------------------------------------------------------------------------

EMAIL_URL = env.str("EMAIL_URL", default="")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="SMarketing <smarketing@localhost>")
if EMAIL_URL:
    vars().update(env.email_url("EMAIL_URL"))
    EMAIL_TIMEOUT = 20  # seconds; a server that hangs must not hold the others up

# --- Celery: a message only says "look at the database" ---------------------------------------

# make run starts a broker and sets REDIS_URL for its programs; nothing is ever sent to memory://.
CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1) if REDIS_URL else "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_connect_timeout": 5}
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = 2
CELERY_TIMEZONE = "UTC"
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_DEFAULT_QUEUE = "smarketing"
CELERY_IMPORTS = ["smarketing.tasks"]
CELERY_BEAT_SCHEDULER = "smarketing.ticks.Ticks"
# A tick that nobody took before the next one is of no use: no backlog grows while the worker is away.
CELERY_BEAT_SCHEDULE = {
    task: {"task": task, "schedule": 60.0, "options": {"expires": 55}}
    for task in (
        "smarketing.tasks.heartbeat",
        "reports.tasks.sweep",
        "reports.tasks.nightly",
        "reports.tasks.weekly",
        "reports.tasks.deliver",
        "leads.tasks.imports",
        "leads.tasks.qualify",
    )
}

# --- Security --------------------------------------------------------------------------------

_https = PUBLIC_URL.startswith("https://")
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # a draft's section may have 100 promises, or 40 personas
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = _https
SECURE_HSTS_SECONDS = 31_536_000 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SESSION_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "font-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-src": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "filters": {"asked_for": {"()": "smarketing.health.LeaveOutReadiness"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["asked_for"]}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {name: {"level": "INFO"} for name in ("smarketing", "slas", "leads", "reports")},
}
