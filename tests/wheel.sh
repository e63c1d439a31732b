#!/bin/sh
# Build a wheel and use it as somebody would who has nothing but the wheel: installed without
# the repository beside it. Dependencies are those of the environment that builds it, so that
# nothing is downloaded twice.
set -eu
root=$(pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$PYTHON" -m build --wheel --no-isolation --outdir "$work/dist" . >"$work/build.log" 2>&1 ||
    { cat "$work/build.log"; exit 1; }
"$PYTHON" -m venv --without-pip "$work/env"
env="$work/env/bin/python"
"$PYTHON" -m pip --python "$env" install --quiet --no-deps "$work"/dist/*.whl
site=$("$env" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
# What radiosens depends on, but not the editable radiosens itself.
"$PYTHON" - "$site" <<'PY'
import sys, sysconfig, pathlib
theirs, ours = pathlib.Path(sys.argv[1]), pathlib.Path(sysconfig.get_path("purelib"))
for item in ours.iterdir():
    if "radiosens" not in item.name and not item.suffix == ".pth" and not (theirs / item.name).exists():
        (theirs / item.name).symlink_to(item)
PY
cd "$work"
"$env" -c "
import pathlib, radiosens
assert not pathlib.Path(radiosens.__file__).is_relative_to('$root'), radiosens.__file__
for name in radiosens.__all__:
    getattr(radiosens, name)
"
"$work/env/bin/radiosens" reproduce simulated --preset quick --rounds 1 --epochs 2 --out run >/dev/null 2>&1
test -s run/table1.csv
echo "wheel: $(basename "$work"/dist/*.whl) installs and runs"
