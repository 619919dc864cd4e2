# shellcheck shell=bash
# Sourced by setup.sh: installs, updates and uninstalls HIIT PI as a service.
#
#   /opt/hiitpi/releases/COMMIT   a version with its own .venv; `current` links to the active one
#   /var/lib/hiitpi               the data; kept by updates and uninstalls
#   /etc/hiitpi.env               the settings

OPT=/opt/hiitpi DATA=/var/lib/hiitpi

# The version of libedgetpu that matches the pinned LiteRT; see docs/pi.md for the reasons.
EDGETPU=16.0TF2.19.1-1
EDGETPU_FROM=https://github.com/feranick/libedgetpu/releases/download/$EDGETPU

root_with_systemd() {
  [ "$(id -u)" -eq 0 ] || exec sudo "$HERE/setup.sh" "$@"
  [ -d /run/systemd/system ] || fail "this system has no systemd; ./setup.sh run works without"
  case "$(dpkg --print-architecture)" in
    arm64 | amd64) ;;
    *) fail "this system is 32-bit ($(dpkg --print-architecture)); see docs/pi.md for alternatives" ;;
  esac
}

# Run a command as the owner of this clone, so that git leaves no files owned by root in it.
as_owner() {
  local owner
  owner=$(stat -c %U .)
  if [ "$owner" = root ]; then "$@"; else sudo -u "$owner" "$@"; fi
}

has_coral() {
  grep -qsx -e 1a6e -e 18d1 /sys/bus/usb/devices/*/idVendor || compgen -G '/dev/apex_*' >/dev/null
}

system_packages() {
  local package wanted=(python3 python3-venv redis-server avahi-daemon avahi-utils libnss-mdns logrotate)
  local missing=()
  for package in "${wanted[@]}"; do has_package "$package" || missing+=("$package"); done
  [ ${#missing[@]} -eq 0 ] && return
  # Disable Redis's own service if the package is installed now; leave an existing one alone.
  case " ${missing[*]} " in *" redis-server "*) local new_redis=yes ;; *) local new_redis= ;; esac
  debian "${missing[@]}"
  [ -z "$new_redis" ] || systemctl disable --now --quiet redis-server
}

# Install the Edge TPU library if a Coral is plugged in. The file is extracted from its package: the
# package itself depends on libgcc1, which Debian no longer has, and would leave apt broken.
edgetpu_library() {
  has_coral || return 0
  ldconfig -p | grep -q 'libedgetpu\.so\.1' && return
  local codename file folder
  codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
  file=libedgetpu1-std_${EDGETPU,,}.${codename}_$(dpkg --print-architecture).deb
  command -v curl >/dev/null || debian curl
  folder=$(mktemp -d)
  say "A Coral is plugged in: downloading $file"
  if curl -fsSL --max-time 180 -o "$folder/$file" "$EDGETPU_FROM/$file" &&
    dpkg-deb -x "$folder/$file" "$folder/root"; then
    sha256sum "$folder/$file"
    install -D -m 644 -t /usr/local/lib "$(find "$folder/root" -name 'libedgetpu.so.1.0')"
    ldconfig
    debian libusb-1.0-0
  else
    say "The download failed; the CPU is used until you run ./setup.sh install again"
  fi
  rm -r "$folder"
}

account() {
  local group groups=video,plugdev
  for group in video plugdev; do getent group "$group" >/dev/null || groupadd --system "$group"; done
  getent group render >/dev/null && groups+=,render
  getent group bluetooth >/dev/null && groups+=,bluetooth # for a heart rate strap
  if id hiitpi >/dev/null 2>&1; then usermod --append --groups $groups hiitpi
  else useradd --system --home-dir $DATA --shell /usr/sbin/nologin --groups $groups hiitpi; fi
}

# Build a version from the clone's last commit, atomically; print its folder.
release() {
  local commit folder part old
  commit=$(as_owner git rev-parse --short=12 HEAD) || fail "this is not a git clone: $PWD"
  folder=$OPT/releases/$commit part=$OPT/releases/.part
  if [ ! -e "$folder/.complete" ]; then
    say "Building version $commit in $folder" >&2
    rm -rf "$part" "$folder"
    mkdir -p "$part"
    as_owner git archive HEAD | tar -x -C "$part"
    mv "$part" "$folder" # before .venv is created, because that contains absolute paths
    old=$(readlink -f $OPT/current || true)
    [ -n "$old" ] && cp -n "$old"/models/*.tflite "$folder/models/" 2>/dev/null
    (
      cd "$folder"
      system_camera
      python_packages requirements.txt
      say "Downloading the pose models"
      .venv/bin/python -m hiitpi models fetch blazepose
      if has_coral; then .venv/bin/python -m hiitpi models fetch --edgetpu posenet; fi
      .venv/bin/python -m compileall -q hiitpi workouts # the service has no write access to it
    ) >&2 || return 1
    touch "$folder/.complete"
  fi
  printf '%s\n' "$folder"
}

# Install the units, udev rules and other system files of the active version.
system_files() {
  local from=$OPT/current/deploy station name
  [ -e /etc/hiitpi.env ] || install -m 640 -g hiitpi "$from/hiitpi.env" /etc/hiitpi.env
  station=$(sed -n 's/^HIITPI_STATION=//p' /etc/hiitpi.env | tail -n 1 | tr -d "\"'")
  name=hiitpi${station:+-$station}.local
  [ "$station" != home ] || name=hiitpi.local
  install -m 644 "$from/hiitpi.service" /etc/systemd/system/hiitpi.service
  sed "s/@NAME@/$name/" "$from/hiitpi-name.service" >/etc/systemd/system/hiitpi-name.service
  install -m 644 "$from/60-hiitpi-coral.rules" /etc/udev/rules.d/60-hiitpi-coral.rules
  install -m 644 "$from/hiitpi.logrotate" /etc/logrotate.d/hiitpi
  install -D -m 755 "$from/hiitpi" /usr/local/bin/hiitpi
  systemctl daemon-reload
  if command -v udevadm >/dev/null; then
    { udevadm control --reload && udevadm trigger --subsystem-match=usb; } 2>/dev/null || true
  fi
  systemctl enable --quiet hiitpi hiitpi-name
  NAME=$name
}

# Switch `current` to a version, atomically.
use() { ln -sfn "$1" $OPT/.current && mv -T $OPT/.current $OPT/current; }

# Start the service, wait until its pages can be opened, and check that it keeps running for 5 s.
starts() {
  local before
  systemctl restart hiitpi || return 1
  before=$(systemctl show -P NRestarts hiitpi)
  sleep 5
  systemctl is-active --quiet hiitpi && [ "$(systemctl show -P NRestarts hiitpi)" = "$before" ]
}

install_service() {
  root_with_systemd install
  system_packages
  edgetpu_library
  account
  local new
  new=$(release) || fail "building this version failed; nothing has changed"
  use "$new"
  system_files
  say "Starting"
  starts || fail "the app failed to start; see: sudo journalctl -u hiitpi -n 50; sudo hiitpi doctor"
  systemctl restart hiitpi-name || say "cannot publish $NAME: is avahi-daemon running?"
  say "HIIT PI is open, and starts whenever this machine boots: http://$NAME:8050"
  hiitpi code
  printf '\nSettings: /etc/hiitpi.env. Logs: journalctl -u hiitpi, %s/logs. Commands: sudo hiitpi --help\n' $DATA
}

# Show HIIT PI on the machine's own screen at boot.
kiosk_service() {
  root_with_systemd kiosk
  [ -e $OPT/current ] || fail "install HIIT PI first: ./setup.sh install"
  if systemctl is-enabled --quiet display-manager 2>/dev/null; then
    fail "this system has a desktop, which uses the screen. Type: sudo systemctl set-default multi-user && sudo systemctl disable display-manager"
  fi
  local package missing=() unit
  for package in cage chromium curl kbd v4l-utils xwayland; do has_package "$package" || missing+=("$package"); done
  [ ${#missing[@]} -eq 0 ] || debian "${missing[@]}"
  id hiitpi-kiosk >/dev/null 2>&1 ||
    useradd --system --create-home --home-dir /var/lib/hiitpi-kiosk --shell /usr/sbin/nologin hiitpi-kiosk
  usermod --append --groups video,input,render hiitpi-kiosk 2>/dev/null ||
    usermod --append --groups video,input hiitpi-kiosk
  for unit in hiitpi-kiosk hiitpi-screen; do
    install -m 644 "$OPT/current/deploy/$unit.service" "/etc/systemd/system/$unit.service"
  done
  systemctl daemon-reload
  systemctl enable --now --quiet hiitpi-kiosk hiitpi-screen
  say "HIIT PI is on this machine's screen, now and whenever it boots."
  printf 'To undo that: sudo systemctl disable --now hiitpi-kiosk hiitpi-screen\n'
}

update_service() {
  root_with_systemd update
  [ -e $OPT/current ] || fail "HIIT PI is not installed; run ./setup.sh install"
  local old new backup
  if as_owner git remote get-url origin >/dev/null 2>&1; then
    say "Fetching the newest version"
    as_owner git pull --quiet --ff-only || fail "git pull failed; nothing has changed"
  fi
  account # a new version may need another group
  old=$(readlink -f $OPT/current)
  new=$(release) || fail "building the new version failed; the old one keeps running"
  [ "$new" != "$old" ] || { say "Already the newest version: ${old##*/}"; return; }
  # Back up the database: the old version may not be able to read what the new one has migrated.
  backup=$DATA/before-update
  systemctl stop hiitpi
  rm -rf "$backup"
  install -d -m 700 -o hiitpi -g hiitpi "$backup"
  find $DATA -maxdepth 1 -name 'hiitpi.sqlite*' -exec cp -a -t "$backup" {} +
  use "$new"
  system_files
  say "Starting version ${new##*/}"
  if starts; then
    say "Updated from ${old##*/} to ${new##*/}"
    systemctl restart hiitpi-name || true
    remove_other_releases "$old" "$new"
    return
  fi
  say "Version ${new##*/} failed to start; rolling back to ${old##*/}"
  systemctl stop hiitpi
  rm -f $DATA/hiitpi.sqlite*
  cp -a "$backup"/. $DATA/
  use "$old"
  system_files
  starts || fail "the old version failed to start, too; see: sudo journalctl -u hiitpi -n 50"
  fail "the update failed and was rolled back. Log of the new version: journalctl -u hiitpi"
}

# Remove all releases but the active one and the previous one; each takes some hundred megabytes.
remove_other_releases() {
  local folder
  for folder in "$OPT"/releases/*/; do
    case "${folder%/}" in "$1" | "$2") ;; *) rm -rf "$folder" ;; esac
  done
}

uninstall_service() {
  root_with_systemd uninstall
  local unit
  for unit in hiitpi hiitpi-name hiitpi-kiosk hiitpi-screen; do
    systemctl disable --now --quiet $unit 2>/dev/null || true
    rm -f /etc/systemd/system/$unit.service
  done
  rm -f \
    /etc/udev/rules.d/60-hiitpi-coral.rules /etc/logrotate.d/hiitpi /usr/local/bin/hiitpi
  systemctl daemon-reload
  rm -rf $OPT
  say "HIIT PI is uninstalled. Sessions and settings are kept; to delete them as well, type:"
  printf 'sudo rm -r %s /etc/hiitpi.env && sudo userdel hiitpi\n' $DATA
}
