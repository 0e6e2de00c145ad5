"""Take the README's screenshot from the real page: start it, ask, click the citation, save docs/screenshot.png."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
PICTURE = Path(__file__).with_name("screenshot.png")
QUESTION = "Who led Russia's delegation?"
_START = 300  # seconds that the models and a first index may take
_SIZE = {"width": 1280, "height": 800}  # CSS pixels; the picture has twice as many, for sharp screens


def main() -> int:
    """Return 0, or 1 where no Chromium is installed."""
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        sys.exit("No Chromium is installed. Install the system's package: apt-get install chromium")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    app = subprocess.Popen([sys.executable, "app.py"], cwd=ROOT, env={**os.environ, "FOOTNOTE_PORT": str(port)})
    try:
        _wait(app, port)
        _take(chromium, f"http://127.0.0.1:{port}")
    finally:
        app.terminate()
        app.wait(timeout=30)
    return 0


def _wait(app: subprocess.Popen[bytes], port: int) -> None:
    """Until the page answers; ends the program where it has stopped or takes too long."""
    end = time.monotonic() + _START
    while time.monotonic() < end:
        if app.poll() is not None:
            sys.exit("The page did not start; its own message stands above.")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    sys.exit(f"The page did not start within {_START} seconds. Try it alone: python app.py")


def _take(chromium: str, address: str) -> None:
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_context(viewport=_SIZE, device_scale_factor=2, reduced_motion="reduce").new_page()
        page.goto(address)
        page.wait_for_selector(".opening")
        page.fill("#question textarea", QUESTION)
        page.keyboard.press("Enter")
        page.wait_for_selector(".turn.answered .cite")
        page.locator(".claims .cite").first.click()
        page.wait_for_selector("mark.current")
        page.wait_for_timeout(500)  # the scroll
        page.mouse.move(0, 0)
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    sys.exit(main())
