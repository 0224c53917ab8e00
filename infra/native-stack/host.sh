# shellcheck shell=bash
# What the machine itself needs: a tool to make a root file system, Java, and Maven to fetch the broker.

java_major() {
  java -version 2>&1 | sed -nE 's/^.* version "([0-9]+).*$/\1/p' | head -n 1
}

missing_host_packages() {
  command -v debootstrap >/dev/null || echo debootstrap
  [[ -e /usr/share/keyrings/debian-archive-keyring.gpg ]] || echo debian-archive-keyring
  # Under 17, or none at all.
  (("$(command -v java >/dev/null && java_major || echo 0)" >= 17)) || echo default-jre-headless
  kafka_is_installed || command -v mvn >/dev/null || echo maven
}

install_host_packages() {
  local packages
  mapfile -t packages < <(missing_host_packages)
  ((${#packages[@]} > 0)) || return 0
  command -v apt-get >/dev/null ||
    die "missing: ${packages[*]}; install them by hand, this machine has no apt-get"
  say "installing ${packages[*]}"
  local log="$STACK_HOME/packages.log"
  {
    apt-get -o DPkg::Lock::Timeout=300 update &&
      DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y \
        --no-install-recommends "${packages[@]}"
  } </dev/null >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    die "could not install ${packages[*]}; the whole log: $log"
  }
}
