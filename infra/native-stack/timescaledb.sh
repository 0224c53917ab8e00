# shellcheck shell=bash
# Starts and stops the PostgreSQL server of the root file system. Paths from TIMESCALEDB_STATE on are
# those seen from within.

TIMESCALEDB_STATE=/var/lib/chronofolio
TIMESCALEDB_DATA="$TIMESCALEDB_STATE/data"
TIMESCALEDB_BIN=/usr/lib/postgresql/17/bin
TIMESCALEDB_PASSWORD_FILE="$TIMESCALEDB_HOME/password"
TIMESCALEDB_LOG="$TIMESCALEDB_HOME/server.log"
TIMESCALEDB_ROLE=chronofolio

in_timescaledb_root() {
  PATH="$TIMESCALEDB_BIN:$PATH" chroot --userspec="$TIMESCALEDB_UID:$TIMESCALEDB_UID" "$TIMESCALEDB_ROOT" "$@"
}

# Every process in the root, the postmaster first when there is one. The pid file alone would not do: it
# outlives a killed server, and its number may belong to another program by now.
timescaledb_processes() {
  local directory
  for directory in /proc/[0-9]*; do
    [[ "$(readlink "$directory/root" 2>/dev/null)" == "$TIMESCALEDB_ROOT" ]] && echo "${directory#/proc/}"
  done
  return 0
}

timescaledb_postmaster() {
  local pid
  pid="$(head -n 1 "$TIMESCALEDB_ROOT$TIMESCALEDB_DATA/postmaster.pid" 2>/dev/null)" || return 0
  [[ "$(readlink "/proc/$pid/root" 2>/dev/null)" != "$TIMESCALEDB_ROOT" ]] || echo "$pid"
}

timescaledb_running_port() { sed -n 4p "$TIMESCALEDB_ROOT$TIMESCALEDB_DATA/postmaster.pid"; }

timescaledb_psql() {
  [[ -n "$(timescaledb_postmaster)" ]] || die "TimescaleDB does not run: npm run stack"
  PGPASSWORD="$(<"$TIMESCALEDB_PASSWORD_FILE")" in_timescaledb_root psql \
    -h 127.0.0.1 -p "$(timescaledb_running_port)" -U "$TIMESCALEDB_ROLE" "$@"
}

timescaledb_query() { timescaledb_psql --no-psqlrc --quiet --tuples-only --no-align "$@" 2>/dev/null; }
timescaledb_answers() { [[ "$(timescaledb_query -d postgres -c 'select 1')" == 1 ]]; }

timescaledb_start() {
  if [[ -n "$(timescaledb_postmaster)" ]]; then
    local port
    port="$(timescaledb_running_port)"
    [[ "$port" == "$TIMESCALEDB_PORT" ]] ||
      die "TimescaleDB already runs on port $port, not on $TIMESCALEDB_PORT: npm run stack -- stop"
  else
    timescaledb_launch
  fi
  wait_for_server 90 timescaledb_answers timescaledb_processes || {
    tail -n 20 "$TIMESCALEDB_LOG" >&2
    die "TimescaleDB does not answer on port $TIMESCALEDB_PORT; its log: $TIMESCALEDB_LOG"
  }
  timescaledb_create_database
}

timescaledb_launch() {
  # The children of a killed server end by themselves; a second server beside them would harm the data.
  wait_until 60 none_of timescaledb_processes ||
    die "processes of a killed TimescaleDB are still there: npm run stack -- stop"
  rm -f "$TIMESCALEDB_ROOT$TIMESCALEDB_DATA/postmaster.pid" "$TIMESCALEDB_ROOT"/run/postgresql/.s.PGSQL.*
  require_free_port "$TIMESCALEDB_PORT" TimescaleDB CHRONOFOLIO_STACK_TIMESCALEDB_PORT
  [[ -d "$TIMESCALEDB_ROOT$TIMESCALEDB_DATA" ]] || timescaledb_create_cluster
  fill_template "$here/postgresql.conf.template" port="$TIMESCALEDB_PORT" \
    >"$TIMESCALEDB_ROOT$TIMESCALEDB_DATA/chronofolio.conf"
  say "starting TimescaleDB on 127.0.0.1:$TIMESCALEDB_PORT"
  : >"$TIMESCALEDB_LOG"
  detached "$TIMESCALEDB_LOG" env -i LC_ALL=C.UTF-8 PATH="$PATH" \
    chroot --userspec="$TIMESCALEDB_UID:$TIMESCALEDB_UID" "$TIMESCALEDB_ROOT" \
    "$TIMESCALEDB_BIN/postgres" -D "$TIMESCALEDB_DATA"
}

# The built-in locale is that of the embedded server: both sort the same.
timescaledb_create_cluster() {
  local partial="$TIMESCALEDB_DATA.partial" secret="$TIMESCALEDB_STATE/password.new"
  rm -rf "${TIMESCALEDB_ROOT:?}$partial"
  new_password | write_secret "$TIMESCALEDB_PASSWORD_FILE"
  install -m 600 -o "$TIMESCALEDB_UID" "$TIMESCALEDB_PASSWORD_FILE" "$TIMESCALEDB_ROOT$secret"
  in_timescaledb_root initdb -D "$partial" --username="$TIMESCALEDB_ROLE" --pwfile="$secret" \
    --auth=scram-sha-256 --encoding=UTF8 --locale=C --locale-provider=builtin --builtin-locale=C.UTF-8 \
    --no-instructions >"$TIMESCALEDB_HOME/initdb.log" 2>&1 || {
    cat "$TIMESCALEDB_HOME/initdb.log" >&2
    die "could not create the database cluster"
  }
  rm "$TIMESCALEDB_ROOT$secret"
  echo "include 'chronofolio.conf'" >>"$TIMESCALEDB_ROOT$partial/postgresql.conf"
  mv "$TIMESCALEDB_ROOT$partial" "$TIMESCALEDB_ROOT$TIMESCALEDB_DATA"
}

timescaledb_create_database() {
  local exists
  exists="$(timescaledb_query -d postgres -c "select count(*) from pg_database where datname = 'chronofolio'")"
  [[ "$exists" == 1 ]] || timescaledb_query -d postgres -c 'create database chronofolio'
}

timescaledb_stop() {
  if none_of timescaledb_processes; then return; fi
  say "stopping TimescaleDB"
  # Fast shutdown is for the postmaster, who ends its children; what does not end is killed with it.
  end_processes INT 60 timescaledb_postmaster || say "TimescaleDB does not end: killing it"
  wait_until 10 none_of timescaledb_processes || end_processes KILL 10 timescaledb_processes ||
    die "processes of TimescaleDB cannot be ended: $(timescaledb_processes | xargs)"
}

timescaledb_status() {
  if ! timescaledb_is_installed; then
    echo "TimescaleDB  not installed"
  elif [[ -z "$(timescaledb_postmaster)" ]]; then
    echo "TimescaleDB  stopped"
  elif ! timescaledb_answers; then
    echo "TimescaleDB  does not answer; its log: $TIMESCALEDB_LOG"
  else
    echo "TimescaleDB  $(timescaledb_query -d postgres -c "
      select format('%s, PostgreSQL %s, on 127.0.0.1:%s', default_version,
                    current_setting('server_version'), current_setting('port'))
        from pg_available_extensions where name = 'timescaledb'")"
    return 0
  fi
  return 1
}

timescaledb_environment() {
  local server
  server="postgresql://$TIMESCALEDB_ROLE:$(<"$TIMESCALEDB_PASSWORD_FILE")@127.0.0.1:$TIMESCALEDB_PORT"
  echo "export DATABASE_URL='$server/chronofolio'"
  echo "export TEST_DATABASE_URL='$server/postgres'"
}
