// Records that each hold the hash of the one before: what was written cannot be changed unseen.
import { createHash } from 'node:crypto'
import { isKnownType } from '../state/event.ts'
import type { JournalEvent } from '../state/event.ts'

export interface Link {
  readonly seq: number
  readonly hash: string
}

export const firstLink: Link = Object.freeze({ seq: 0, hash: '0'.repeat(64) })

/** The line without its end, and the link to hold the next one. */
export function forge(event: JournalEvent, previous: Link): { readonly line: string; readonly link: Link } {
  const seq = previous.seq + 1
  const body = JSON.stringify({ seq, prev_hash: previous.hash, ...event })
  const hash = digest(body)
  return { line: `${body.slice(0, -1)},"hash":"${hash}"}`, link: { seq, hash } }
}

/** The event of a line, or what is wrong with it. Where earlier files are put away, `previous` is undefined. */
export function readLine(
  line: string,
  previous: Link | undefined,
): { readonly event: JournalEvent; readonly link: Link } | string {
  const [, start, hash] = /^(.*),"hash":"([0-9a-f]{64})"\}$/s.exec(line) ?? []
  if (start === undefined || hash === undefined) return 'it is not a whole record'
  const body = `${start}}`
  if (digest(body) !== hash) return 'it does not have the hash that it says'
  const { seq, prev_hash, ...event } = JSON.parse(body) as {
    readonly seq: number
    readonly prev_hash: string
  } & JournalEvent
  if (previous && (prev_hash !== previous.hash || seq !== previous.seq + 1))
    return 'it does not follow the one before it'
  if (!isKnownType(event.type)) return 'a version that knows more has written it'
  return { event: event as JournalEvent, link: { seq, hash } }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
