#!/usr/bin/env bash
# A real TimescaleDB and a real Apache Kafka on a bare Debian machine: for development, tests and CI.
# What it does, and where it puts it: docs/native-stack.md.
set -euo pipefail

# Nobody's settings for psql, locale or path reach the servers.
unset "${!PG@}"
export LC_ALL=C.UTF-8 PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=infra/native-stack/common.sh
source "$here/common.sh"
# shellcheck source=infra/native-stack/host.sh
source "$here/host.sh"
# shellcheck source=infra/native-stack/timescaledb-install.sh
source "$here/timescaledb-install.sh"
# shellcheck source=infra/native-stack/timescaledb.sh
source "$here/timescaledb.sh"
# shellcheck source=infra/native-stack/kafka-install.sh
source "$here/kafka-install.sh"
# shellcheck source=infra/native-stack/kafka.sh
source "$here/kafka.sh"

usage() {
  cat <<'TEXT'
npm run stack -- [command]

  start     install what is missing, start both servers, wait until they answer (the default)
  stop      stop both servers
  status    what is installed and what runs; exit code 3 when one of them does not
  env       export lines for a shell: eval "$(npm run --silent stack -- env)"
  psql      psql of the installation, on the database of the stack
  install   install what is missing, start nothing
  clean     stop both servers and remove everything, data included
TEXT
}

# Both at once: one waits for the package mirror or for the disk while the other one computes.
at_once() {
  local jobs=() job failed=0 part
  for part in "$@"; do
    "$part" &
    jobs+=($!)
  done
  for job in "${jobs[@]}"; do
    wait "$job" || failed=1
  done
  ((failed == 0)) || exit 1
}

install_all() {
  install_host_packages
  at_once timescaledb_install kafka_install
}

start_all() {
  install_all
  at_once timescaledb_start kafka_start
  write_environment
  cat "$ENV_FILE"
  # To the error stream, so that the lines above can be evaluated as they come.
  cat >&2 <<'TEXT'

Both answer. In this shell:      eval "$(npm run --silent stack -- env)"
Tests against both:              npm run test:engines
The product against them:        npm start
TEXT
}

# The tools of .ci/python-tools.sh, where they are installed.
python_environment() {
  [[ ! -x "$PYTHON_HOME/bin/python" ]] || printf 'export TEST_PYTHON=%q\n' "$PYTHON_HOME/bin/python"
}

stop_all() {
  kafka_stop
  timescaledb_stop
}

status_all() {
  local status=0
  timescaledb_status || status=3
  kafka_status || status=3
  return "$status"
}

clean_all() {
  stop_all
  remove_tree "$TIMESCALEDB_HOME" "$KAFKA_HOME" "$ENV_FILE" "$PYTHON_HOME"
  rm -f "$STACK_HOME/packages.log" "$STACK_HOME/lock" "$STACK_HOME/python.lock"
  rmdir --ignore-fail-on-non-empty "$STACK_HOME"
  say "removed $STACK_HOME"
}

main() {
  local command="${1:-start}"
  case "$command" in
    env)
      [[ -r "$ENV_FILE" ]] || die "nothing has been started in $STACK_HOME yet: npm run stack"
      cat "$ENV_FILE"
      python_environment
      ;;
    help | --help | -h) usage ;;
    status)
      as_root "$@"
      status_all
      ;;
    psql)
      as_root "$@"
      timescaledb_psql "${@:2}"
      ;;
    start | stop | install | clean)
      as_root "$@"
      take_lock
      "${command}_all"
      ;;
    *)
      usage >&2
      exit 64
      ;;
  esac
}

main "$@"
