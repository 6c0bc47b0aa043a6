"""Weblate's own class for LibreTranslate, in a process and an environment of its own.

It is under the GPL: nothing of ours imports it. `tests/gateway/weblate_environment.py` makes the
environment; TARJAMA_TEST_WEBLATE names it.
"""

import json
import os
import subprocess
from pathlib import Path

import pytest

_PROGRAM = """
import json, os, sys
from unittest.mock import MagicMock

# What draws pictures needs libraries of the system, and is not asked for any.
for name in ("cairo", "gi", "gi.repository"):
    sys.modules[name] = MagicMock()
os.environ["DJANGO_SETTINGS_MODULE"] = "weblate.settings_example"
import django
from django.conf import settings

memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
settings.CACHES = {"default": memory, "avatar": memory}
settings.DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
settings.DATA_DIR = sys.argv[1]
django.setup()
from weblate.machinery.libretranslate import LibreTranslateTranslation

machinery = LibreTranslateTranslation({"url": sys.argv[2], "key": ""})
machinery.validate_settings()
texts = [(text, None) for text in sys.argv[3:]]
found = machinery.download_multiple_translations("ar", "en", texts)
print(json.dumps({
    "languages": sorted(machinery.supported_languages),
    "supported": machinery.is_supported("ar", "en"),
    "texts": {text: one[0]["text"] for text, one in found.items()},
}))
"""

TEXTS = ("ذهب الولد إلى المدرسة.", "السماء زرقاء.")


@pytest.mark.system
def test_weblate_takes_the_gateway_for_libretranslate(gateway: str, tmp_path: Path) -> None:
    folder = os.environ.get("TARJAMA_TEST_WEBLATE")
    assert folder, "Run tests/gateway/weblate_environment.py FOLDER; set TARJAMA_TEST_WEBLATE to it"
    python = Path(folder, "bin", "python")
    command = [str(python), "-c", _PROGRAM, str(tmp_path), gateway, *TEXTS]

    done = subprocess.run(command, capture_output=True, text=True, timeout=100)

    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout.splitlines()[-1])
    assert answer["languages"] == ["ar", "en"]
    assert answer["supported"] is True
    assert [text for text in TEXTS if answer["texts"][text].isascii()] == list(TEXTS)
