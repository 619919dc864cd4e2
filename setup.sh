#!/usr/bin/env bash
# HIIT PI in one command:  ./setup.sh run | test | install | update | uninstall
#
# Installs what is missing (Debian packages with sudo when not root, Python packages into .venv),
# then opens the app or runs the checks. Does nothing twice, and goes on after a half-finished run.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$HERE"

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
fail() { printf 'setup.sh: %s\n' "$*" >&2; exit 1; }

usage() {
  cat <<'TEXT'
Usage: ./setup.sh COMMAND [ARGUMENT...]

  run        install what is missing and open the app; arguments go to `python app.py`
  test       install what is missing and run all checks; arguments go to pytest
  install    make it a service that starts with this machine (Raspberry Pi OS, Debian)
  update     get the newest version of that; goes back by itself if it does not come up
  uninstall  take the service away again; keeps the data

Settings are HIITPI_... variables or lines of a file .env; see docs/configuration.md.
TEXT
}

DEBIAN_OPTIONS=() VENV_OPTIONS=()

# Install Debian packages; say what to type where this may not be done.
debian() {
  local as=()
  command -v apt-get >/dev/null || fail "please install by hand: $* (there is no apt-get here)"
  if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
      as=(sudo)
    else
      fail "these Debian packages are missing. Type: su -c 'apt-get install $*'"
    fi
  fi
  say "Installing from Debian: $*"
  "${as[@]}" apt-get update -qq || fail "apt-get update failed; is there a network?"
  "${as[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${DEBIAN_OPTIONS[@]}" "$@" >/dev/null ||
    fail "apt-get could not install: $*"
}

redis() {
  command -v redis-server >/dev/null && return
  debian redis-server
  # The package starts a service of its own. The app brings its own Redis, so nobody asked for it.
  if [ -d /run/systemd/system ]; then
    if [ "$(id -u)" -eq 0 ]; then systemctl disable --now --quiet redis-server
    else sudo systemctl disable --now --quiet redis-server; fi
  fi
}

# Print a Python that is new enough and can make virtual environments.
find_python() {
  local candidate
  for candidate in python3 python3.13 python3.12 python3.11 /usr/bin/python3; do
    if "$candidate" -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' \
      2>/dev/null; then
      command -v "$candidate"
      return
    fi
  done
  return 1
}

# Raspberry Pi OS brings the library of its camera itself: our environment is to see the system's.
system_camera() {
  if apt-cache show python3-picamera2 >/dev/null 2>&1 && ! has_package python3-picamera2; then
    debian python3-picamera2
  fi
  has_package python3-picamera2 || return 0
  VENV_OPTIONS=(--system-site-packages)
  grep -qs '^include-system-site-packages = true' .venv/pyvenv.cfg || rm -rf .venv
}

has_package() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q ' installed'; }

# Make .venv hold exactly the pins of a requirements file; remember which, to be quick next time.
python_packages() {
  local pins=$1 wanted python
  wanted="$(sha256sum "$pins") $(uname -m)"
  [ "$(cat ".venv/.$pins" 2>/dev/null)" = "$wanted" ] && return
  if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=$(find_python) || { debian python3 python3-venv; python=$(find_python); } ||
      fail "Python 3.11 or newer is needed; this system has $(python3 --version 2>&1)"
    say "Making .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv "${VENV_OPTIONS[@]}" .venv
  fi
  say "Installing Python packages ($pins)"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
    --requirement "$pins" || fail "the Python packages could not be installed; is there a network?"
  if [ ${#VENV_OPTIONS[@]} -gt 0 ]; then
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --ignore-installed \
      --no-deps --require-hashes --requirement requirements-pi.txt
  fi
  printf '%s\n' "$wanted" >".venv/.$pins"
}

run() {
  redis
  system_camera
  # The pins for development contain those for running.
  [ "$(cat .venv/.requirements-dev.txt 2>/dev/null)" = \
    "$(sha256sum requirements-dev.txt) $(uname -m)" ] || python_packages requirements.txt
  exec .venv/bin/python app.py "$@"
}

# The Pi's camera libraries, for tests against the real packages; what they need of a Pi is not
# installed with them.
pi_packages() {
  local pins
  for pins in requirements-picamera.txt requirements-picamera2.txt; do
    [ "$(cat ".venv/.$pins" 2>/dev/null)" = "$(sha256sum "$pins")" ] && continue
    say "Installing Python packages ($pins)"
    READTHEDOCS=True .venv/bin/python -m pip install --quiet --disable-pip-version-check \
      --no-deps --require-hashes --requirement "$pins" ||
      fail "the packages of $pins could not be installed; is there a network?"
    sha256sum "$pins" >".venv/.$pins"
  done
}

# PostgreSQL for the tests of the database, which start servers of their own: the package is not
# to make and start one that nobody asked for.
postgresql() {
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && return
  local mine=/etc/postgresql-common/createcluster.conf
  if [ ! -e "$mine" ] && [ "$(id -u)" -eq 0 ]; then
    mkdir -p "${mine%/*}"
    echo 'create_main_cluster = false' >"$mine"
    DEBIAN_OPTIONS=(-o Dpkg::Options::=--force-confold)
    debian postgresql
    DEBIAN_OPTIONS=()
  else
    debian postgresql
  fi
}

# ESLint, for the scripts of the pages; node runs their tests.
node_packages() {
  [ "$(cat node_modules/.pins 2>/dev/null)" = "$(sha256sum package-lock.json)" ] && return
  say "Installing Node packages (package-lock.json)"
  npm ci --silent --no-audit --no-fund ||
    fail "the Node packages could not be installed; is there a network?"
  sha256sum package-lock.json >node_modules/.pins
}

check() {
  redis
  postgresql
  [[ "$*" == *"--ignore tests/browser"* ]] || command -v chromium >/dev/null || debian chromium
  command -v cc >/dev/null || debian gcc libc6-dev
  command -v shellcheck >/dev/null || debian shellcheck
  command -v npm >/dev/null || debian npm
  python_packages requirements-dev.txt
  pi_packages
  node_packages
  say "Lint"
  .venv/bin/ruff check .
  .venv/bin/ruff format --check .
  shellcheck -x setup.sh .ci/run tests/arm64/run tests/service deploy/service.sh deploy/publish-name deploy/hiitpi
  .venv/bin/codespell
  npm run --silent lint
  npm test --silent
  if [ $# -gt 0 ]; then
    say "Types"
    .venv/bin/mypy
    say "Tests"
    exec .venv/bin/python -m pytest "$@"
  fi
  say "Types and tests, and beside them those with a browser, which are shown at the end"
  # These drive a whole app each, one after the other: all others take what they leave.
  local failed=0
  log=$(mktemp)
  .venv/bin/python -m pytest tests/browser >"$log" 2>&1 &
  browser=$!
  trap 'kill "$browser" 2>/dev/null && wait "$browser" || true; rm -f "$log"' EXIT
  trap 'exit 130' INT # pytest ends by itself then, and the next one would begin
  nice -n 10 .venv/bin/mypy || failed=$?
  # A file is one process's: what its tests share, be it a server or an evaluation, is made once.
  nice -n 10 .venv/bin/python -m pytest -n auto --maxprocesses 4 --dist loadfile \
    --no-loadscope-reorder --ignore tests/browser --ignore tests/club || failed=$?
  # Eight whole apps at once leave nothing for these.
  .venv/bin/python -m pytest tests/club || failed=$?
  wait "$browser" || failed=$?
  cat "$log"
  exit "$failed"
}

command=${1:-}
[ $# -gt 0 ] && shift
case "$command" in
  run) run "$@" ;;
  test) check "$@" ;;
  install | update | uninstall)
    . deploy/service.sh
    "${command}_service"
    ;;
  -h | --help | help) usage ;;
  *) usage >&2; exit 2 ;;
esac
