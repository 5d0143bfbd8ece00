#!/bin/sh
# /usr/local/bin/wirewatch: a command as the services' own user, with the services' own settings. Called by root (sudo).
set -eu
settings=${WIREWATCH_ENV:-/etc/wirewatch/wirewatch.env}
program=${WIREWATCH_PROGRAM:-/opt/wirewatch/current/.venv/bin/wirewatch}
if [ ! -r "$settings" ]; then
  echo "error: cannot read $settings: call this with sudo" >&2
  exit 1
fi
set -a
. "$settings"
set +a
exec setpriv --reuid=wirewatch --regid=wirewatch --init-groups --no-new-privs -- "$program" "$@"
