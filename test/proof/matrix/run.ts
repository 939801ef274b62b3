// Breaks and heals, some faults at once where they do not touch, and compares what was told with what was to be told.
import { setTimeout as delay } from 'node:timers/promises'
import { scaleDuration } from '../../../demo/stack/time-scale.ts'
import { titleOf } from './fault.ts'
import type { Fault, Page } from './fault.ts'
import { channels } from './inbox.ts'
import type { Message } from './inbox.ts'
import { scrapeIntervalSeconds } from './scene.ts'
import type { Scene } from './scene.ts'

export interface Outcome {
  readonly fault: Pick<Fault, 'name' | 'pages'>
  /** From the fault to the last channel that was told of its first page, and the most that may be. */
  readonly toldAfterSeconds: number | undefined
  readonly limitSeconds: number | undefined
  readonly resolvedAfterSeconds: number | undefined
  /** Told as it should be, but after the limit. */
  readonly isLate: boolean
  readonly problems: readonly string[]
}

export interface WaveResult {
  readonly outcomes: readonly Outcome[]
  /** Messages that nobody should have had. */
  readonly extras: readonly Message[]
}

/** The `for` of a page's rule, in production's time. */
export type Waiting = (page: Page) => string

const patienceSeconds = 20
const healingSeconds = 60
const settleSeconds = 2

interface Active {
  readonly fault: Fault
  readonly since: number
  readonly limitSeconds: number | undefined
}

export async function runWave(scene: Scene, faults: readonly Fault[], waiting: Waiting): Promise<WaveResult> {
  const began = Date.now()
  const said = (): readonly Message[] => scene.inbox.messages().filter(({ at }) => at >= began)
  const active = await Promise.all(
    faults.map(async (fault): Promise<Active> => {
      await fault.inject(scene)
      await fault.becomesFact?.(scene)
      return { fault, since: Date.now(), limitSeconds: limitOf(fault, { scene, waiting }) }
    }),
  )
  await Promise.all(active.map((one) => watch(one, scene, said)))
  const healedAt = Date.now()
  await Promise.all(faults.map((fault) => fault.heal(scene)))
  const pages = faults.flatMap((fault) => fault.pages)
  await until(() => pages.every((page) => isTold(said(), page, 'resolved')), healingSeconds)
  await delay(settleSeconds * 1000)
  const wanted = new Set(
    pages.map(({ severity, ...page }) => `${severity} ${titleOf({ severity, ...page })}`),
  )
  return {
    outcomes: active.map((one) => judge(one, said(), healedAt)),
    extras: findExtras(said(), wanted),
  }
}

function limitOf(fault: Fault, { scene, waiting }: { scene: Scene; waiting: Waiting }): number | undefined {
  const [page] = fault.pages
  if (!page) return undefined
  const looks = 2 * (fault.lookedAtEverySeconds ?? scrapeIntervalSeconds)
  return looks + scaled(waiting(page), scene) + scene.pace.groupWaitSeconds
}

function scaled(duration: string, { pace }: Scene): number {
  const text = scaleDuration(duration, 1 / pace.factor)
  return text.endsWith('ms') ? Number.parseFloat(text) / 1000 : Number.parseFloat(text)
}

async function watch(
  { fault, limitSeconds = 0 }: Active,
  scene: Scene,
  said: () => readonly Message[],
): Promise<void> {
  const told = (pages: readonly Page[]): Promise<void> =>
    until(
      () => pages.every((page) => isTold(said(), page, 'firing')),
      pages.length === 0 ? 0 : limitSeconds + patienceSeconds,
    )
  await told(fault.pages.slice(0, 1))
  await fault.meanwhile?.(scene)
  await told(fault.pages)
  await delay((fault.watched === undefined ? settleSeconds : scaled(fault.watched, scene)) * 1000)
}

function isTold(said: readonly Message[], page: Page, state: Message['state']): boolean {
  return channels.every((channel) => find(said, page, state).some((message) => message.channel === channel))
}

function find(said: readonly Message[], page: Page, state: Message['state']): readonly Message[] {
  const title = titleOf(page)
  // A mail about the end of a fault does not repeat how bad it was.
  const isSame = ({ severity }: Message): boolean => state === 'resolved' || severity === page.severity
  return said.filter((message) => message.state === state && message.title === title && isSame(message))
}

function judge({ fault, since, limitSeconds }: Active, said: readonly Message[], healedAt: number): Outcome {
  const problems: string[] = []
  const times = { firing: [] as number[], resolved: [] as number[] }
  for (const page of fault.pages) {
    for (const state of ['firing', 'resolved'] as const) {
      const found = find(said, page, state)
      const missing = channels.filter((channel) => !found.some((message) => message.channel === channel))
      if (missing.length > 0) problems.push(`${titleOf(page)}: not ${state} by ${missing.join(', ')}`)
      else times[state].push(Math.max(...channels.map((channel) => firstBy(found, channel))))
    }
  }
  const seconds = (at: number, from: number): number => (at - from) / 1000
  const [told] = times.firing
  const toldAfterSeconds = told === undefined ? undefined : seconds(told, since)
  const resolvedAfterSeconds =
    times.resolved.length === 0 ? undefined : seconds(Math.max(...times.resolved), healedAt)
  const isLate =
    toldAfterSeconds !== undefined && limitSeconds !== undefined && toldAfterSeconds > limitSeconds
  const { name, pages } = fault
  return { fault: { name, pages }, toldAfterSeconds, limitSeconds, resolvedAfterSeconds, isLate, problems }
}

function firstBy(found: readonly Message[], channel: Message['channel']): number {
  return Math.min(...found.filter((message) => message.channel === channel).map(({ at }) => at))
}

/** What nobody asked for, and what was said twice. */
function findExtras(said: readonly Message[], wanted: ReadonlySet<string>): readonly Message[] {
  const seen = new Set<string>()
  return said.filter((message) => {
    if (message.state !== 'firing') return false
    const page = `${message.severity} ${message.title}`
    const key = `${message.channel} ${page}`
    const isExtra = !wanted.has(page) || seen.has(key)
    seen.add(key)
    return isExtra
  })
}

async function until(condition: () => boolean, seconds: number): Promise<void> {
  const deadline = Date.now() + seconds * 1000
  while (!condition() && Date.now() < deadline) await delay(100)
}
