// The way out of this machine: a gateway that answers as long as the network is well.
import { networkName } from './catalogue.ts'
import { openEndpoint } from './endpoint.ts'
import type { Breakable } from './fault.ts'

export interface Network {
  /** `host:port` of the gateway. */
  readonly anchor: string
  readonly breakable: Breakable
  readonly close: () => Promise<void>
}

export async function openNetwork(port: number): Promise<Network> {
  const gateway = await openEndpoint({
    name: networkName,
    host: '127.0.0.1',
    port,
    flapSeconds: 1,
    errorBody: {},
    answer: async () => ({ status: 200, body: {} }),
  })
  return {
    anchor: new URL(gateway.url).host,
    breakable: {
      name: networkName,
      kind: 'host',
      faults: ['down'],
      break: gateway.break,
      heal: gateway.heal,
    },
    close: gateway.close,
  }
}
