"""What the experiments share: how they are called, and what they note down about the machine."""

import argparse
import os
import platform

import numpy as np
import pandas as pd
import torch

from tools.project import ROOT

DATA = ROOT / "mirage" / "data"


def parser(description: str) -> argparse.ArgumentParser:
    """Return a parser of the options that say where jobs are done."""
    found = argparse.ArgumentParser(description=description)
    found.add_argument("--workers", type=int, help="processes; as many as there are processors without it")
    found.add_argument("--dask", metavar="ADDRESS", help="scheduler of a running Dask cluster that trains")
    return found


def circumstances() -> dict[str, str]:
    """Return with what, and on what kind of machine, something is computed."""
    packages = {module.__name__: module.__version__ for module in (torch, np, pd)}
    cores = f"{os.cpu_count()} cores, {platform.machine()}, {torch.backends.cpu.get_cpu_capability()}"
    machine = torch.cuda.get_device_name() if torch.cuda.is_available() else cores
    return {"machine": machine, "python": platform.python_version(), **packages}
