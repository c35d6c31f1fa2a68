"""``python -m infra.layers [--cloud]``: builds the layers for this machine.

With ``--cloud``, everything that template.yaml names is built where it says: the layers with their libraries and fonts
for the cloud's Python, and the functions.
"""

import sys

from infra import artifacts
from infra.discovery import functions
from infra.layers import build
from infra.layers.target import BuildError, cloud, local


def main(arguments: list[str]) -> int:
    for_cloud = "--cloud" in arguments
    target = cloud() if for_cloud else local()
    try:
        for folder in (
            build.build_domain(target),
            build.build_runtime(target),
            build.build_pdf(target, with_natives=for_cloud),
        ):
            size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
            print(f"layer {folder.name}: {size / 2**20:.0f} MiB for Python {target.python_version}")
        if for_cloud:
            print(f"{len(artifacts.stage(target, functions(), target.functions))} functions")
    except BuildError as error:
        print(f"layers: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
