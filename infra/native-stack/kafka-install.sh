# shellcheck shell=bash
# Apache Kafka and what it needs at run time, from Maven Central: one folder that is its class path.

KAFKA_VERSION="${CHRONOFOLIO_STACK_KAFKA_VERSION:-4.1.1}"
KAFKA_LIBS="$KAFKA_HOME/libs"
KAFKA_COPY=org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies

kafka_is_installed() { [[ "$(cat "$KAFKA_LIBS/installed" 2>/dev/null)" == "1 $KAFKA_VERSION" ]]; }

kafka_install() {
  if kafka_is_installed; then return; fi
  local log="$KAFKA_HOME/install.log" partial="$KAFKA_HOME/libs.partial"
  install -d -m 755 "$KAFKA_HOME"
  say "installing Apache Kafka $KAFKA_VERSION"
  remove_tree "$partial"
  mvn --batch-mode --no-transfer-progress -Dstyle.color=never --file "$here/kafka-pom.xml" \
    -Dkafka.version="$KAFKA_VERSION" "$KAFKA_COPY" -DincludeScope=runtime -DoutputDirectory="$partial" </dev/null >"$log" 2>&1 || {
    tail -n 20 "$log" >&2
    die "could not install Apache Kafka; the whole log: $log"
  }
  chmod -R a+rX "$partial"
  echo "1 $KAFKA_VERSION" >"$partial/installed"
  remove_tree "$KAFKA_LIBS"
  mv "$partial" "$KAFKA_LIBS"
}
