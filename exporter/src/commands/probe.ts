import { isUp } from '../collectors/target.ts'
import { describeProbe } from '../http/trace.ts'
import type { Command } from './command.ts'
import { configFile } from './flags.ts'
import { noSuchTarget, withFleet } from './once.ts'

const timeoutSeconds = 60

export const probe: Command = {
  name: 'probe',
  summary: 'Probes one target and shows the whole course of it.',
  positionals: 'TARGET',
  flags: { 'config.file': configFile },
  async run(invocation) {
    const [name, ...others] = invocation.positionals
    if (name === undefined || others.length > 0) {
      invocation.writeError('watchpost: probe expects the name of one target, as in watchpost probe NAME\n')
      return 2
    }
    return withFleet(invocation, async ({ scraper }) => {
      const single = await scraper().probe(name, timeoutSeconds)
      if (single) {
        invocation.write(`${describeProbe(single)}\n`)
        return isUp(single.reading) ? 0 : 1
      }
      invocation.writeError(`watchpost: ${noSuchTarget(name, scraper().targets())}\n`)
      return 2
    })
  },
}
