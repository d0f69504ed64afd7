#!/usr/bin/env bash
# Real Apache Cassandra (single node, jars from Maven Central, Java 17) for the integration tests, no Docker.
# cassandra.sh install|start|wait|stop; env: BYTECOPY_SERVICES CASSANDRA_{PORT,STORAGE_PORT,HEAP} FRESH WAIT_SECONDS
set -euo pipefail

VERSION=5.0.9
NAME=cassandra
PORT=${CASSANDRA_PORT:-9042}
STORAGE_PORT=${CASSANDRA_STORAGE_PORT:-7000}
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
LIB=$ROOT/cassandra-$VERSION

# The module flags of Cassandra's own jvm17-server.options.
EXPORTS=(java.base/{jdk.internal.misc,java.lang.ref} java.management.rmi/com.sun.jmx.remote.internal.rmi
  java.rmi/sun.rmi.{registry,server} java.sql/java.sql jdk.unsupported/sun.misc jdk.attach/sun.tools.attach)
OPENS=(java.base/{java.io,java.lang,java.lang.module,java.lang.reflect,java.util,sun.nio.ch}
  java.base/jdk.internal.{loader,math,module,ref,reflect,util.jar} jdk.management/com.sun.management.internal)

MODULES=("${EXPORTS[@]/#/--add-exports=}" "${OPENS[@]/#/--add-opens=}")
MODULES=("${MODULES[@]/%/=ALL-UNNAMED}")

do_install() { fetch_jars "$LIB" org.apache.cassandra:cassandra-all:$VERSION; }

do_start() {
  ! running server || return 0
  prepare_run
  cat >"$RUN/cassandra.yaml" <<YML
cluster_name: bytecopy-test
num_tokens: 1
partitioner: org.apache.cassandra.dht.Murmur3Partitioner
commitlog_sync: periodic
commitlog_sync_period: 10s
listen_address: 127.0.0.1
rpc_address: 127.0.0.1
native_transport_port: $PORT
storage_port: $STORAGE_PORT
endpoint_snitch: SimpleSnitch
seed_provider:
  - class_name: org.apache.cassandra.locator.SimpleSeedProvider
    parameters: [{seeds: "127.0.0.1:$STORAGE_PORT"}]
auto_snapshot: false
YML
  cat >"$RUN/logback.xml" <<'XML'
<configuration>
  <appender name="out" class="ch.qos.logback.core.ConsoleAppender">
    <encoder><pattern>%d %level %logger{0} %msg%n</pattern></encoder>
  </appender>
  <root level="INFO"><appender-ref ref="out"/></root>
</configuration>
XML
  local heap=${CASSANDRA_HEAP:-768m}
  launch server java -Xms"$heap" -Xmx"$heap" -XX:+UseG1GC -XX:+ExitOnOutOfMemoryError -Djdk.attach.allowAttachSelf=true \
    -Dio.netty.tryReflectionSetAccessible=true "${MODULES[@]}" \
    -Dlogback.configurationFile="$RUN/logback.xml" -Dcassandra.config="file://$RUN/cassandra.yaml" \
    -Dcassandra.storagedir="$RUN/data" -Dcassandra-foreground=yes -Dcassandra.skip_wait_for_gossip_to_settle=0 \
    -cp "$LIB/*" org.apache.cassandra.service.CassandraDaemon
}

do_wait() { await server logged server 'Starting listening for CQL clients' && await server listening "$PORT"; }
do_stop() { terminate server; }

dispatch "$@"
