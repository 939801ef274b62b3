// Two tables of runs as programs keep them, and beside them a journal: what really happened, whatever becomes of
// the records.

export type Shape = 'by_id' | 'by_end'

export const tablesSql = `
  -- Ids in a row; the clocks of the writers are minutes apart.
  CREATE TABLE by_id (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    task_name text NOT NULL, status text, started_at timestamptz, finished_at timestamptz,
    error_message text, retry_of bigint, note text);
  -- Ids without an order; a record is used again for the next try.
  CREATE TABLE by_end (
    id uuid DEFAULT gen_random_uuid() PRIMARY KEY,
    task_name text NOT NULL, status text, started_at timestamptz, finished_at timestamptz,
    error_message text, retry_of uuid, note text);
  CREATE INDEX ON by_end (finished_at, id) WHERE finished_at IS NOT NULL;
  CREATE INDEX ON by_end (id) WHERE finished_at IS NULL;
  CREATE TABLE journal (
    shape text NOT NULL, run text NOT NULL, task text NOT NULL, outcome text NOT NULL,
    is_retry boolean NOT NULL, error_class text, duration float8 NOT NULL,
    written_at timestamptz NOT NULL DEFAULT clock_timestamp(), is_again boolean NOT NULL DEFAULT false);
  CREATE INDEX ON journal (shape, written_at);
  GRANT SELECT ON by_id, by_end TO watchpost`

export interface Truth {
  readonly task: string
  readonly runs: number
  readonly failures: number
  readonly retries: number
  readonly retry_successes: number
  readonly timed: number
  readonly seconds: number
  readonly errors: Readonly<Record<string, number>>
}

export const truthSql = `
  SELECT task, count(*)::int AS runs, (count(*) FILTER (WHERE outcome = 'failed'))::int AS failures,
    (count(*) FILTER (WHERE is_retry))::int AS retries,
    (count(*) FILTER (WHERE is_retry AND outcome = 'success'))::int AS retry_successes,
    (count(*) FILTER (WHERE duration >= 0))::int AS timed,
    coalesce(sum(duration) FILTER (WHERE duration >= 0), 0) AS seconds,
    (SELECT coalesce(jsonb_object_agg(error_class, n), '{}') FROM (
      SELECT error_class, count(*) AS n FROM journal AS j
      WHERE j.task = journal.task AND error_class IS NOT NULL GROUP BY error_class) AS classes) AS errors
  FROM journal GROUP BY task ORDER BY task`
