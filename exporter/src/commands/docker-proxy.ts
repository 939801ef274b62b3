import { createDockerProxy } from '../http/docker-proxy.ts'
import { createLog } from '../log.ts'
import type { Command } from './command.ts'
import { badAddress, closeServer, listen, parseAddress, shownAddress, stopped } from './listening.ts'

export const dockerProxy: Command = {
  name: 'docker-proxy',
  summary: 'Lets through to the Docker socket only what watching containers needs.',
  positionals: '',
  flags: {
    'web.listen-address': {
      type: 'string',
      default: '127.0.0.1:2375',
      description: 'Address to listen on; :2375 listens on every interface.',
    },
    'docker.socket': {
      type: 'string',
      default: '/var/run/docker.sock',
      description: 'The socket of the Docker Engine.',
    },
    'docker.logs': { type: 'boolean', description: 'Let the last lines of logs through, for diagnoses.' },
  },
  async run({ values, switches, stop, writeError }) {
    const address = parseAddress(values['web.listen-address'] ?? '')
    if (!address) {
      writeError(`watchpost: ${badAddress(values['web.listen-address'])}\n`)
      return 2
    }
    const server = createDockerProxy({
      socketPath: values['docker.socket'] ?? '',
      logs: switches.has('docker.logs'),
    })
    const problem = await listen(server, address)
    if (problem !== undefined) {
      writeError(`watchpost: ${problem}\n`)
      return 2
    }
    createLog('info').info('listening', { address: shownAddress(server), socket: values['docker.socket'] })
    await stopped(stop)
    await closeServer(server)
    return 0
  },
}
