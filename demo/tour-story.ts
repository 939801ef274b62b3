// The story of the tour: a fault, the page, the diagnosis, the recovery, the end.
import { readFile } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { describeEvent, readAudit } from '../recovery/src/audit.ts'
import type { Inbox, Message } from './inbox.ts'
import { queryPrometheus } from './stack/query.ts'
import type { RunningRecovery, Stack } from './stack/stack.ts'
import { describeDiagnosis, describeMessage, describeServices, indent } from './tour-text.ts'
import type { Diagnoses, Services } from './tour-text.ts'

const victim = 'ohlc_api'
const patienceSeconds = 90

export type Tell = (text: string) => void

export interface Audience {
  readonly inbox: Inbox
  readonly write: Tell
  readonly signal: AbortSignal
}

export async function tellTour(stack: Stack, { inbox, write, signal }: Audience): Promise<void> {
  const { fleet, urls, recovery } = stack
  if (!recovery) throw new Error('expected recovery to run')
  const until: Until = (what, look) => waitUntil(what, look, signal)
  const services = (): Promise<Services> => ask(`${urls.exporter ?? ''}/api/microservices/status`)

  await until('every service is up in Prometheus', async () => {
    const up = await queryPrometheus(urls.prometheus ?? '', 'watchpost_target_up{kind="service"} == 1')
    return up.length === Object.keys(fleet.services).length ? up : undefined
  })
  write(`\nAll is well:\n${describeServices(await services())}`)

  write(`\nNow ${victim} crashes, as with: npm run demo -- break ${victim} down`)
  write('Prometheus looks every 2 s here, not every 15 s, and all waiting times shrink alike.')
  const since = stopwatch()
  await fleet.break(victim, 'down')
  const fired = await until('the alert arrives', () => find(inbox, 'firing'))
  write(`\n${since()} s later a message arrives at the webhook:\n${describeMessage(fired)}`)

  write(`\nThe fleet at this moment:\n${describeServices(await services())}`)
  const { diagnoses } = await ask<Diagnoses>(`${urls.exporter ?? ''}/api/diagnosis`)
  const diagnosis = diagnoses.find(({ target }) => target === victim)
  if (diagnosis) write(`\nWhy, says its diagnosis:\n${describeDiagnosis(diagnosis)}`)

  const again = await recover(recovery, { until, write })
  const resolved = await until('the alert is resolved', () => find(inbox, 'resolved'))
  write(`\n${again()} s after that the same channel hears of the end:\n${describeMessage(resolved)}`)
  const { events } = readAudit(recovery.storagePath)
  write(`\nWhat recovery wrote down, for the audit:\n${indent(events.map(describeEvent))}`)

  const paged = inbox.messages.filter(({ labels }) => labels['alertname'] === 'ServiceDown')
  const names = new Set(paged.map(({ labels }) => labels['target']))
  write(`\nServiceDown was told of ${[...names].join(', ')} alone, not of the services that failed with it.`)
  write('To look around by yourself: npm start')
}

interface Status {
  readonly episodes: readonly {
    readonly id: string
    readonly policy: string
    readonly decision: string
    readonly detail: string
  }[]
}

/** Waits for recovery to ask, and agrees; a stopwatch from that moment on. */
async function recover(
  { url, controlTokenFile }: RunningRecovery,
  { until, write }: { readonly until: Until; readonly write: Tell },
): Promise<() => number> {
  const authorization = `Bearer ${(await readFile(controlTokenFile, 'utf8')).trim()}`
  const episode = await until('recovery asks', async () => {
    const { episodes } = await ask<Status>(`${url}/v1/control/status`, { headers: { authorization } })
    return episodes.find(({ decision }) => decision === 'awaiting_approval')
  })
  write(
    `\nRecovery looked for itself, found the same, and asks:\n${indent([`${episode.policy}: ${episode.detail}`])}`,
  )
  write(`\nSomebody agrees, as with: npm run -s watchpost -- recovery approve ${episode.id}`)
  await ask(`${url}/v1/control/approve`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ actor: 'tour', episode: episode.id }),
  })
  return stopwatch()
}

function find({ messages }: Inbox, status: Message['status']): Message | undefined {
  return messages.find(
    ({ labels, status: its }) =>
      its === status && labels['alertname'] === 'ServiceDown' && labels['target'] === victim,
  )
}

type Until = <T>(what: string, look: () => Promise<T | undefined> | T | undefined) => Promise<T>

async function waitUntil<T>(
  what: string,
  look: () => Promise<T | undefined> | T | undefined,
  signal: AbortSignal,
): Promise<T> {
  const waited = stopwatch()
  while (waited() < patienceSeconds) {
    const found = await look()
    if (found !== undefined) return found
    await delay(200, undefined, { signal })
  }
  throw new Error(`expected within ${patienceSeconds} s that ${what}`)
}

async function ask<T>(url: string, options: RequestInit = {}): Promise<T> {
  const answer = await fetch(url, options)
  if (!answer.ok) throw new Error(`${url}: expected HTTP status 200, got ${answer.status}`)
  return (await answer.json()) as T
}

/** Whole seconds since it was made. */
function stopwatch(): () => number {
  const began = performance.now()
  return () => Math.round((performance.now() - began) / 1000)
}
