# What bin/demo and bin/test share: a JDK, Debian packages, Maven, and an orderly end. Sourced, not run.

say() { printf '%s\n' "$*"; }

die() {
  printf '%s\n' "$@" >&2
  exit 1
}

# Runs a program that Ctrl-C and SIGTERM end at once, and with it this script; bash alone would wait for it.
run() {
  local child code=0
  "$@" </dev/null &
  child=$!
  trap 'kill -TERM "$child" 2>/dev/null || true; wait "$child" || true; exit 130' INT TERM
  wait "$child" || code=$?
  trap - INT TERM
  return "$code"
}

need_jdk() {
  local version
  command -v java >/dev/null && command -v javac >/dev/null ||
    die "A JDK 17 or later is needed and there is no javac. On Debian: apt-get install openjdk-17-jdk-headless"
  version=$(javac -version 2>&1 | sed -n 's/^javac \([0-9]*\).*/\1/p')
  [ "${version:-0}" -ge 17 ] ||
    die "A JDK 17 or later is needed, javac says: $(javac -version 2>&1). On Debian: apt-get install openjdk-17-jdk-headless"
}

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# need_packages NAME=WHY...: installs those that are missing, after saying which and why.
need_packages() {
  local each missing=() as_root=()
  for each in "$@"; do
    is_installed "${each%%=*}" && continue
    [ "${#missing[@]}" -gt 0 ] || say "Missing on this machine, to be installed as Debian packages:"
    say "  ${each%%=*}: ${each#*=}"
    missing+=("${each%%=*}")
  done
  [ "${#missing[@]}" -gt 0 ] || return 0
  command -v apt-get >/dev/null ||
    die "This machine has no apt-get. Install by hand what the list above names, on a Debian 12 or like one."
  if [ "$(id -u)" -ne 0 ]; then
    as_root=(sudo)
    [ -t 0 ] || as_root=(sudo -n)
    command -v sudo >/dev/null && "${as_root[@]}" true ||
      die "That needs root, and sudo is not here or says no. As root: apt-get install --no-install-recommends ${missing[*]}"
    say "Installing with sudo; their services will not be started ..."
  else
    say "Installing; their services will not be started ..."
  fi
  install_packages "${missing[@]}" || die "The installation failed; the end of the log:" "$(tail -n 15 "$install_log")"
  rm -f "$install_log"
}

# Installs without starting what is installed: a policy that forbids it, unless the machine has one of its own.
# A package that was here before is not touched. In the foreground: dpkg must not be killed half-way.
install_packages() {
  local apt=("${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300)
  local policy=/usr/sbin/policy-rc.d ours=no code=0
  install_log=$(mktemp)
  if [ ! -e "$policy" ]; then
    ours=yes
    trap '"${as_root[@]}" rm -f /usr/sbin/policy-rc.d' EXIT
    trap 'exit 130' INT TERM
    "${as_root[@]}" sh -c "printf '#!/bin/sh\nexit 101\n' >$policy && chmod 755 $policy"
  fi
  {
    "${apt[@]}" install --no-install-recommends --no-upgrade "$@" ||
      { "${apt[@]}" update && "${apt[@]}" install --no-install-recommends --no-upgrade "$@"; }
  } </dev/null >"$install_log" 2>&1 || code=$?
  if [ "$ours" = yes ]; then
    "${as_root[@]}" rm -f "$policy"
    trap - EXIT INT TERM
  fi
  return "$code"
}

# Prosody and ejabberd, and Maven where there is no mvn.
need_servers_and_maven() {
  local wanted=("$@")
  command -v mvn >/dev/null || wanted+=("maven=builds Server Roster")
  [ "${#wanted[@]}" -eq 0 ] || need_packages "${wanted[@]}"
}

servers=(
  "prosody=the XMPP server of capulet.lit, with our shim"
  "lua-unbound=lets Prosody ask the small DNS server of ours"
  "ejabberd=the XMPP server of the peers"
  "python3-slixmpp=an administrator's ordinary XMPP client library"
)

# One build at a time in this folder: two would write over each other's classes.
lock_build() {
  mkdir -p target
  exec 9>target/.build.lock
  flock -n 9 && return 0
  say "Waiting for another build in this folder ..."
  run flock 9
}

unlock_build() {
  exec 9>&-
}
