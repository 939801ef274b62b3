// What people may ask and do: see, approve, pause, resume.
import { Router } from 'express'
import type { Response } from 'express'
import { z } from 'zod'
import { modeOf } from '../config/load.ts'
import type { Config } from '../config/load.ts'
import { breakerState } from '../guards/breaker.ts'
import type { Journal } from '../journal/journal.ts'
import type { JournalEvent } from '../state/event.ts'
import { openEpisodes } from '../state/state.ts'
import type { State } from '../state/state.ts'
import type { Served } from './served.ts'

const actor = z
  .string()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}]+$/u)
const named = z.object({ actor })
const approval = z.object({ actor, episode: z.string().regex(/^[0-9a-f]{12}$/) })

export function controlRoutes({ config, journal, clock, wake }: Served): Router {
  const router = Router()
  router.get('/status', (_request, response) => {
    if (journal) response.json(describeState(config, journal.state, clock()))
    else off(response)
  })
  for (const type of ['paused', 'resumed'] as const) {
    router.post(type === 'paused' ? '/pause' : '/resume', (request, response) => {
      const parsed = named.safeParse(request.body)
      if (!parsed.success) response.status(400).type('text').send('expected {"actor": NAME}\n')
      else if (!journal) off(response)
      else store(journal, response, { type, at: clock(), actor: parsed.data.actor })
    })
  }
  router.post('/approve', (request, response) => {
    const parsed = approval.safeParse(request.body)
    if (!parsed.success) {
      response.status(400).type('text').send('expected {"actor": NAME, "episode": ID}\n')
    } else if (!journal) off(response)
    else if (isAwaited(journal.state, parsed.data.episode, clock() - config.settings.limits.approval)) {
      // Looking and storing are one step here, so two approvals cannot both be the first.
      store(journal, response, { type: 'approved', at: clock(), ...parsed.data })
      wake()
    } else response.status(409).type('text').send('no action of this episode waits for approval\n')
  })
  return router
}

/** An approval from before `since` has expired, and may be given again. */
function isAwaited(state: State, id: string, since: number): boolean {
  const episode = state.episodes.get(id)
  if (!episode || episode.closed || episode.decision !== 'awaiting_approval') return false
  return episode.approval === undefined || episode.approval.at < since
}

function off(response: Response): void {
  response.status(409).type('text').send('everything is off\n')
}

function store(journal: Journal, response: Response, event: JournalEvent): void {
  journal.append([event])
  response.json({ stored: event })
}

function describeState(config: Config, state: State, now: number): object {
  return {
    paused: state.paused ?? null,
    started_at: state.startedAt,
    policies: config.settings.policies.map((policy) => ({
      name: policy.name,
      mode: modeOf(config.settings, policy),
      action: policy.action,
      target: policy.target,
      breaker: breakerState(policy, state.marks, now),
      attempts: state.attempts.filter((attempt) => attempt.policy === policy.name).length,
    })),
    episodes: openEpisodes(state),
    attempts: state.attempts.slice(-50),
  }
}
