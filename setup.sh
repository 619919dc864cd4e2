#!/usr/bin/env bash
# HIIT PI in one command:  ./setup.sh run | test | install | update | kiosk | uninstall
#
# Installs missing packages (Debian packages with sudo when not root, Python packages into .venv),
# then starts the app or runs the checks. Idempotent; resumes an interrupted run.
set -euo pipefail
HERE=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
cd "$HERE"

say() { printf '\033[1m==>\033[0m %s\n' "$*"; }
fail() { printf 'setup.sh: %s\n' "$*" >&2; exit 1; }

usage() {
  cat <<'TEXT'
Usage: ./setup.sh COMMAND [ARGUMENT...]

  run        install missing packages and start the app; arguments go to `python app.py`
  test       install missing packages and run all checks; arguments go to pytest;
             --device URL [--code CODE] checks a running device instead, in a real browser
  install    install the app as a service that starts at boot (Raspberry Pi OS, Debian)
  update     update the service to the newest version; rolls back if that fails to start
  kiosk      show the installed app on this machine's own screen at boot
  uninstall  remove the service; keeps the data

Settings are HIITPI_... environment variables or lines of a file .env; see docs/configuration.md.
TEXT
}

DEBIAN_OPTIONS=() VENV_OPTIONS=()

# Install Debian packages; without the rights to do so, print the command to type.
debian() {
  local as=()
  command -v apt-get >/dev/null || fail "please install manually: $* (this system has no apt-get)"
  if [ "$(id -u)" -ne 0 ]; then
    if command -v sudo >/dev/null && { sudo -n true 2>/dev/null || [ -t 0 ]; }; then
      as=(sudo)
    else
      fail "these Debian packages are missing. Type: su -c 'apt-get install $*'"
    fi
  fi
  say "Installing Debian packages: $*"
  "${as[@]}" apt-get update -qq || fail "apt-get update failed; is there a network?"
  "${as[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get install -y -qq --no-install-recommends "${DEBIAN_OPTIONS[@]}" "$@" >/dev/null ||
    fail "apt-get failed to install: $*"
}

redis() {
  command -v redis-server >/dev/null && return
  debian redis-server
  # The package starts its own service, which is not needed: the app starts its own Redis.
  if [ -d /run/systemd/system ]; then
    if [ "$(id -u)" -eq 0 ]; then systemctl disable --now --quiet redis-server
    else sudo systemctl disable --now --quiet redis-server; fi
  fi
}

# An MQTT broker for the tests, which start their own: stop the service that the package starts.
mosquitto() {
  debian mosquitto
  if [ -d /run/systemd/system ]; then
    if [ "$(id -u)" -eq 0 ]; then systemctl disable --now --quiet mosquitto
    else sudo systemctl disable --now --quiet mosquitto; fi
  fi
}

# Print the path of a Python that is new enough and can create virtual environments.
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

# The camera library is a system package on Raspberry Pi OS: give .venv access to system packages.
system_camera() {
  if apt-cache show python3-picamera2 >/dev/null 2>&1 && ! has_package python3-picamera2; then
    debian python3-picamera2
  fi
  has_package python3-picamera2 || return 0
  VENV_OPTIONS=(--system-site-packages)
  grep -qs '^include-system-site-packages = true' .venv/pyvenv.cfg || rm -rf .venv
}

has_package() { dpkg-query -W -f='${Status}' "$1" 2>/dev/null | grep -q ' installed'; }

# Install exactly the pinned versions of a requirements file into .venv. A stamp file records its
# checksum, so that the next run can skip this.
python_packages() {
  local pins=$1 wanted python
  wanted="$(sha256sum "$pins") $(uname -m)"
  [ "$(cat ".venv/.$pins" 2>/dev/null)" = "$wanted" ] && return
  if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    python=$(find_python) || { debian python3 python3-venv; python=$(find_python); } ||
      fail "Python 3.11 or newer is required; this system has $(python3 --version 2>&1)"
    say "Creating .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv "${VENV_OPTIONS[@]}" .venv
  fi
  say "Installing Python packages ($pins)"
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes \
    --requirement "$pins" || fail "installing the Python packages failed; is there a network?"
  if [ ${#VENV_OPTIONS[@]} -gt 0 ]; then
    .venv/bin/python -m pip install --quiet --disable-pip-version-check --ignore-installed \
      --no-deps --require-hashes --requirement requirements-pi.txt
  fi
  printf '%s\n' "$wanted" >".venv/.$pins"
}

run() {
  redis
  system_camera
  # requirements-dev.txt includes everything in requirements.txt.
  [ "$(cat .venv/.requirements-dev.txt 2>/dev/null)" = \
    "$(sha256sum requirements-dev.txt) $(uname -m)" ] || python_packages requirements.txt
  exec .venv/bin/python app.py "$@"
}

# The Pi's camera libraries, for tests against the real packages, without their dependencies that
# exist only on a Pi.
pi_packages() {
  local pins
  for pins in requirements-picamera.txt requirements-picamera2.txt; do
    [ "$(cat ".venv/.$pins" 2>/dev/null)" = "$(sha256sum "$pins")" ] && continue
    say "Installing Python packages ($pins)"
    READTHEDOCS=True .venv/bin/python -m pip install --quiet --disable-pip-version-check \
      --no-deps --require-hashes --requirement "$pins" ||
      fail "installing the packages of $pins failed; is there a network?"
    sha256sum "$pins" >".venv/.$pins"
  done
}

# PostgreSQL for the database tests, which start their own servers: keep the package from creating
# and starting another one.
postgresql() {
  compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null && return
  local config=/etc/postgresql-common/createcluster.conf
  if [ ! -e "$config" ] && [ "$(id -u)" -eq 0 ]; then
    mkdir -p "${config%/*}"
    echo 'create_main_cluster = false' >"$config"
    DEBIAN_OPTIONS=(-o Dpkg::Options::=--force-confold)
    debian postgresql
    DEBIAN_OPTIONS=()
  else
    debian postgresql
  fi
}

# ESLint for the pages' scripts; their tests run in node.
node_packages() {
  [ "$(cat node_modules/.pins 2>/dev/null)" = "$(sha256sum package-lock.json)" ] && return
  say "Installing Node packages (package-lock.json)"
  npm ci --silent --no-audit --no-fund ||
    fail "installing the Node packages failed; is there a network?"
  sha256sum package-lock.json >node_modules/.pins
}

# Check a running device: `test --device URL [--code CODE]`.
check_device() {
  command -v chromium >/dev/null || debian chromium
  python_packages requirements-dev.txt
  exec .venv/bin/python -m pytest tests/browser/test_device.py "$@"
}

check() {
  [[ "$*" != *--device* ]] || check_device "$@"
  redis
  postgresql
  [[ "$*" == *"--ignore tests/browser"* ]] || command -v chromium >/dev/null || debian chromium
  [ -x /usr/sbin/mosquitto ] || mosquitto
  command -v dbus-daemon >/dev/null || debian dbus-daemon
  command -v curl >/dev/null || debian curl
  { command -v rclone && command -v restic; } >/dev/null || debian rclone restic
  command -v cc >/dev/null || debian gcc libc6-dev
  command -v shellcheck >/dev/null || debian shellcheck
  command -v npm >/dev/null || debian npm
  python_packages requirements-dev.txt
  pi_packages
  node_packages
  say "Lint"
  .venv/bin/ruff check .
  .venv/bin/ruff format --check .
  shellcheck -x setup.sh .ci/run tests/arm64/run tests/service deploy/service.sh deploy/publish-name deploy/hiitpi deploy/kiosk deploy/screen-power
  .venv/bin/codespell
  npm run --silent lint
  npm test --silent
  if [ $# -gt 0 ]; then
    say "Types"
    .venv/bin/mypy
    say "Tests"
    exec .venv/bin/python -m pytest "$@"
  fi
  say "Types and tests; the browser tests run in parallel, their output is shown at the end"
  # Each browser test drives a whole app, so they get priority; everything else runs niced. Two at
  # a time: they mostly wait for the athlete. The club starts eight apps and takes longest, so first.
  local failed=0
  log=$(mktemp)
  .venv/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder tests/club tests/browser \
    >"$log" 2>&1 &
  browser=$!
  trap 'kill "$browser" 2>/dev/null && wait "$browser" || true; rm -f "$log"' EXIT
  trap 'exit 130' INT # otherwise Ctrl-C ends only the current pytest, and the next one starts
  nice -n 10 .venv/bin/mypy || failed=$?
  # One worker per file: fixtures that its tests share (a server, an evaluation) are set up once.
  # More workers than cores, since many tests wait for other processes.
  nice -n 10 .venv/bin/python -m pytest -n 3 --dist loadfile \
    --no-loadscope-reorder --ignore tests/browser --ignore tests/club || failed=$?
  wait "$browser" || failed=$?
  cat "$log"
  exit "$failed"
}

command=${1:-}
[ $# -gt 0 ] && shift
case "$command" in
  run) run "$@" ;;
  test) check "$@" ;;
  install | update | kiosk | uninstall)
    . deploy/service.sh
    "${command}_service"
    ;;
  -h | --help | help) usage ;;
  *) usage >&2; exit 2 ;;
esac
