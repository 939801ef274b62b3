// Loads the state of a source once and saves it whenever something in it must outlive a crash.
import type { Log } from '../../../log.ts'
import { explain } from '../../../log.ts'
import { parseState, writeState } from './saved-state.ts'
import { openStateFile } from '../../state-file.ts'
import { createState } from './state.ts'
import type { SourceState } from './state.ts'

export interface Keeper {
  /** The state as it was left, or a new one. */
  load(): Promise<SourceState>
  save(state: SourceState): Promise<void>
  /** Whether what was last given to `save` would survive a crash now. */
  isPersisted(): boolean
}

export interface KeeperOptions {
  readonly directory: string | undefined
  readonly source: string
  readonly subject: string
  readonly log: Log
}

// Times of the last reading alone are written this often: without them only more is read again.
const idleSaveSeconds = 60

export function createKeeper({ directory, source, subject, log }: KeeperOptions): Keeper {
  const file = directory === undefined ? undefined : openStateFile(directory, `tasks-${source}`)
  let written = ''
  let writtenAt = -Infinity
  let isPersisted = file !== undefined

  async function load(): Promise<SourceState> {
    try {
      return (await file?.load((text) => parseState(text, subject))) ?? createState()
    } catch (error) {
      log.error('state of tasks is lost, counting begins afresh', { source, reason: explain(error) })
      return { ...createState(), resets: 1 }
    }
  }

  async function save(state: SourceState): Promise<void> {
    if (!file) return
    const idle = { readAt: undefined, horizonAt: undefined, xmax: 0n, ladder: { steps: [] } }
    const essence = writeState({ ...state, ...idle }, subject)
    const now = performance.now() / 1000
    if (isPersisted && essence === written && now - writtenAt < idleSaveSeconds) return
    try {
      await file.save(writeState(state, subject))
      if (!isPersisted) log.info('state of tasks is saved again', { source })
      written = essence
      writtenAt = now
      isPersisted = true
    } catch (error) {
      if (isPersisted) log.error('state of tasks is not saved', { source, reason: explain(error) })
      isPersisted = false
    }
  }
  return { load, save, isPersisted: () => isPersisted }
}
