// Whether we can see at all: when none of several far anchors answers, the cut is at our end.
import { z } from 'zod'
import { family, gauge, noLabels } from '../metrics/metric.ts'
import { dial } from '../probes/connection/dial.ts'
import { startCourse } from '../probes/outcome.ts'
import { address } from '../schema/address.ts'
import { timeLimit } from '../schema/duration.ts'
import { defineCollector } from './collector.ts'
import type { Reading, Round } from './collector.ts'

const section = z
  .strictObject({
    anchors: z
      .array(address)
      .min(1)
      .describe('Places, as HOST:PORT, of which one at least answers as long as our own network is well.'),
    timeout: timeLimit.prefault('2s').describe('How long an anchor may take to accept a connection.'),
  })
  .describe("Tells a cut at Watchpost's own end from a fleet that is down.")

type Section = z.output<typeof section>
type Anchor = Section['anchors'][number]

export interface ConnectivityReading extends Reading {
  readonly anchors: readonly { readonly anchor: string; readonly reached: boolean }[]
}

const blind = gauge(
  'watchpost_blind',
  'Whether none of the anchors could be reached, so that what is said of targets says nothing of them.',
)
const anchorUp = gauge('watchpost_connectivity_anchor_up', 'Whether the anchor accepted a connection.', [
  'anchor',
])

export const connectivity = defineCollector({
  name: 'connectivity',
  schema: section,
  metrics: [blind, anchorUp],
  isForEachShard: true,
  create: ({ anchors, timeout }) => ({
    async collect({ signal }: Round): Promise<ConnectivityReading> {
      const reached = await Promise.all(anchors.map((anchor) => reach(anchor, timeout, signal)))
      return {
        targets: [],
        anchors: anchors.map(({ text }, index) => ({ anchor: text, reached: reached[index] ?? false })),
      }
    },
  }),
  families: ({ anchors }: ConnectivityReading) => [
    family(blind, [[noLabels, anchors.every(({ reached }) => !reached)]]),
    family(
      anchorUp,
      anchors.map(({ anchor, reached }) => [{ anchor }, reached]),
    ),
  ],
})

async function reach({ host, port }: Anchor, timeoutSeconds: number, signal: AbortSignal): Promise<boolean> {
  const course = startCourse({ signal, timeoutSeconds })
  const { socket } = await dial({ host, port }, course)
  course.end()
  // Dialled sockets come without a listener; a reset on the way out is no news.
  socket?.on('error', () => {}).destroy()
  return socket !== undefined
}
