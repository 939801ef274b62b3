// All actions. Adding one is a line here.
import type { ActionKind } from './action.ts'
import { cleanupDiskSpace } from './cleanup-disk-space.ts'
import { clearRedisMemory } from './clear-redis-memory.ts'
import { clearCacheByHook, reconnectByHook, retryByHook } from './hook.ts'
import { reconnectPostgres } from './reconnect-postgres.ts'
import { restartContainer } from './restart-container.ts'
import { restartWorkload } from './restart-workload.ts'
import { restartUnit } from './restart-unit.ts'
import { retryN8nExecution } from './retry-n8n-execution.ts'
import { retryPgBossJob } from './retry-pg-boss-job.ts'

export const actions: readonly ActionKind[] = [
  restartContainer,
  restartWorkload,
  restartUnit,
  reconnectPostgres,
  reconnectByHook,
  clearRedisMemory,
  clearCacheByHook,
  cleanupDiskSpace,
  retryN8nExecution,
  retryPgBossJob,
  retryByHook,
]
