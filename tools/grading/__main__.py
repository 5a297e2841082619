"""Grade every notebook below a folder, several at once: `python -m tools.grading FOLDER [--seconds …]`.

Everything is written to FOLDER/graded. A notebook that was graded by the same tests before is not run again.
"""

import argparse
import os
import sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tqdm import tqdm

from tools.grading import jail, tables


def main() -> int:
    """Grade, and say where the tables are."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="with the submitted notebooks, at any depth")
    parser.add_argument("--seconds", type=float, default=180, help="that one submission may take")
    parser.add_argument("--gigabytes", type=float, default=4, help="of memory that a process may have")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="submissions at once")
    arguments = parser.parse_args()
    if not arguments.folder.is_dir():
        print(f"{arguments.folder} is no folder: SUBMISSIONS names the folder of notebooks", file=sys.stderr)
        return 1
    submissions = tables.submissions(arguments.folder)
    limits = jail.Limits(arguments.seconds, arguments.gigabytes)
    with ThreadPoolExecutor(arguments.jobs) as pool:
        runs = [pool.submit(each.grade, limits) for each in submissions]
        for run in tqdm(as_completed(runs), total=len(runs), desc="grading", ascii=True):
            run.result()
    print(jail.PROTECTION[bool(jail.walls())])
    print(tables.write(arguments.folder, submissions))
    return 0


if __name__ == "__main__":
    sys.exit(main())
