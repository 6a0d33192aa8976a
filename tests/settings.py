"""The product's settings with a data folder of their own, so that tests never touch an installation's."""

import os
import tempfile

os.environ["GREENBOARD_DATA_DIR"] = tempfile.mkdtemp(prefix="greenboard-test-")

from greenboard.project.settings import *  # noqa: F403 - the folder must be set first

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # quick; the real one has its own test
