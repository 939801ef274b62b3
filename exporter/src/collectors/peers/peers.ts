// Exporters that watch the same tasks tell each other of pings, so that a job need reach only one of them.
import { counter, family, gauge } from '../../metrics/metric.ts'
import type { Labels } from '../../metrics/metric.ts'
import { defineCollector, remember } from '../collector.ts'
import type { Context, Reading, Watch } from '../collector.ts'
import { openLink } from './link.ts'
import type { Lasting } from './link.ts'
import { createQueue } from './queue.ts'
import type { PingQueue } from './queue.ts'
import { hostOf, section } from './section.ts'
import type { PeerSettings } from './section.ts'

interface PeerReading {
  readonly labels: Labels
  readonly taken: number
  readonly dropped: number
  readonly waiting: number
}

export interface PeersReading extends Reading {
  readonly peers: readonly PeerReading[]
}

const taken = counter(
  'watchpost_peer_pings_forwarded_total',
  'Pings that were handed on to the peer since Watchpost started.',
  ['peer'],
)
const dropped = counter(
  'watchpost_peer_pings_dropped_total',
  'Pings that were given up since Watchpost started, because the peer did not take them in time.',
  ['peer'],
)
const waiting = gauge('watchpost_peer_pings_waiting', 'Pings that the peer has not taken yet.', ['peer'])

export const peers = defineCollector({
  name: 'peers',
  schema: section,
  metrics: [taken, dropped, waiting],
  isForEachShard: true,
  create: watchPeers,
  families: ({ peers: found }: PeersReading) => [
    family(
      taken,
      found.map((peer) => [peer.labels, peer.taken]),
    ),
    family(
      dropped,
      found.map((peer) => [peer.labels, peer.dropped]),
    ),
    family(
      waiting,
      found.map((peer) => [peer.labels, peer.waiting]),
    ),
  ],
})

function watchPeers(settings: readonly PeerSettings[], context: Context): Watch<PeersReading> {
  const { log, memory, stateDirectory } = context
  const links = settings.map((peer) => {
    const name = hostOf(peer.url)
    const { queue, lasting } = remember<{ queue: PingQueue; lasting: Lasting }>(
      memory,
      `peers\u0000${name}`,
      () => ({
        queue: createQueue(name, stateDirectory, log),
        lasting: { taken: 0, wake: () => {} },
      }),
    )
    const tokenOf = context.pingToken ?? (() => undefined)
    return {
      labels: Object.freeze({ peer: name }),
      queue,
      link: openLink({ peer, queue, tokenOf, log, lasting }),
    }
  })
  return {
    collect: () =>
      Promise.resolve({
        targets: [],
        peers: links.map(({ labels, queue, link }) => ({
          labels,
          taken: link.taken(),
          dropped: queue.dropped(),
          waiting: queue.size(),
        })),
      }),
    async handOnPing(ping) {
      const told = await Promise.all(links.map(({ link }) => link.tell(ping)))
      return told.includes(true)
    },
    close() {
      for (const { link } of links) link.close()
      return Promise.resolve()
    },
  }
}
