// restart_service of a unit on a real systemd, by a user who may do nothing else.
import { startSystemd } from '../../../harness/systemd.ts'
import { waitFor } from '../../../harness/wait.ts'
import { hasImage, nodeImage } from './container.ts'
import { service } from './fault.ts'
import type { Fault } from './fault.ts'

const program = `let code = 200
require("http").createServer((request, response) => {
  if (request.method === "POST") code = 503
  response.writeHead(code).end("{}")
}).listen(8080)`

/** A program whose state goes bad, as a unit. */
export async function brokenUnit(): Promise<Fault | undefined> {
  if (!(await hasImage(nodeImage))) return undefined
  const systemd = await startSystemd()
  const node = (await systemd.run('which', 'node')).trim()
  await systemd.unit('web.service', `ExecStart=${node} -e '${program.replaceAll('\n', ';')}'`)
  await systemd.run('systemctl', 'start', 'web.service')
  await waitFor('the unit answers', async () => (await fetch(`${systemd.url}/health`)).ok)
  return {
    name: 'unit',
    action: 'restart_service',
    target: { type: 'systemd', unit: 'web.service', systemctl: systemd.systemctl },
    ...service('unit', systemd.url),
    breakIt: async () => void (await fetch(systemd.url, { method: 'POST' })),
    remove: () => systemd.remove(),
  }
}
