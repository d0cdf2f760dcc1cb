#!/usr/bin/env python3
"""check_annex_i - are the forms and directories in data/ whole, sound, and free of what must not be in them?

    tests/data/check_annex_i.py [ROOT]

Reads data/ under ROOT (default: this project) and, if it is there, the report they were made from: $OPENTRM_SEED, or
../shared/seed/the-way-forward-trm-2012.txt beside ROOT. Without the report, what needs it is skipped and said so.
Prints TAP. Every check is a function that yields one sentence a mistake; check_annex_i_red.py makes each mistake once
and looks whether it is found. Standard library only; writes nothing.
"""
import os
import sys

from check_demo import check_demo
from check_directory import (check_bodies, check_channels, check_directory, check_mailboxes, check_no_honorific,
                             check_no_mobile, check_no_persons, check_no_seed_mobile)
from check_form import (check_countries, check_fields, check_invented, check_keys, check_languages, check_lists,
                        check_printed, check_references, check_structure)
from data_files import Data

ALWAYS = [check_invented, check_fields, check_structure, check_languages, check_lists, check_references, check_keys,
          check_countries, check_demo, check_directory, check_bodies, check_no_mobile, check_no_honorific]
WITH_SEED = [check_printed, check_no_persons, check_no_seed_mobile, check_channels, check_mailboxes]


def main():
    root = os.path.abspath(sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "../.."))
    data, failed, number = Data(root), 0, 0
    for check in ALWAYS + WITH_SEED:
        number += 1
        title = f"{number} - {check.__name__[6:]}: {(check.__doc__ or '').strip().splitlines()[0]}"
        if check in WITH_SEED and data.seed is None:
            print(f"# skipped {title} The report is not here (../shared/seed or $OPENTRM_SEED).")
            continue
        found = list(check(data))
        for problem in found[:50]:
            print(f"# {problem}")
        print(f"{'not ok' if found else 'ok'} {title}")
        failed += bool(found)
    print(f"1..{number}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
