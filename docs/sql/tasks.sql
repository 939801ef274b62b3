-- The role with which Watchpost reads task records, and the indexes that make a scrape cost the same at any size.
-- PostgreSQL 13 or newer. As the owner of the table:
--   psql -d platform -v table=task_executions -v role=watchpost -v password="'…'" -f docs/sql/tasks.sql

-- It may read this table and nothing else. The limit leaves room for a reload, when two pools are open at once.
CREATE ROLE :role LOGIN PASSWORD :password CONNECTION LIMIT 5;
ALTER ROLE :role SET default_transaction_read_only = on;
ALTER ROLE :role SET statement_timeout = '10s';
GRANT SELECT ON :table TO :role;
-- Where error texts or results may hold secrets, grant columns instead:
--   GRANT SELECT (id, task_name, task_type, status, started_at, finished_at, retry_of) ON :table TO :role;

-- A table whose id has a sequence of its own (serial, bigserial, IDENTITY) is followed by its primary key and needs no
-- more. Any other is followed by the end of its runs, and needs both of these.
CREATE INDEX CONCURRENTLY IF NOT EXISTS task_records_ended ON :table (finished_at, id) WHERE finished_at IS NOT NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS task_records_open ON :table (id) WHERE finished_at IS NULL;
