#!/usr/bin/env bash
# Real Apache HBase (standalone: master, region server and ZooKeeper in one JVM, plus the REST gateway that Node
# speaks to; jars from Maven Central, Java 17). hbase.sh install|start|wait|stop
# env: BYTECOPY_SERVICES HBASE_{REST_PORT,ZK_PORT,MASTER_PORT,REGION_PORT,HEAP} FRESH WAIT_SECONDS
set -euo pipefail

VERSION=2.6.1
NAME=hbase
PORT=${HBASE_REST_PORT:-8080}
. "$(dirname "${BASH_SOURCE[0]}")/common.sh"
LIB=$ROOT/hbase-$VERSION

EXPORTS=(java.base/{jdk.internal.misc,sun.net.dns,sun.net.util} java.security.jgss/sun.security.krb5)
OPENS=(java.base/{java.lang,java.lang.reflect,java.nio,java.util,java.util.concurrent,jdk.internal.ref,sun.nio.ch})
MODULES=("${EXPORTS[@]/#/--add-exports=}" "${OPENS[@]/#/--add-opens=}")
MODULES=("${MODULES[@]/%/=ALL-UNNAMED}")

# The gateway is not published for Hadoop 3, so its jar comes alone and runs on the Hadoop 3 build's libraries.
do_install() {
  fetch_jars "$LIB" org.apache.hbase:hbase-server:$VERSION-hadoop3 '!'org.apache.hbase:hbase-rest:$VERSION \
    org.apache.hbase.thirdparty:hbase-shaded-jackson-jaxrs-json-provider:4.1.9
}

property() { echo "<property><name>$1</name><value>$2</value></property>"; }

do_start() {
  ! running server || return 0
  prepare_run
  {
    echo '<configuration>'
    property hbase.cluster.distributed false
    property hbase.rootdir "file://$RUN/data"
    property hbase.tmp.dir "$RUN/tmp"
    property hbase.unsafe.stream.capability.enforce false
    property hbase.zookeeper.quorum 127.0.0.1
    property hbase.zookeeper.property.clientPort "${HBASE_ZK_PORT:-2281}"
    property hbase.rest.host 127.0.0.1
    property hbase.rest.port "$PORT"
    property hbase.rest.info.port -1
    property hbase.localcluster.assign.random.ports false
    property hbase.master.port "${HBASE_MASTER_PORT:-16000}"
    property hbase.regionserver.port "${HBASE_REGION_PORT:-16020}"
    for role in master regionserver; do
      property hbase.$role.hostname localhost
      property hbase.$role.ipc.address 127.0.0.1
      property hbase.$role.info.port -1
    done
    echo '</configuration>'
  } >"$RUN/hbase-site.xml"
  cat >"$RUN/log4j.properties" <<'CFG'
log4j.rootLogger=INFO, out
log4j.appender.out=org.apache.log4j.ConsoleAppender
log4j.appender.out.layout=org.apache.log4j.PatternLayout
log4j.appender.out.layout.ConversionPattern=%d %p %c{1} %m%n
CFG
  local java=(java "${MODULES[@]}" -Dorg.apache.hbase.thirdparty.io.netty.tryReflectionSetAccessible=true
    -Dlog4j.configuration="file:$RUN/log4j.properties" -cp "$RUN:$LIB/*")
  launch server "${java[@]}" -Xmx"${HBASE_HEAP:-1g}" org.apache.hadoop.hbase.master.HMaster start
  launch rest "${java[@]}" -Xmx256m org.apache.hadoop.hbase.rest.RESTServer start
}

do_wait() { await server logged server 'Master has completed initialization' && await rest listening "$PORT"; }
do_stop() { terminate rest && terminate server; }

dispatch "$@"
