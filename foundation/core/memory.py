"""Memory that holds keys and words stays in the process: no core dump, no reading by others of the same account."""

import ctypes
import resource
import sys

PR_SET_DUMPABLE = 4


def keep_in() -> None:
    """No core file, no core piped to a crash reporter, no debugger of the same account, ``/proc`` for root alone.

    On Linux; elsewhere only the size of a core file is set to nothing.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
