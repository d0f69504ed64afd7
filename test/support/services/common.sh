#!/usr/bin/env bash
# Shared by the service scripts beside it, which source it after setting NAME and PORT.
# All they fetch lies under $BYTECOPY_SERVICES (default: .services in the current directory), what a server writes and
# logs under $SERVICE_RUN (default: a folder of its own there). A server ends with the process $SERVICE_OWNER, if set.
# Java is that of $JAVA_HOME, else the one on PATH; 17 starts all of them.
set -euo pipefail

ROOT=${BYTECOPY_SERVICES:-$PWD/.services}
mkdir -p "$ROOT" && ROOT=$(cd "$ROOT" && pwd)
RUN=${SERVICE_RUN:-$ROOT/run/$NAME-$PORT}
[ -z "${JAVA_HOME:-}" ] || PATH=$JAVA_HOME/bin:$PATH
DEPENDENCY_PLUGIN=org.apache.maven.plugins:maven-dependency-plugin:3.8.1

maven() { mvn -q -B -Dstyle.color=never -Dmaven.repo.local="$ROOT/m2" "$@"; }

# fetch_jars DIR COORDINATE...: copies group:artifact:version and all it needs at run time into DIR, once.
# A coordinate that starts with "!" comes without its dependencies.
fetch_jars() {
  local dir=$1 any='<groupId>*</groupId><artifactId>*</artifactId>' dependencies= group artifact version alone coordinate; shift
  [ ! -d "$dir" ] || return 0
  for coordinate in "$@"; do
    alone=
    [[ $coordinate != !* ]] || alone="<exclusions><exclusion>$any</exclusion></exclusions>"
    IFS=: read -r group artifact version <<<"${coordinate#!}"
    dependencies+="<dependency><groupId>$group</groupId><artifactId>$artifact</artifactId><version>$version</version>"
    dependencies+="$alone</dependency>"
  done
  rm -rf "$dir.part" && mkdir -p "$dir.part"
  echo "<project><modelVersion>4.0.0</modelVersion><groupId>bytecopy</groupId><artifactId>$NAME</artifactId>" \
    "<version>1</version><packaging>pom</packaging><dependencies>$dependencies</dependencies></project>" >"$dir.part/pom.xml"
  maven -f "$dir.part/pom.xml" "$DEPENDENCY_PLUGIN:copy-dependencies" -DincludeScope=runtime -DoutputDirectory="$dir.part"
  mv "$dir.part" "$dir"
}

# prepare_run: the run directory; data of an earlier run is kept unless FRESH=1.
prepare_run() { [ "${FRESH:-0}" = 0 ] || rm -rf "$RUN"; mkdir -p "$RUN"; }

# running PROCESS: its pid file names a live process that has our run directory on its command line (pids are reused).
running() {
  local pid; pid=$(cat "$RUN/$1.pid" 2>/dev/null) || return 1
  tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline" | grep -qF -- "$RUN"
}

# launch PROCESS COMMAND...: in the background, in a session of its own, output to PROCESS.log, pid in PROCESS.pid.
launch() {
  local process=$1; shift
  (cd "$RUN" && exec setsid "$@") </dev/null >"$RUN/$process.log" 2>&1 &
  echo $! >"$RUN/$process.pid"
  until running "$process" || ! kill -0 $! 2>/dev/null; do sleep 0.02; done
  if [ -n "${SERVICE_OWNER:-}" ]; then follow_owner "$process" </dev/null >/dev/null 2>&1 & fi
}

# follow_owner PROCESS: ends the process when its owner has ended; one that was stopped, and started again, has another follower.
follow_owner() {
  local pid; pid=$(cat "$RUN/$1.pid")
  while kill -0 "$SERVICE_OWNER"; do
    running "$1" && [ "$(cat "$RUN/$1.pid")" = "$pid" ] || return 0
    sleep 1
  done
  terminate "$1"
}

# await PROCESS CHECK...: until the check succeeds; fails with the log's end if the process dies or WAIT_SECONDS pass.
await() {
  local process=$1 end=$((SECONDS + ${WAIT_SECONDS:-90})); shift
  until "$@" >/dev/null 2>&1; do
    if ! running "$process" || [ $SECONDS -ge $end ]; then
      { echo "$NAME: $process is not ready"; tail -n 40 "$RUN/$process.log"; } >&2
      return 1
    fi
    sleep 0.1
  done
}

logged() { grep -qF -- "$2" "$RUN/$1.log"; }
listening() { : <>"/dev/tcp/127.0.0.1/$1"; }

# terminate PROCESS: asks, then after 30 s insists. A process that only waits to be reaped has ended.
terminate() {
  running "$1" || return 0
  local pid; pid=$(cat "$RUN/$1.pid")
  kill "$pid"
  for _ in {1..300}; do
    grep -q '^State:.[^Z]' "/proc/$pid/status" 2>/dev/null || return 0
    sleep 0.1
  done
  kill -9 "$pid"
}

# dispatch SUBCOMMAND: calls do_install, do_start, do_wait or do_stop of the service script. One installs at a time.
dispatch() {
  [[ ${1:-} =~ ^(install|start|wait|stop)$ ]] || { echo "usage: $0 install|start|wait|stop" >&2; exit 2; }
  if [ "$1" = install ]; then
    exec 9>"$ROOT/lock"
    flock 9
  fi
  "do_$1"
}
