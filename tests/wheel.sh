#!/bin/sh
# Build a wheel and use it as somebody would who has nothing but the wheel: installed without
# the repository beside it. Dependencies are those of the environment that builds it, so that
# nothing is downloaded twice.
set -eu
root=$(pwd)
case $PYTHON in /*) ;; *) PYTHON=$root/$PYTHON ;; esac
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$PYTHON" -m build --wheel --no-isolation --outdir "$work/dist" . >"$work/build.log" 2>&1 ||
    { cat "$work/build.log"; exit 1; }
"$PYTHON" -m venv --without-pip "$work/env"
env="$work/env/bin/python"
"$PYTHON" -m pip --python "$env" install --quiet --no-deps "$work"/dist/*.whl
site=$("$env" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
# What radiosens depends on, but not the editable radiosens itself; extras come later.
link() {
    "$PYTHON" - "$site" "$1" <<'PY'
import sys, sysconfig, pathlib
theirs, ours = pathlib.Path(sys.argv[1]), pathlib.Path(sysconfig.get_path("purelib"))
extras = () if sys.argv[2] == "all" else ("torch", "pyarrow", "openpyxl", "distributed", "starlette", "uvicorn")
for item in ours.iterdir():
    if "radiosens" in item.name or item.suffix == ".pth" or item.name.split("-")[0] in extras:
        continue
    if not (theirs / item.name).exists():
        (theirs / item.name).symlink_to(item)
PY
}
link core
cd "$work"
"$env" -c "
import pathlib, radiosens
assert not pathlib.Path(radiosens.__file__).is_relative_to('$root'), radiosens.__file__
"
radiosens="$work/env/bin/radiosens"
"$radiosens" evaluate simulated --predictors mean,nearest,ridge --folds 3 --rounds 1 --refits 2 --out evaluated >/dev/null 2>&1
test -s evaluated/scores.csv
"$PYTHON" "$root/scripts/make_demo_samples.py" samples.csv
"$radiosens" predict samples.csv --out predicted >/dev/null 2>&1
test -s predicted/predictions.csv
if "$radiosens" reproduce simulated --out refused 2>said >/dev/null; then exit 1; fi
grep -q "pip install 'radiosens\[network\]'" said
link all
"$env" -c "
import radiosens
for name in radiosens.__all__:
    getattr(radiosens, name)
"
"$radiosens" reproduce simulated --preset quick --rounds 1 --epochs 2 --out run >/dev/null 2>&1
test -s run/table1.csv
echo "wheel: $(basename "$work"/dist/*.whl) installs and runs"
