// Of open episodes: whether anything is to be done now, and doing it.
import { randomBytes } from 'node:crypto'
import { explain } from '../../exporter/src/log.ts'
import type { BoundAction, Plan } from './actions/action.ts'
import type { Calls } from './calls.ts'
import type { Policy } from './config/schema.ts'
import { append } from './desk.ts'
import type { Desk } from './desk.ts'
import { escalating } from './escalation.ts'
import type { CommonEvidence } from './evidence.ts'
import { decide } from './guards/decide.ts'
import type { Verdict } from './guards/decide.ts'
import type { Intended, JournalEvent } from './state/event.ts'
import { isUnderWay, openEpisodes } from './state/state.ts'

const planSeconds = 15

/** An episode's way to its action, with what was seen for it in this round. */
interface Matter {
  readonly id: string
  readonly policy: Policy
  readonly action: BoundAction
  readonly common: CommonEvidence
  readonly isHealthy: boolean | undefined
}

export async function considerAll(desk: Desk, calls: Calls): Promise<void> {
  const { config, journal, observer, clock } = desk
  const busy = new Set(journal.state.attempts.filter(isUnderWay).map(({ episode }) => episode))
  const open = openEpisodes(journal.state).filter(({ id }) => !busy.has(id))
  if (open.length === 0) return
  const names = new Set(open.map(({ policy }) => policy))
  const policies = [...names].flatMap((name) => config.policies.get(name) ?? [])
  const [common, ...answers] = await Promise.all([
    observer.common(),
    ...policies.map((policy) => observer.isHealthy(policy)),
  ])
  const health = new Map(policies.map(({ name }, index) => [name, answers[index]]))
  // All at once: one whose target does not answer keeps no other waiting. From the last look on, judging, storing and
  // acting are one step, so none of them decides by what another one has just changed.
  const considered = open.map(async ({ id, policy: name }) => {
    const policy = config.policies.get(name)
    const action = policy && config.actions.get(policy.target)
    if (policy && action) {
      await consider(desk, calls, { id, policy, action, common, isHealthy: health.get(name) })
    } else append(desk, { type: 'closed', at: clock(), episode: id, as: 'removed' })
  })
  const failed = (await Promise.allSettled(considered)).find(({ status }) => status === 'rejected')
  if (failed?.status === 'rejected') throw failed.reason
}

async function consider(desk: Desk, calls: Calls, matter: Matter): Promise<void> {
  const verdict = judge(desk, matter)
  if (!verdict) return
  if (verdict.decision !== 'act' && verdict.decision !== 'rehearse') {
    record(desk, matter, verdict)
    return
  }
  const plan = await look(desk, matter.action)
  if ('decision' in plan) {
    record(desk, matter, plan)
    return
  }
  // Looking took its time: everything is seen afresh, judged once more, and stored before anything is done.
  const [common, isHealthy] = await Promise.all([
    desk.observer.common(),
    desk.observer.isHealthy(matter.policy),
  ])
  const latest = { ...matter, common, isHealthy }
  const final = judge(desk, latest)
  if (!final) return
  record(desk, latest, final)
  if (final.decision === 'act') act(desk, calls, latest, plan.steps)
  else if (final.decision === 'rehearse') rehearse(desk, latest, plan.steps)
}

function judge({ config, journal, clock }: Desk, matter: Matter): Verdict | undefined {
  const { id, policy, common, isHealthy } = matter
  const state = journal.state
  const episode = state.episodes.get(id)
  if (!episode || episode.closed) return undefined
  return decide({ config, policy, state, episode, evidence: { ...common, isHealthy, now: clock() } })
}

/** What would be done, or why nothing is: the action will not, or it cannot even see its target. */
async function look(
  { clock }: Desk,
  action: BoundAction,
): Promise<Verdict | { readonly steps: readonly string[] }> {
  const signal = AbortSignal.timeout(planSeconds * 1000)
  const { promise, reject } = Promise.withResolvers<Plan>()
  promise.catch(() => {})
  // A look that heeds no signal must not hold up the others.
  const late = 'it could not be looked at in time'
  signal.addEventListener('abort', () => reject(new Error(late)))
  try {
    const planned = action.plan({ signal, now: clock(), idempotencyKey: '' })
    const { refusal, steps } = await Promise.race([promise, planned])
    return refusal === undefined ? { steps } : { decision: 'refused', detail: refusal }
  } catch (error) {
    return { decision: 'unreachable', detail: `the target could not be looked at: ${explain(error)}` }
  }
}

function record(desk: Desk, matter: Matter, { decision, detail }: Verdict): void {
  const { journal, tally, clock } = desk
  const { id, policy } = matter
  const episode = journal.state.episodes.get(id)
  if (!episode) return
  const at = clock()
  const events: JournalEvent[] = []
  if (episode.decision !== decision) {
    events.push({ type: 'decided', at, episode: id, decision, detail })
    tally.add('decisions', { policy: policy.name, action: policy.action, decision })
  }
  if (escalating.has(decision) && episode.escalated !== decision) {
    events.push({ type: 'escalated', at, episode: id, reason: decision })
  }
  if (decision === 'stale') events.push({ type: 'closed', at, episode: id, as: 'stale' })
  const isOld = at - episode.received_at > desk.config.settings.limits.max_age
  if (decision === 'not_corroborated' && isOld && isKnown(matter)) {
    events.push({ type: 'closed', at, episode: id, as: 'gone' })
  }
  append(desk, ...events)
}

/** What could not be learnt is no proof that the alert is over. */
function isKnown({ common: { alerts, announced }, isHealthy }: Matter): boolean {
  return alerts !== undefined && announced !== undefined && isHealthy !== undefined
}

function intend<Type extends Intended['type']>(
  { journal, clock }: Desk,
  { id, policy }: Matter,
  type: Type,
  steps: readonly string[],
): Intended & { readonly type: Type } {
  const approval = journal.state.episodes.get(id)?.approval
  return {
    type,
    at: clock(),
    attempt: randomBytes(8).toString('hex'),
    episode: id,
    policy: policy.name,
    action: policy.action,
    target: policy.target,
    steps,
    ...(approval ? { approved_by: approval.actor } : {}),
  }
}

function rehearse(desk: Desk, matter: Matter, steps: readonly string[]): void {
  const event = intend(desk, matter, 'rehearsed', steps)
  append(desk, event, { type: 'closed', at: event.at, episode: matter.id, as: 'rehearsed' })
}

function act(desk: Desk, calls: Calls, matter: Matter, steps: readonly string[]): void {
  const event = intend(desk, matter, 'intended', steps)
  append(desk, event)
  const attempt = desk.journal.state.attempts.find(({ id }) => id === event.attempt)
  if (attempt) calls.begin(attempt, matter.action, matter.policy)
}
