"""`ralop run` in its own process, as an operator starts it: on a real database, against servers on this machine."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from dataclasses import dataclass, field
from pathlib import Path

from tests.fakes.telegram_client import FakeTelegram
from tests.fakes.zalo_client import FakeZalo

ROOT = Path(__file__).resolve().parents[1]
WIDE_S = 60.0  # a time-out of the tests: never a promise of the product


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def environment(
    url: str, telegram: FakeTelegram | None = None, zalo: FakeZalo | None = None, **more: str
) -> dict[str, str]:
    """A clean environment for a command of ours: nothing of the developer's settings reaches it."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
    given = {"DATABASE_URL": url, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", **more}
    if telegram is not None:
        given |= {"TELEGRAM_BOT_TOKEN": telegram.token, "TELEGRAM_API_BASE_URL": telegram.url}
    if zalo is not None:
        given |= {"ZALO_BOT_TOKEN": ",".join(zalo.tokens), "ZALO_API_BASE_URL": zalo.url}
    return {**kept, **given}


def command(url: str, *arguments: str, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
    """One command of `ralop`, run to its end."""
    return subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        env=environment(url, **more),
        cwd=cwd,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=WIDE_S,
    )


@dataclass
class Running:
    """The service; `log` keeps what it printed over all its lives."""

    url: str
    folder: Path
    telegram: FakeTelegram | None = None
    settings: dict[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None
    port: int = 0
    zalo: FakeZalo | None = None

    @property
    def log(self) -> Path:
        return self.folder / "run.log"

    def start(self, *, wait: bool = True) -> Running:
        self.port = self.port or free_port()
        env = environment(self.url, self.telegram, self.zalo, WEB_PORT=str(self.port), **self.settings)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot", "run"], env=env, cwd=self.folder, stdout=log, stderr=log,
                stdin=subprocess.DEVNULL,
            )  # fmt: skip
        if wait:
            self.until_alive()
        return self

    def until_alive(self) -> None:
        """Until the process answers."""
        self._until("/healthz")

    def until_ready(self) -> bytes:
        """Until its clock has ticked and its database takes something; returns what it tells of itself."""
        return self._until("/readyz")

    def _until(self, path: str) -> bytes:
        end = time.monotonic() + WIDE_S
        while time.monotonic() < end:
            assert self.process is not None
            assert self.process.poll() is None, self.log.read_text("utf-8")[-2000:]
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=2) as answer:
                    return bytes(answer.read())
            except OSError:
                time.sleep(0.05)
        raise TimeoutError(self.log.read_text("utf-8")[-2000:])

    def kill(self) -> None:
        """Ends it as a power cut ends it."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """Asks it to end; returns its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=WIDE_S)

    def __enter__(self) -> Running:
        return self.start()

    def __exit__(self, *_: object) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill()
