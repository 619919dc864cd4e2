# shellcheck shell=bash
# Sourced by setup.sh: HIIT PI as a service of this machine, brought up to date, and taken away.
#
#   /opt/hiitpi/releases/COMMIT   a version with its own .venv; `current` leads to the one in use
#   /var/lib/hiitpi               the data, which no update and no uninstall touches
#   /etc/hiitpi.env               the settings

OPT=/opt/hiitpi DATA=/var/lib/hiitpi

# libedgetpu for the LiteRT that we bring: docs/pi.md says why this one.
EDGETPU=16.0TF2.19.1-1
EDGETPU_FROM=https://github.com/feranick/libedgetpu/releases/download/$EDGETPU

root_with_systemd() {
  [ "$(id -u)" -eq 0 ] || exec sudo "$HERE/setup.sh" "$@"
  [ -d /run/systemd/system ] || fail "there is no systemd here; ./setup.sh run needs none"
  case "$(dpkg --print-architecture)" in
    arm64 | amd64) ;;
    *) fail "this system is 32-bit ($(dpkg --print-architecture)); docs/pi.md says what runs there" ;;
  esac
}

# Whoever owns this clone: git must not leave files of root in it.
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
  # Redis' own service: left alone where it was before, not left running where it was not.
  case " ${missing[*]} " in *" redis-server "*) local new_redis=yes ;; *) local new_redis= ;; esac
  debian "${missing[@]}"
  [ -z "$new_redis" ] || systemctl disable --now --quiet redis-server
}

# The Edge TPU's library where a Coral is plugged in. Out of its package and not by it: the package
# asks for libgcc1, which Debian has no more, and would leave apt complaining.
edgetpu_library() {
  has_coral || return 0
  ldconfig -p | grep -q 'libedgetpu\.so\.1' && return
  local codename file folder
  codename=$(sed -n 's/^VERSION_CODENAME=//p' /etc/os-release)
  file=libedgetpu1-std_${EDGETPU,,}.${codename}_$(dpkg --print-architecture).deb
  command -v curl >/dev/null || debian curl
  folder=$(mktemp -d)
  say "A Coral is plugged in: getting $file"
  if curl -fsSL --max-time 180 -o "$folder/$file" "$EDGETPU_FROM/$file" &&
    dpkg-deb -x "$folder/$file" "$folder/root"; then
    sha256sum "$folder/$file"
    install -D -m 644 -t /usr/local/lib "$(find "$folder/root" -name 'libedgetpu.so.1.0')"
    ldconfig
    debian libusb-1.0-0
  else
    say "It cannot be had; the CPU does the work until ./setup.sh install is run again"
  fi
  rm -r "$folder"
}

account() {
  local group groups=video,plugdev
  for group in video plugdev; do getent group "$group" >/dev/null || groupadd --system "$group"; done
  getent group render >/dev/null && groups+=,render
  if id hiitpi >/dev/null 2>&1; then usermod --append --groups $groups hiitpi
  else useradd --system --home-dir $DATA --shell /usr/sbin/nologin --groups $groups hiitpi; fi
}

# Make the clone's last commit a version of its own, whole or not at all; print its folder.
release() {
  local commit folder part old
  commit=$(as_owner git rev-parse --short=12 HEAD) || fail "this is no git clone: $PWD"
  folder=$OPT/releases/$commit part=$OPT/releases/.part
  if [ ! -e "$folder/.complete" ]; then
    say "Making version $commit in $folder" >&2
    rm -rf "$part" "$folder"
    mkdir -p "$part"
    as_owner git archive HEAD | tar -x -C "$part"
    mv "$part" "$folder" # a .venv knows where it is
    old=$(readlink -f $OPT/current || true)
    [ -n "$old" ] && cp -n "$old"/models/*.tflite "$folder/models/" 2>/dev/null
    (
      cd "$folder"
      system_camera
      python_packages requirements.txt
      say "Getting the pose models"
      .venv/bin/python -m hiitpi models fetch blazepose
      if has_coral; then .venv/bin/python -m hiitpi models fetch --edgetpu posenet; fi
      .venv/bin/python -m compileall -q hiitpi workouts # the service may not write here
    ) >&2 || return 1
    touch "$folder/.complete"
  fi
  printf '%s\n' "$folder"
}

# Units, rules and the rest, as the version in use brings them.
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

# Let `current` lead to a version, at once.
use() { ln -sfn "$1" $OPT/.current && mv -T $OPT/.current $OPT/current; }

# Start it, wait for its pages, and look whether they stay.
comes_up() {
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
  new=$(release) || fail "this version could not be made; nothing has changed"
  use "$new"
  system_files
  say "Starting"
  comes_up || fail "it does not come up: sudo journalctl -u hiitpi -n 50; sudo hiitpi doctor"
  systemctl restart hiitpi-name || say "no $NAME: is avahi-daemon running?"
  say "HIIT PI is open, now and whenever this machine is started: http://$NAME:8050"
  hiitpi code
  printf '\nSettings: /etc/hiitpi.env. Logs: journalctl -u hiitpi, %s/logs. Commands: sudo hiitpi --help\n' $DATA
}

update_service() {
  root_with_systemd update
  [ -e $OPT/current ] || fail "it is not installed here; ./setup.sh install does that"
  local old new kept
  if as_owner git remote get-url origin >/dev/null 2>&1; then
    say "Getting the newest version"
    as_owner git pull --quiet --ff-only || fail "git pull failed; nothing has changed"
  fi
  old=$(readlink -f $OPT/current)
  new=$(release) || fail "the new version could not be made; the old one goes on"
  [ "$new" != "$old" ] || { say "This is the newest version already: ${old##*/}"; return; }
  # What the new version makes of the database, the old one may not be able to read.
  kept=$DATA/before-update
  systemctl stop hiitpi
  rm -rf "$kept"
  install -d -m 700 -o hiitpi -g hiitpi "$kept"
  find $DATA -maxdepth 1 -name 'hiitpi.sqlite*' -exec cp -a -t "$kept" {} +
  use "$new"
  system_files
  say "Starting version ${new##*/}"
  if comes_up; then
    say "Updated from ${old##*/} to ${new##*/}"
    systemctl restart hiitpi-name || true
    keep_two "$old" "$new"
    return
  fi
  say "Version ${new##*/} does not come up; going back to ${old##*/}"
  systemctl stop hiitpi
  rm -f $DATA/hiitpi.sqlite*
  cp -a "$kept"/. $DATA/
  use "$old"
  system_files
  comes_up || fail "the old version does not come up either: sudo journalctl -u hiitpi -n 50"
  fail "the update failed, and everything is as it was. What the new version said: journalctl -u hiitpi"
}

# The one in use and the one before it; each is some hundreds of megabytes.
keep_two() {
  local folder
  for folder in "$OPT"/releases/*/; do
    case "${folder%/}" in "$1" | "$2") ;; *) rm -rf "$folder" ;; esac
  done
}

uninstall_service() {
  root_with_systemd uninstall
  systemctl disable --now --quiet hiitpi hiitpi-name 2>/dev/null || true
  rm -f /etc/systemd/system/hiitpi.service /etc/systemd/system/hiitpi-name.service \
    /etc/udev/rules.d/60-hiitpi-coral.rules /etc/logrotate.d/hiitpi /usr/local/bin/hiitpi
  systemctl daemon-reload
  rm -rf $OPT
  say "HIIT PI is gone. Sessions and settings are kept, for another install; to delete them as well:"
  printf 'sudo rm -r %s /etc/hiitpi.env && sudo userdel hiitpi\n' $DATA
}
