#!/usr/bin/env bash
# Real Elasticsearch (Elastic's trimmed integ-test zip from Maven Central) for the integration tests, no Docker.
# elasticsearch.sh install|start|wait|stop; env: BYTECOPY_SERVICES ES_{PORT,TRANSPORT_PORT,HEAP} FRESH WAIT_SECONDS
set -euo pipefail

VERSION=8.19.16
NAME=elasticsearch
PORT=${ES_PORT:-9200}
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
DIST=$ROOT/elasticsearch-$VERSION

# Elasticsearch refuses to run as root, so root runs it as nobody.
UNPRIVILEGED=(env)
[ "$(id -u)" != 0 ] || UNPRIVILEGED=(setpriv --reuid=nobody --regid=nogroup --clear-groups env)

reachable() {
  "${UNPRIVILEGED[@]}" test -r "$1" ||
    { echo "elasticsearch: user nobody cannot reach $1: a directory above it is closed to others" >&2; exit 1; }
}

do_install() {
  [ -d "$DIST" ] || unpack
  reachable "$DIST/bin/elasticsearch"
}

unpack() {
  local part=$DIST.part
  rm -rf "$part" && mkdir -p "$part"
  (cd "$part" && maven "$DEPENDENCY_PLUGIN:unpack" -DoutputDirectory="$part" \
    -Dartifact=org.elasticsearch.distribution.integ-test-zip:elasticsearch:$VERSION:zip)
  chmod -R a+rX "$part" && chmod a+x "$part/elasticsearch-$VERSION"/bin/*
  mv "$part/elasticsearch-$VERSION" "$DIST"
  rm -rf "$part"
}

do_start() {
  ! running server || return 0
  prepare_run
  mkdir -p "$RUN"/{config,data,logs,tmp}
  cp -r "$DIST/config/." "$RUN/config/"
  cat >"$RUN/config/elasticsearch.yml" <<YML
cluster.name: bytecopy-test
discovery.type: single-node
network.host: 127.0.0.1
http.port: $PORT
transport.port: ${ES_TRANSPORT_PORT:-$((PORT + 100))}
path.data: $RUN/data
path.logs: $RUN/logs
xpack.security.enabled: false
cluster.routing.allocation.disk.threshold_enabled: false
YML
  [ "$(id -u)" != 0 ] || chown -R nobody:nogroup "$RUN"
  reachable "$RUN/config/elasticsearch.yml"
  local java_home heap=${ES_HEAP:-512m}
  java_home=$(dirname "$(dirname "$(readlink -f "$(command -v java)")")")
  launch server "${UNPRIVILEGED[@]}" HOME="$RUN" ES_JAVA_HOME="$java_home" ES_PATH_CONF="$RUN/config" ES_TMPDIR="$RUN/tmp" \
    ES_JAVA_OPTS="-Xms$heap -Xmx$heap" "$DIST/bin/elasticsearch" -p "$RUN/node.pid"
}

healthy() { curl -fsS "http://127.0.0.1:$PORT/_cluster/health?wait_for_status=yellow&timeout=1s"; }

do_wait() { await server healthy; }
do_stop() { terminate server; }

dispatch "$@"
