// Files that are spoilt under a running program: configurations, the folder of the state.
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { warning } from './fault.ts'
import type { Fault } from './fault.ts'
import { post } from './scene.ts'
import type { Scene } from './scene.ts'

interface Spoilt {
  readonly name: string
  readonly alert: string
  readonly file: (scene: Scene) => string
  readonly reload: (scene: Scene) => unknown
}

/** A file that the program refuses to load; it goes on with what it has. */
function spoilt({ name, alert, file, reload }: Spoilt): Fault {
  const good = new WeakMap<Scene, string>()
  return {
    name,
    pages: [warning(alert)],
    async inject(scene) {
      good.set(scene, await readFile(file(scene), 'utf8'))
      await writeFile(file(scene), 'not: [a configuration')
      await reload(scene)
    },
    async heal(scene) {
      await writeFile(file(scene), good.get(scene) ?? '')
      await reload(scene)
    },
  }
}

const stateFolder = ({ directory }: Scene): string => join(directory, 'exporter/state')

const noState: Fault = {
  name: 'the folder of the state gone',
  pages: [warning('WatchpostStateNotPersisted', 'collector=tasks')],
  async inject(scene) {
    await rename(stateFolder(scene), `${stateFolder(scene)}-away`)
    // A file in its place, so that it cannot be made anew.
    await writeFile(stateFolder(scene), '')
  },
  async heal(scene) {
    await rm(stateFolder(scene))
    await mkdir(stateFolder(scene))
  },
}

export const spoiltFiles: readonly Fault[] = [
  spoilt({
    name: 'watchpost.yml with a mistake',
    alert: 'WatchpostConfigReloadFailed',
    file: ({ stack }) => stack.configFile,
    reload: ({ stack }) => post(`${stack.urls.exporter ?? ''}/-/reload`),
  }),
  spoilt({
    name: 'prometheus.yml with a mistake',
    alert: 'PrometheusConfigReloadFailed',
    file: ({ directory }) => join(directory, 'prometheus/prometheus.yml'),
    reload: ({ stack }) => stack.signal('prometheus', 'SIGHUP'),
  }),
  spoilt({
    name: 'alertmanager.yml with a mistake',
    alert: 'AlertmanagerConfigReloadFailed',
    file: ({ directory }) => join(directory, 'alertmanager/alertmanager.yml'),
    reload: ({ stack }) => post(`${stack.urls.alertmanager ?? ''}/-/reload`),
  }),
  noState,
]
