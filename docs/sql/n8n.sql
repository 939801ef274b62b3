-- The role with which Watchpost reads the runs of n8n: never execution_data, which holds what the workflows worked on,
-- and never credentials. In n8n's own database, as its owner:
--   psql -d n8n -v role=watchpost -v password="'…'" -f docs/sql/n8n.sql
CREATE ROLE :role LOGIN PASSWORD :password CONNECTION LIMIT 5;
ALTER ROLE :role SET default_transaction_read_only = on;
GRANT SELECT (id, "workflowId", status, mode, "createdAt", "startedAt", "stoppedAt", "deletedAt", "retryOf")
  ON execution_entity TO :role;
GRANT SELECT (id, name) ON workflow_entity TO :role;
GRANT SELECT ON workflow_statistics TO :role;
-- Newer versions of n8n only: leave out what is not there.
GRANT SELECT ON workflow_statistics_delta TO :role;
GRANT SELECT (id, "taskType", "ownerType", "ownerId", kind, "cronExpression", timezone, enabled, "nextRunAt", "misfireGraceSeconds")
  ON scheduled_job TO :role;
GRANT SELECT (id, "jobId", "scheduledFor", status, "finishedAt", "errorMessage") ON scheduled_task TO :role;
