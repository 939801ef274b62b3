# Read by the database's image when it makes a database: lets the standby of the demo copy it and follow it.
echo 'host replication platform samenet scram-sha-256' >>"$PGDATA/pg_hba.conf"
