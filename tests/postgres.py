"""A PostgreSQL server of the tests' own, in a folder of its own, on a socket: started once, thrown away at the end."""

from __future__ import annotations

import glob
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path


def binaries() -> Path | None:
    """Where initdb and pg_ctl are, or None."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin"))
    if found:
        return Path(found[-1])
    which = shutil.which("initdb")
    return Path(which).parent if which else None


class Server:
    """One server, whose databases are made empty or copied from another."""

    def __init__(self, port: int) -> None:
        self.bin = binaries()
        if self.bin is None:
            raise FileNotFoundError("no PostgreSQL; to install it: apt-get install postgresql")
        self._copies = itertools.count(1)
        # The server refuses to run as root, and its user must be able to reach the folder.
        self.home = Path(tempfile.mkdtemp(prefix="ralop-pg-"))
        self.user = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        self.port = port
        if os.getuid() == 0:
            shutil.chown(self.home, "postgres")
        self._run("initdb", "-D", str(self.home / "data"), "-U", "ralop", "--auth=trust", "-E", "UTF8", "--locale=C")
        self.start()

    def start(self) -> None:
        options = f"-p {self.port} -k {self.home} -c listen_addresses=127.0.0.1 -c fsync=off"
        self._run("pg_ctl", "-D", str(self.home / "data"), "-o", options, "-l", str(self.home / "log"), "-w", "start")

    def stop(self, mode: str = "fast") -> None:
        self._run("pg_ctl", "-D", str(self.home / "data"), "-m", mode, "-w", "stop")

    def create(self, name: str, template: str = "template1") -> str:
        """Makes a database; returns its URL."""
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "ralop", "-T", template, name)
        return f"postgresql+psycopg://ralop@127.0.0.1:{self.port}/{name}"

    def copy(self, template: str) -> str:
        """A copy of a database, under a new name."""
        return self.create(f"{template}_{next(self._copies)}", template)

    def close(self) -> None:
        self.stop("immediate")
        shutil.rmtree(self.home, ignore_errors=True)

    def _run(self, program: str, *arguments: str) -> None:
        assert self.bin is not None
        command = [str(self.bin / program), *arguments]
        if os.getuid() == 0:
            command = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *command]
        subprocess.run(command, check=True, cwd=self.home, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
