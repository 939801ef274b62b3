-- The role with which Watchpost reads a PostgreSQL 14 or newer: it may look at everything and change nothing.
-- docker-compose.yml runs this once, when the database is made. By hand:
--   MONITORING_DB_USER=monitoring_user MONITORING_DB_PASSWORD_FILE=secrets/monitoring_db_password \
--     psql -d yours -f exporter/monitoring-role.sql
\getenv name MONITORING_DB_USER
\getenv password_file MONITORING_DB_PASSWORD_FILE
\set password `cat :password_file`
CREATE ROLE :"name" LOGIN PASSWORD :'password' CONNECTION LIMIT 10;
ALTER ROLE :"name" SET default_transaction_read_only = on;
GRANT pg_monitor, pg_read_all_data TO :"name";
