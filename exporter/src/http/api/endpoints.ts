// What the API answers: each path with its description, its parameters and what makes its answer.
import { z } from 'zod'
import { languages } from '../../diagnosis/text.ts'
import type { Snapshot } from '../../scrape.ts'
import type { Served } from '../served.ts'
import { describeDiagnoses } from '../diagnosis.ts'
import { readDashboard } from './dashboard.ts'
import { monitoringDashboard } from './dashboard-models.ts'
import { diagnoses } from './diagnosis-model.ts'
import * as models from './models.ts'
import { name, oneOf, wholeNumber } from './parameters.ts'
import { freshSnapshot, leftSeconds } from './snapshot.ts'
import { toDataSources, toMicroservices, toSystemMonitoring } from './status.ts'
import { toExecutionStats } from './task-stats.ts'

/** What is served, and whether we know to whom. */
interface Asked extends Served {
  readonly isIdentified: boolean
}

export interface Endpoint {
  readonly path: string
  readonly summary: string
  readonly answer: z.ZodType
  /** Query parameters. */
  readonly parameters: z.ZodObject
  readonly read: (served: Asked, parameters: unknown) => Promise<Answer>
}

interface Answer {
  readonly body: unknown
  /** How long it may be kept. */
  readonly maxAgeSeconds: number
}

interface Definition<Answered extends z.ZodType, Shape extends z.ZodRawShape> {
  readonly path: string
  readonly summary: string
  readonly answer: Answered
  readonly parameters?: Shape
  readonly read: (
    snapshot: Snapshot,
    parameters: z.output<z.ZodObject<Shape>>,
    served: Asked,
  ) => z.input<Answered> | Promise<z.input<Answered>>
}

/** An answer made from a snapshot may be kept until a newer snapshot is due. */
function ofSnapshot<
  Answered extends z.ZodType,
  const Shape extends z.ZodRawShape = Readonly<Record<string, never>>,
>(definition: Definition<Answered, Shape>): Endpoint {
  const { path, summary, answer, parameters, read } = definition
  const schema = z.object(parameters ?? {})
  return {
    path,
    summary,
    answer,
    parameters: schema,
    async read(served, given) {
      const snapshot = await freshSnapshot(served)
      const body = await read(snapshot, given as z.output<z.ZodObject<Shape>>, served)
      return { body, maxAgeSeconds: leftSeconds(snapshot) }
    },
  }
}

export const endpoints: readonly Endpoint[] = [
  ofSnapshot({
    path: '/api/dashboard/system-monitoring',
    summary: 'The whole fleet at a glance.',
    answer: models.systemMonitoring,
    read: toSystemMonitoring,
  }),
  ofSnapshot({
    path: '/api/microservices/status',
    summary: 'Each service and how it is.',
    answer: models.microservices,
    read: toMicroservices,
  }),
  ofSnapshot({
    path: '/api/tasks/execution-stats',
    summary: 'Task runs by type.',
    answer: models.executionStats,
    read: toExecutionStats,
  }),
  ofSnapshot({
    path: '/api/data-sources/status',
    summary: 'Each data source and how it is.',
    answer: models.dataSources,
    read: toDataSources,
  }),
  ofSnapshot({
    path: '/api/monitoring/dashboard',
    summary: 'Present, history, active alerts and what they mean together.',
    answer: monitoringDashboard,
    parameters: { days: wholeNumber(1, 30).default(7).describe('How many days of history.') },
    read: (snapshot, { days }) => readDashboard(snapshot, days),
  }),
  ofSnapshot({
    path: '/api/diagnosis',
    summary: 'Why what is not well is not well, with evidence and commands to paste.',
    answer: diagnoses,
    parameters: {
      target: name().optional().describe('Only of this target, task or host.'),
      lang: oneOf(languages).default('en').describe('The language of the texts.'),
    },
    read: (snapshot, asked, served) => describeDiagnoses(snapshot, asked, served),
  }),
  {
    path: '/health',
    summary: 'That Watchpost itself is there.',
    answer: models.health,
    parameters: z.object({}),
    read: async ({ startedAt, version }) => ({
      body: { status: 'healthy', version, uptime: Math.round(Date.now() / 1000 - startedAt) },
      maxAgeSeconds: 0,
    }),
  },
]
