# shellcheck shell=bash
# Debian 13's PostgreSQL 17 with TimescaleDB (Apache edition) in a root file system of its own, whatever
# the release of the machine.

TIMESCALEDB_ROOT="$TIMESCALEDB_HOME/root"
TIMESCALEDB_SUITE=trixie
TIMESCALEDB_PACKAGES=(postgresql-17 postgresql-17-timescaledb)
TIMESCALEDB_MIRROR="${CHRONOFOLIO_STACK_DEBIAN_MIRROR:-http://deb.debian.org/debian}"
# Another text than in the mark means that the root is built anew.
TIMESCALEDB_RECIPE="1 $TIMESCALEDB_SUITE ${TIMESCALEDB_PACKAGES[*]}"
# Its user exists in the root only; far from the numbers that the machine gives its own.
TIMESCALEDB_UID=25432

timescaledb_is_installed() {
  [[ "$(cat "$TIMESCALEDB_ROOT/installed" 2>/dev/null)" == "$TIMESCALEDB_RECIPE" ]]
}

timescaledb_install() {
  timescaledb_is_installed && return
  local log="$TIMESCALEDB_HOME/install.log" partial="$TIMESCALEDB_HOME/root.partial"
  install -d -m 755 "$TIMESCALEDB_HOME"
  say "installing PostgreSQL 17 with TimescaleDB: about a minute"
  remove_tree "$partial"
  timescaledb_build_root "$partial" </dev/null >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    die "could not install TimescaleDB; the whole log: $log"
  }
  if [[ -d "$TIMESCALEDB_ROOT" ]]; then
    timescaledb_stop
    if [[ -d "$TIMESCALEDB_ROOT$TIMESCALEDB_STATE" ]]; then
      rmdir "$partial$TIMESCALEDB_STATE"
      mv "$TIMESCALEDB_ROOT$TIMESCALEDB_STATE" "$partial$TIMESCALEDB_STATE"
    fi
    remove_tree "$TIMESCALEDB_ROOT"
  fi
  mv "$partial" "$TIMESCALEDB_ROOT"
}

# One chain, because the shell's own stop at an error does not reach into a tested function.
timescaledb_build_root() {
  local root="$1"
  local -x LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive
  debootstrap --variant=minbase --force-check-gpg \
    --keyring=/usr/share/keyrings/debian-archive-keyring.gpg \
    "$TIMESCALEDB_SUITE" "$root" "$TIMESCALEDB_MIRROR" &&
    timescaledb_prepare_root "$root" &&
    chroot "$root" apt-get update &&
    chroot "$root" apt-get install -y --no-install-recommends "${TIMESCALEDB_PACKAGES[@]}" &&
    chroot "$root" apt-get clean &&
    rm -rf "$root"/var/lib/apt/lists/* "$root"/usr/share/{doc,man,locale}/* &&
    install -d -m 700 -o "$TIMESCALEDB_UID" -g "$TIMESCALEDB_UID" "$root$TIMESCALEDB_STATE" &&
    install -d -m 755 -o "$TIMESCALEDB_UID" -g "$TIMESCALEDB_UID" "$root/run/postgresql" &&
    echo "$TIMESCALEDB_RECIPE" >"$root/installed"
}

# No package starts a server, or makes a cluster of its own. What the machine needs to reach the mirror,
# the root needs as well.
timescaledb_prepare_root() {
  local root="$1"
  install -m 644 "$here/chroot/dpkg.cfg" "$root/etc/dpkg/dpkg.cfg.d/chronofolio" &&
    install -m 755 "$here/chroot/policy-rc.d" "$root/usr/sbin/policy-rc.d" &&
    install -D -m 644 "$here/chroot/createcluster.conf" "$root/etc/postgresql-common/createcluster.conf" &&
    install -m 644 /etc/hosts "$root/etc/hosts" &&
    apt-config dump | sed -nE '/^Acquire::(https?::|Check-|Retries|ForceIPv)/p' >"$root/etc/apt/apt.conf.d/90machine" &&
    chroot "$root" groupadd --system --gid "$TIMESCALEDB_UID" postgres &&
    chroot "$root" useradd --system --uid "$TIMESCALEDB_UID" --gid "$TIMESCALEDB_UID" \
      --home-dir /var/lib/postgresql --shell /usr/sbin/nologin postgres
}
