# shellcheck shell=bash
# Starts and stops the broker: one node, KRaft, a plain listener and one with TLS and passwords.

KAFKA_STATE="$KAFKA_HOME/state"
KAFKA_CONFIG="$KAFKA_STATE/broker.properties"
KAFKA_FORMATTED="$KAFKA_STATE/formatted"
KAFKA_KEYSTORE="$KAFKA_STATE/broker.p12"
KAFKA_LOG="$KAFKA_STATE/server.log"
KAFKA_CA="$KAFKA_HOME/ca.pem"
KAFKA_PASSWORD_FILE="$KAFKA_HOME/password"
KAFKA_USER=chronofolio
# By this the broker of this home is told from any other Java program.
KAFKA_MARK="-Dchronofolio.stack=$KAFKA_HOME"
# Whom root's broker runs as: no user of the machine has this number.
KAFKA_UID=29192

kafka_processes() {
  grep -lszxF -f <(echo "$KAFKA_MARK") /proc/[0-9]*/cmdline | cut -d / -f 3
  return 0
}

# The broker runs as the owner of the stack. Root's runs as nobody in particular, unless the folder is
# where only root comes, such as below /root.
kafka_runs_as() {
  local uid="$OWNER_UID" gid="$OWNER_GID"
  if ((uid == 0)) && setpriv --reuid="$KAFKA_UID" --regid="$KAFKA_UID" --clear-groups \
    test -r "$KAFKA_LIBS/installed" 2>/dev/null; then
    uid="$KAFKA_UID" gid="$KAFKA_UID"
  fi
  KAFKA_RUNS_AS=(setpriv --reuid="$uid" --regid="$gid" --clear-groups)
  chown -R "$uid:$gid" "$KAFKA_STATE"
}

# One request over a connection of its own, in the oldest words the broker knows: kafka_ask <request>
# <position in the response> <length>. Prints the bytes there, as decimal numbers.
kafka_ask() {
  (
    exec 2>/dev/null 3<>"/dev/tcp/127.0.0.1/$KAFKA_PORT" || exit
    printf '%b' "$1" >&3
    timeout 5 head -c "$(($2 + $3))" <&3 | od -An -v -tu1 -j "$2" -N "$3" | xargs
  )
}

# Metadata, version 1, of no topic: one broker takes part in the cluster as soon as this one may be
# written to. FindCoordinator, version 1, of a group and of a transaction: the first question makes the
# broker create the topics in which it keeps these; there is no error once it has.
kafka_answers() {
  [[ "$(kafka_ask '\0000\0000\0000\0016\0000\0003\0000\0001\0000\0000\0000\0001\0377\0377\0000\0000\0000\0000' 8 4)" == '0 0 0 1' ]] &&
    kafka_coordinates '\0000' && kafka_coordinates '\0001'
}
kafka_coordinates() {
  [[ "$(kafka_ask '\0000\0000\0000\0016\0000\0012\0000\0001\0000\0000\0000\0001\0377\0377\0000\0001x'"$1" 12 2)" == '0 0' ]]
}

kafka_running_ports() { sed -nE 's/^advertised\.listeners=//p' "$KAFKA_CONFIG" | grep -oE '[0-9]+(,|$)' | tr -d '\n'; }

kafka_start() {
  if none_of kafka_processes; then
    kafka_launch
  elif [[ "$(kafka_running_ports)" != "$KAFKA_PORT,$KAFKA_SASL_PORT" ]]; then
    die "Kafka already runs on ports $(kafka_running_ports): npm run stack -- stop"
  fi
  wait_for_server 90 kafka_answers kafka_processes || {
    tail -n 20 "$KAFKA_LOG" >&2
    die "Kafka does not answer on port $KAFKA_PORT; its log: $KAFKA_LOG"
  }
}

kafka_launch() {
  require_free_port "$KAFKA_PORT" Kafka CHRONOFOLIO_STACK_KAFKA_PORT
  require_free_port "$KAFKA_SASL_PORT" "Kafka with TLS" CHRONOFOLIO_STACK_KAFKA_SASL_PORT
  require_free_port "$KAFKA_CONTROLLER_PORT" "Kafka's controller" CHRONOFOLIO_STACK_KAFKA_CONTROLLER_PORT
  install -d -m 700 "$KAFKA_STATE"
  [[ -e "$KAFKA_PASSWORD_FILE" ]] || new_password | write_secret "$KAFKA_PASSWORD_FILE"
  [[ -e "$KAFKA_CA" && -e "$KAFKA_KEYSTORE" ]] || kafka_create_certificate
  (umask 077 && fill_template "$here/broker.properties.template" state="$KAFKA_STATE" port="$KAFKA_PORT" \
    saslPort="$KAFKA_SASL_PORT" controllerPort="$KAFKA_CONTROLLER_PORT" user="$KAFKA_USER" \
    password="$(<"$KAFKA_PASSWORD_FILE")" >"$KAFKA_CONFIG")
  kafka_runs_as
  kafka_prepare_data
  say "starting Kafka on 127.0.0.1:$KAFKA_PORT, with TLS and passwords on 127.0.0.1:$KAFKA_SASL_PORT"
  detached "$KAFKA_STATE/console.log" "${KAFKA_RUNS_AS[@]}" java -Xmx512m "$KAFKA_MARK" \
    "-Dchronofolio.log=$KAFKA_LOG" "-Dlog4j2.configurationFile=$here/log4j2.properties" \
    -cp "$KAFKA_LIBS/*" kafka.Kafka "$KAFKA_CONFIG"
}

# Signed by itself: whoever is to trust the broker is given the certificate.
kafka_create_certificate() {
  local password
  password="$(<"$KAFKA_PASSWORD_FILE")"
  rm -f "$KAFKA_KEYSTORE"
  keytool -genkeypair -keystore "$KAFKA_KEYSTORE" -storetype PKCS12 -storepass "$password" -alias broker \
    -keyalg EC -groupname secp256r1 -dname CN=localhost -ext SAN=dns:localhost,ip:127.0.0.1 \
    -ext BasicConstraints:critical=ca:true -validity 3650 2>/dev/null
  keytool -exportcert -rfc -keystore "$KAFKA_KEYSTORE" -storepass "$password" -alias broker \
    >"$KAFKA_CA.new" 2>/dev/null
  mv "$KAFKA_CA.new" "$KAFKA_CA"
}

# What a version has written, older ones cannot read.
kafka_prepare_data() {
  [[ -e "$KAFKA_FORMATTED" ]] || kafka_format
  local version
  version="$(<"$KAFKA_FORMATTED")"
  [[ "$(printf '%s\n' "$version" "$KAFKA_VERSION" | sort --version-sort | tail -n 1)" == "$KAFKA_VERSION" ]] ||
    die "the data are those of Kafka $version, too new for $KAFKA_VERSION: npm run stack -- clean"
  echo "$KAFKA_VERSION" >"$KAFKA_FORMATTED"
}

# The passwords of SCRAM are part of the metadata, from the first moment on.
kafka_format() {
  local password
  password="$(<"$KAFKA_PASSWORD_FILE")"
  rm -rf "$KAFKA_STATE/data"
  "${KAFKA_RUNS_AS[@]}" java -cp "$KAFKA_LIBS/*" "-Dchronofolio.log=$KAFKA_LOG" \
    "-Dlog4j2.configurationFile=$here/log4j2.properties" kafka.tools.StorageTool format \
    --config "$KAFKA_CONFIG" --cluster-id="$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d =)" \
    --add-scram "SCRAM-SHA-256=[name=$KAFKA_USER,password=$password]" \
    --add-scram "SCRAM-SHA-512=[name=$KAFKA_USER,password=$password]" >"$KAFKA_HOME/format.log" 2>&1 || {
    cat "$KAFKA_HOME/format.log" >&2
    die "could not prepare the folder of Kafka"
  }
  echo "$KAFKA_VERSION" >"$KAFKA_FORMATTED"
}

kafka_stop() {
  if none_of kafka_processes; then return; fi
  say "stopping Kafka"
  end_processes TERM 30 kafka_processes || end_processes KILL 10 kafka_processes ||
    die "Kafka cannot be ended: $(kafka_processes | xargs)"
}

kafka_status() {
  if ! kafka_is_installed; then
    echo "Kafka        not installed"
  elif none_of kafka_processes; then
    echo "Kafka        stopped"
  elif ! kafka_answers; then
    echo "Kafka        does not answer; its log: $KAFKA_LOG"
  else
    echo "Kafka        $KAFKA_VERSION on 127.0.0.1:$KAFKA_PORT, with TLS and passwords on 127.0.0.1:$KAFKA_SASL_PORT"
    return 0
  fi
  return 1
}

kafka_environment() {
  echo "export KAFKA_BROKERS='127.0.0.1:$KAFKA_PORT'"
  echo "export TEST_KAFKA_BROKERS='127.0.0.1:$KAFKA_PORT'"
  echo "export TEST_KAFKA_LIBS='$KAFKA_LIBS'"
  echo "export TEST_KAFKA_SASL_BROKERS='127.0.0.1:$KAFKA_SASL_PORT'"
  echo "export TEST_KAFKA_SASL_USER='$KAFKA_USER'"
  echo "export TEST_KAFKA_SASL_PASSWORD='$(<"$KAFKA_PASSWORD_FILE")'"
  echo "export TEST_KAFKA_CA='$KAFKA_CA'"
}
