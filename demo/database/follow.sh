#!/bin/sh
# A standby in a container: a copy of its primary is made at the first start, and followed from there on.
set -eu
if [ ! -d "$PGDATA" ]; then
  # A copy that was broken off is not taken for a whole one.
  rm -rf "$PGDATA.new"
  mkdir -p "$(dirname "$PGDATA")"
  PGPASSWORD=$(cat "$PRIMARY_PASSWORD_FILE") pg_basebackup --pgdata="$PGDATA.new" --host="$PRIMARY_HOST" \
    --username="$PRIMARY_USER" --checkpoint=fast --write-recovery-conf
  mv "$PGDATA.new" "$PGDATA"
fi
exec postgres -c 'listen_addresses=*'
