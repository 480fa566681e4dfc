"""``python -m benchmark.data``: the command of `benchmark.data_command`, imported by its name.

The command stands on parts that read the tables beside this file, so none of them is imported here.
"""

import runpy

if __name__ == "__main__":
    runpy.run_module("benchmark.data_command", run_name="__main__")
