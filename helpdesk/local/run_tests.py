"""`make test`: every test, or with K=… a part of them."""

import os
import shlex
import sys
from pathlib import Path

from helpdesk.local.browsers import get_browser
from helpdesk.local.refusal import Refusal

ROOT = Path(__file__).resolve().parent.parent.parent
LEFT_OUT = """
------------------------------------------------------------------------------------------
NO_BROWSER=1: the tests marked "browser" do NOT run. What they check is unchecked this time.
------------------------------------------------------------------------------------------
"""


def main() -> None:
    """
    Become pytest, with the right arguments.

    :raises Refusal: if there is no browser and none can be had.
    """
    part, more = os.environ.pop("K", ""), shlex.split(os.environ.pop("ARGS", ""))
    options = ["-p", "helpdesk.local.pytest_services", *more]
    if os.environ.get("NO_BROWSER") == "1":
        print(LEFT_OUT, flush=True)
        options += ["-m", "not browser"]
    else:
        os.environ["CHROMIUM"] = get_browser()
    if part:
        options += [part] if (ROOT / part.partition("::")[0]).exists() else ["-k", part]
    else:
        options += ["-n", "auto", "--dist", "loadgroup"]
    os.chdir(ROOT)
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *options])


if __name__ == "__main__":
    try:
        main()
    except Refusal as refusal:
        sys.exit(str(refusal))
