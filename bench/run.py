"""`make bench`: every measurement, one table. Exit code 1 where a goal was missed.

python -m bench.run [NAME ...]    names of measurements; all of them by default
"""

import importlib
import os
import sys
import tempfile

from bench.table import render

MEASUREMENTS = ("business_time", "import_bench", "pages", "scoring")


def main(names: list[str]) -> int:
    unknown = set(names) - set(MEASUREMENTS)
    if unknown:
        named, there = ", ".join(sorted(unknown)), ", ".join(MEASUREMENTS)
        print(f"There is no measurement named {named}. There are: {there}.")
        return 2
    with tempfile.TemporaryDirectory() as folder:
        os.environ.setdefault("DATA_DIR", folder)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "smarketing.settings")
        import django

        django.setup()
        modules = [importlib.import_module(f"bench.{name}") for name in names or MEASUREMENTS]
        rows = [row for module in modules for row in module.measure()]
    print(render(rows))
    return 0 if all(row.held for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
