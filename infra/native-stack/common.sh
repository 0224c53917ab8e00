# shellcheck shell=bash
# What every part of the stack uses: where things are, messages, becoming root, one command at a time,
# and the processes of a server.

checkout="$(cd "$here/../.." && pwd)"
STACK_HOME="$(realpath -m "${CHRONOFOLIO_STACK_HOME:-$checkout/.chronofolio/stack}")"
TIMESCALEDB_HOME="$STACK_HOME/timescaledb"
KAFKA_HOME="$STACK_HOME/kafka"
PYTHON_HOME="$STACK_HOME/python"
ENV_FILE="$STACK_HOME/env"

# Below the range from which the system takes ports for outgoing connections, so that none of these can
# have been taken by chance.
TIMESCALEDB_PORT="${CHRONOFOLIO_STACK_TIMESCALEDB_PORT:-25432}"
KAFKA_PORT="${CHRONOFOLIO_STACK_KAFKA_PORT:-29192}"
KAFKA_SASL_PORT="${CHRONOFOLIO_STACK_KAFKA_SASL_PORT:-29193}"
KAFKA_CONTROLLER_PORT="${CHRONOFOLIO_STACK_KAFKA_CONTROLLER_PORT:-29194}"

# Who asked for the stack, also through sudo: may read the passwords, and runs the broker.
OWNER_UID="${SUDO_UID:-$(id -u)}"
OWNER_GID="${SUDO_GID:-$(id -g)}"

say() { echo "stack: $*" >&2; }
die() {
  say "$*"
  exit 1
}

# Goes on as root with the same settings. A chroot and packages are nothing for an ordinary user.
as_root() {
  ((EUID == 0)) && return
  local settings=() name
  for name in $(compgen -e CHRONOFOLIO_STACK_ || true); do
    settings+=("$name=${!name}")
  done
  if ! command -v sudo >/dev/null || ! { sudo -n true 2>/dev/null || [[ -t 0 ]]; }; then
    die "this needs root, for packages and a chroot: run it as root, or as a user whose sudo asks nothing"
  fi
  # Made by the user, so that the folder above is the user's as well.
  mkdir -p "$STACK_HOME"
  exec sudo "${settings[@]}" bash "$here/stack.sh" "$@"
}

# One command at a time in one home. Whatever is still at work when the command is interrupted keeps the
# lock until it ends; only the servers do not inherit it (see detached).
take_lock() {
  install -d -m 755 "$STACK_HOME"
  exec 9>"$STACK_HOME/lock"
  flock --nonblock 9 && return
  say "another command is at work in $STACK_HOME: waiting for it"
  flock --timeout 900 9 || die "it has not ended within 15 minutes"
}

# Starts a server that outlives this script and its terminal: detached <log file> <command...>
detached() {
  local log="$1"
  shift
  setsid --fork "$@" </dev/null >>"$log" 2>&1 9>&-
}

# Retries a condition four times a second: wait_until <seconds> <command...>
wait_until() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    ((SECONDS < deadline)) || return 1
    sleep 0.25
  done
}

# Waits until a server answers, or has ended: wait_for_server <seconds> <condition> <list function>
wait_for_server() {
  local started="$SECONDS"
  until "$2"; do
    ((SECONDS - started < $1)) || return 1
    # It takes a moment until a new process can be told from others.
    ((SECONDS - started < 3)) || ! none_of "$3" || return 1
    sleep 0.25
  done
}

# Ends processes by a list function, gently first: end_processes <signal> <seconds> <list function>
end_processes() {
  local signal="$1" seconds="$2" list="$3" pids
  mapfile -t pids < <("$list")
  ((${#pids[@]} > 0)) || return 0
  kill "-$signal" "${pids[@]}" 2>/dev/null || true
  wait_until "$seconds" none_of "$list"
}
none_of() { [[ -z "$("$1")" ]]; }

port_answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# require_free_port <port> <what for> <variable>
require_free_port() {
  ! port_answers "$1" || die "port $1, wanted for $2, is taken by another program: set $3"
}

# A file only the owner of the stack reads; the text comes on standard input.
write_secret() {
  local file="$1"
  (umask 077 && cat >"$file.new")
  chown "$OWNER_UID:$OWNER_GID" "$file.new"
  mv "$file.new" "$file"
}

new_password() { head -c 24 /dev/urandom | od -An -v -tx1 | tr -d ' \n'; }

# Removes folders, and never what is mounted in them.
remove_tree() {
  local path mount
  for path in "$@"; do
    while read -r mount; do
      umount "$mount" || umount --lazy "$mount"
    done < <(awk -v below="$path/" 'index($5, below) == 1 { print $5 }' /proc/self/mountinfo | sort -r)
    rm -rf --one-file-system "$path"
  done
}

# fill_template <template> <name=value...>: @name@ becomes the value.
fill_template() {
  local text pair
  text="$(<"$1")"
  shift
  for pair in "$@"; do
    text=${text//@"${pair%%=*}"@/"${pair#*=}"}
  done
  printf '%s\n' "$text"
}

write_environment() {
  { timescaledb_environment && kafka_environment; } | write_secret "$ENV_FILE"
}
