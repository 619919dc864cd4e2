"""Child processes that do not outlive their parent."""

import shutil
import subprocess
from collections.abc import Mapping, Sequence
from typing import Literal


def spawn(
    command: Sequence[str],
    env: Mapping[str, str] | None = None,
    orphaned: Literal["TERM", "KILL"] = "TERM",
    keep: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a child that gets the signal `orphaned` when this process ends, however it ends.

    It has the file descriptors `keep` of this process open.

    util-linux' `setpriv` asks the kernel for that (PR_SET_PDEATHSIG) and then becomes the command;
    it is an essential package on Debian. Without it the child only ends with an orderly stop. The
    child has a process group of its own: Ctrl-C reaches the parent alone, which stops it in order.
    """
    setpriv = shutil.which("setpriv")
    prefix = [setpriv, "--pdeathsig", orphaned, "--"] if setpriv else []
    return subprocess.Popen(
        [*prefix, *command],
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        env=env,
        pass_fds=tuple(keep),
    )
