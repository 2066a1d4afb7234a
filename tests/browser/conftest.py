"""TensorBoard over event files of headwater, and a browser that shows it; or a reason to skip."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request

import pytest

from tests.browser import events
from tests.browser.page import Page

START = 40  # seconds that TensorBoard may take until it answers and has read the event files
CHROMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="session")
def programs():
    """`(browser, driver)`: their paths; skips where something is missing."""
    missing = [m for m in ("tensorboard", "selenium") if importlib.util.find_spec(m) is None]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)} (pip install -e '.[browser]')")
    browser = next(filter(None, map(shutil.which, CHROMES)), None)
    driver = shutil.which("chromedriver")
    if browser is None or driver is None:
        pytest.skip("no browser: neither Chromium nor Chrome, or no chromedriver, is in PATH")
    return browser, driver


@pytest.fixture(scope="module")
def board(programs, tmp_path_factory):
    """TensorBoard at work: `(address, numbers of the scalar)`."""
    tf = importlib.import_module("headwater")
    logdir = tmp_path_factory.mktemp("logs")
    with tf.Graph().as_default():
        events.graph_in_scopes(tf, str(logdir / "1_scopes"))
    with tf.Graph().as_default():
        numbers = events.changing_data(tf, str(logdir / "2_data"))
    output = tmp_path_factory.mktemp("output") / "tensorboard"
    command = [sys.executable, "-m", "tensorboard.main", "--host=127.0.0.1", "--port=0"]
    with open(output, "wb") as file:
        process = subprocess.Popen(
            [*command, f"--logdir={logdir}"], stdout=file, stderr=subprocess.STDOUT
        )
    try:
        yield _address(process, output), numbers
    finally:
        process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()


def _address(process, output):
    """Where TensorBoard listens, once it has read both runs."""
    end = time.monotonic() + START
    while time.monotonic() < end and process.poll() is None:
        found = re.search(r"at (http://\S+?)/? ", output.read_text(errors="replace"))
        if found:
            with contextlib.suppress(urllib.error.URLError, ConnectionError):
                if len(fetch(found[1], "data/runs")) == 2 and _complete(found[1]):
                    return found[1]
        time.sleep(0.2)
    pytest.fail(f"TensorBoard did not begin:\n{output.read_text(errors='replace')[-3000:]}")


def _complete(address):
    tags = fetch(address, "data/plugin/text/tags")
    return bool(tags.get("2_data"))


def fetch(address, path):
    """The JSON at a path of TensorBoard's."""
    with urllib.request.urlopen(f"{address}/{path}", timeout=10) as answer:
        return json.load(answer)


@pytest.fixture(scope="module")
def page(programs, board, tmp_path_factory):
    """The browser, as a `Page` of TensorBoard's; screenshots go where the test's files go."""
    os.environ.setdefault("SE_OFFLINE", "true")  # nothing is to be downloaded
    webdriver = importlib.import_module("selenium.webdriver")
    options = webdriver.ChromeOptions()
    options.binary_location = programs[0]
    for flag in ("headless=new", "no-sandbox", "disable-gpu", "disable-dev-shm-usage"):
        options.add_argument(f"--{flag}")
    options.add_argument("--window-size=1400,900")
    options.add_argument(f"--user-data-dir={tmp_path_factory.mktemp('profile')}")
    service = webdriver.ChromeService(executable_path=programs[1])
    driver = webdriver.Chrome(options=options, service=service)
    try:
        driver.set_page_load_timeout(30)
        driver.set_script_timeout(10)
        yield Page(driver, board[0], tmp_path_factory.mktemp("pictures"))
    finally:
        driver.quit()
