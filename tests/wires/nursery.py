"""A nursery of processes: each `ralop run` is forked from one process that has imported everything and done nothing.

An import costs a second of CPU; two hundred performances would spend most of their time on it. What is forked is a
process of its own, with its own environment, folder and log, ended by a signal as any other.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.running import ROOT, WIDE_S, Running, environment, free_port
from tests.wires.wire import Wire

WARM = (
    "bot.__main__",
    "bot.commands.run",
    "bot.channels.telegram",
    "bot.channels.zalo",
    "sqlalchemy.dialects.sqlite",
    "uvicorn.lifespan.off",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.auto",
)


class Child:
    """A process of the nursery, as `subprocess.Popen` shows one."""

    def __init__(self, nursery: Nursery, pid: int) -> None:
        self._nursery, self.pid = nursery, pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        if self.returncode is None:
            self.returncode = self._nursery.ask(look_after=self.pid)
        return self.returncode

    def wait(self, timeout: float = WIDE_S) -> int:
        end = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > end:
                raise TimeoutError(f"process {self.pid} does not end")
            time.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(9)


class Nursery:
    """`with Nursery() as nursery: nursery.start(env, folder, log)`; may be asked from several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.wires.nursery"], cwd=ROOT, env=environment(""), text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip

    def ask(self, **order: Any) -> Any:
        """One order and its answer."""
        with self._lock:
            assert self._process.stdin
            assert self._process.stdout
            print(json.dumps(order), file=self._process.stdin, flush=True)
            return json.loads(self._process.stdout.readline())

    def start(self, env: dict[str, str], folder: Path, log: Path) -> Child:
        """`ralop run` in a folder, with this environment and no other."""
        return Child(self, self.ask(env=env, folder=str(folder), log=str(log)))

    def __enter__(self) -> Nursery:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.close()  # it ends those who are left, and itself
        self._process.wait(WIDE_S)
        self._process.stdout.close()


class Nursed(Running):
    """`ralop run` from a nursery, on a database in a folder and on one wire.

    With `is_public` the pages have a public address (WEB_PUBLIC_URL), and platforms may post to us.
    """

    def __init__(self, nursery: Nursery, folder: Path, wire: Wire, *, is_public: bool = False) -> None:
        super().__init__(f"sqlite:///{folder / 'ralop.sqlite3'}", folder, port=free_port())
        self._nursery, self.wire, self.is_public = nursery, wire, is_public

    @property
    def public_url(self) -> str:
        return f"http://127.0.0.1:{self.port}" if self.is_public else ""

    def start(self, *, wait: bool = True) -> Nursed:
        told = {**self.settings, **self.wire.settings(self), "WEB_PORT": str(self.port)}
        told |= {"WEB_PUBLIC_URL": self.public_url} if self.is_public else {}
        self.process = self._nursery.start(environment(self.url, **told), self.folder, self.log)  # type: ignore[assignment]
        if wait:
            self.until_alive()
        return self


def main() -> None:
    """Answers orders, one a line, until the end of its input."""
    for name in WARM:
        import_module(name)
    alive: set[int] = set()
    while line := sys.stdin.readline():
        order = json.loads(line)
        if "look_after" in order:
            print(json.dumps(_ended(order["look_after"], alive)), flush=True)
            continue
        pid = os.fork()
        if pid == 0:
            _become(**order)
            return
        alive.add(pid)
        print(json.dumps(pid), flush=True)
    for pid in alive:
        os.kill(pid, 9)


def _ended(pid: int, alive: set[int]) -> int | None:
    found, status = os.waitpid(pid, os.WNOHANG)
    if not found:
        return None
    alive.discard(pid)
    return os.waitstatus_to_exitcode(status)


def _become(env: dict[str, str], folder: str, log: str) -> None:
    """`ralop run`, in the child."""
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    nothing = os.open(os.devnull, os.O_RDONLY)
    told = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for source, number in ((nothing, 0), (told, 1), (told, 2)):
        os.dup2(source, number)
    sys.argv = ["ralop", "run"]
    from bot.__main__ import main as ralop

    ralop(["run"])


if __name__ == "__main__":
    main()
