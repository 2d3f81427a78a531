"""`ralop demo` in its own process, as anybody starts it; and the browser that looks at it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.running import ROOT, WIDE_S

CHROMIUM_ARGS = [
    "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip


@dataclass
class Demo:
    """A running demo; `address` is the one that it printed."""

    process: subprocess.Popen[str]
    address: str

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=WIDE_S)
        assert self.process.stdout is not None
        self.process.stdout.close()
        return code


def start(folder: Path, *options: str) -> Demo:
    """Starts a demo on a free port, and waits for the line that names its address."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR") if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, "-m", "bot", "demo", "--port", "0", "--no-open", *options],
        env={**kept, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "error", "PYTHONIOENCODING": "utf-8"},
        cwd=folder,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert process.stdout is not None
    line = process.stdout.readline()
    addresses = [word for word in line.split() if word.startswith("http://")]
    assert addresses, line
    return Demo(process, addresses[0])
