// reconnect_database on a real Postgres.
import { startPostgres } from '../../../harness/postgres.ts'
import type { Fault } from './fault.ts'

/** A session that went to sleep in its transaction, with others behind it. */
export async function blockedDatabase(): Promise<Fault> {
  const server = await startPostgres()
  await server.run(`
    CREATE ROLE monitor LOGIN PASSWORD 'one' IN ROLE pg_monitor;
    CREATE ROLE healer LOGIN PASSWORD 'two' IN ROLE pg_signal_backend, pg_read_all_stats;
    CREATE ROLE app LOGIN PASSWORD 'three';
    CREATE TABLE accounts (id int PRIMARY KEY, balance int);
    INSERT INTO accounts VALUES (1, 10), (2, 10);
    GRANT SELECT, UPDATE ON accounts TO app`)
  const url = server.urlFor('app', 'three')
  const backup = await server.connect({ url, application: 'pg_dump' })
  return {
    name: 'database',
    action: 'reconnect_database',
    target: { type: 'postgres', url: server.urlFor('healer', 'two'), users: ['app'], idle_for: '2s' },
    alert: 'DatabaseBlocked',
    healthy: { query: 'watchpost_database_blocked_sessions{target="database"} == 0' },
    databases: [{ name: 'database', url: server.urlFor('monitor', 'one') }],
    async breakIt() {
      // A backup looks alike, holds up nobody, and must live.
      await backup.query('BEGIN; UPDATE accounts SET balance = 1 WHERE id = 2')
      const holder = await server.connect({ url, application: 'app' })
      await holder.query('BEGIN; UPDATE accounts SET balance = 1 WHERE id = 1')
      const waiter = await server.connect({ url, application: 'app' })
      void waiter.query('UPDATE accounts SET balance = 2 WHERE id = 1').then(() => waiter.end())
    },
    inspect: async () => void (await backup.query('SELECT 1')),
    remove: async () => {
      await backup.end()
      await server.remove()
    },
  }
}
