"""`bot dev` as a process of its own, and a browser that looks at it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import httpx2
from playwright.sync_api import Browser, Page, sync_playwright

_READY_WITHIN_S = 180
_STOP_WITHIN_S = 15

# Chromium looks up its maker's hosts at every start unless told not to.
_QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",
)


@contextmanager
def bot_dev(data_dir: Path) -> Iterator[str]:
    """Run `bot dev` with nothing configured; give its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(data_dir),
        "PORT": str(port),
        "BOT_DATA_DIR": str(data_dir / "bot"),
    }
    process = subprocess.Popen(  # noqa: S603 - our own command
        [str(Path(sys.executable).with_name("bot")), "dev"],
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_ready(url, process)
        yield url
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(_STOP_WITHIN_S)


@contextmanager
def page_of_chromium() -> Iterator[Page]:
    """Open a page in the machine's own Chromium."""
    with chromium() as browser:
        yield browser.new_page(viewport={"width": 1200, "height": 820}, device_scale_factor=2)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Start the machine's own Chromium."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path is not None, "these tests need Chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(_QUIET))
        yield browser
        browser.close()


def _wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = monotonic() + _READY_WITHIN_S
    with httpx2.Client(trust_env=False, timeout=5) as client:
        while True:
            assert process.poll() is None, "bot dev has ended"
            assert monotonic() < deadline, "bot dev is not ready"
            try:
                if client.get(f"{url}/readyz").status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            sleep(0.1)
