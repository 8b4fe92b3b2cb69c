"""`make pictures`: the README's two pictures, of the running product with its demo.

The demo is made anew in a temporary folder, as on a Friday morning, so that the pictures are the same
whenever they are made. Nothing of an installation is read or touched.
"""

import datetime as dt
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import time_machine
from PIL import Image
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from playwright.sync_api import Browser

FRIDAY = dt.datetime(2026, 11, 20, 8, 20, tzinfo=dt.UTC)  # 09:20 in Copenhagen
WIDTH, HEIGHT = 1440, 900
PICTURES = (("scoreboard", "mona", "/"), ("queue", "rita", "/leads/queue/"))
LARGEST = 200_000  # bytes
ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking")


def main() -> int:
    """Write scoreboard.png and queue.png beside this file; 1 where a picture is too large for a README."""
    chromium = shutil.which("chromium")
    if chromium is None:
        sys.stderr.write("There is no chromium to take the pictures with: apt-get install chromium\n")
        return 1
    with tempfile.TemporaryDirectory() as folder, time_machine.travel(FRIDAY, tick=True):
        os.environ |= {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "smarketing.settings"}
        with _served_demo() as address, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            sizes = [_take(browser, address, *each) for each in PICTURES]
            browser.close()
    return int(max(sizes) > LARGEST)


@contextmanager
def _served_demo() -> Iterator[str]:
    """The address of the product with the demo in it, served from this process."""
    import django
    from django.core.management import call_command
    from django.core.servers.basehttp import (
        ThreadedWSGIServer,
        WSGIRequestHandler,
        get_internal_wsgi_application,
    )

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("demo")
    server = ThreadedWSGIServer(("127.0.0.1", 0), WSGIRequestHandler)
    server.set_app(get_internal_wsgi_application())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def _take(browser: "Browser", address: str, name: str, who: str, path: str) -> int:
    """One picture, of what this person sees there; its size in bytes."""
    from reports.demo.people import PASSWORD

    context = browser.new_context(
        base_url=address, viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light"
    )
    page = context.new_page()
    page.goto("/login/")
    page.get_by_label("E-mail").fill(f"{who}@demo.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("/")
    page.goto(path, wait_until="networkidle")
    file = Path(__file__).with_name(f"{name}.png")
    page.screenshot(path=file, animations="disabled")
    Image.open(file).convert("RGB").quantize(256, kmeans=3, dither=Image.Dither.NONE).save(
        file, optimize=True
    )
    size = file.stat().st_size
    sys.stdout.write(f"{file.name}: {size // 1000} kB\n")
    context.close()
    return size


if __name__ == "__main__":
    sys.exit(main())
