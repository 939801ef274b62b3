// A Grafana that is installed here, with our data sources and dashboards.
import { randomUUID } from 'node:crypto'
import { access, mkdir, realpath } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Program } from '../programs/find.ts'
import { startProcess } from '../programs/process.ts'
import type { RunningProcess } from '../programs/process.ts'

const shipped = join(import.meta.dirname, '../../grafana')

export interface GrafanaOptions {
  readonly program: Program
  readonly directory: string
  readonly port: number
  readonly prometheusUrl: string
  readonly alertmanagerUrl: string
  readonly scrapeIntervalSeconds: number
}

export async function startGrafana(options: GrafanaOptions): Promise<RunningProcess> {
  const { program, directory, port } = options
  await mkdir(directory, { recursive: true })
  const dashboards = join(shipped, 'generated', 'en')
  return startProcess({
    name: 'grafana',
    command: program.path,
    // Versions before 10 have the server as a program of its own.
    arguments: [
      ...(basename(program.path) === 'grafana' ? ['server'] : []),
      `--homepath=${await findHome(program)}`,
    ],
    environment: {
      GF_PATHS_DATA: directory,
      GF_PATHS_LOGS: join(directory, 'log'),
      GF_PATHS_PLUGINS: join(directory, 'plugins'),
      GF_PATHS_PROVISIONING: join(shipped, 'provisioning'),
      GF_SERVER_HTTP_ADDR: '127.0.0.1',
      GF_SERVER_HTTP_PORT: String(port),
      // It listens on loopback and holds nothing of worth: whoever is on this machine may look, and nobody log in.
      GF_SECURITY_ADMIN_PASSWORD: randomUUID(),
      GF_AUTH_DISABLE_LOGIN_FORM: 'true',
      GF_AUTH_ANONYMOUS_ENABLED: 'true',
      GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
      GF_ANALYTICS_REPORTING_ENABLED: 'false',
      GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
      GF_PLUGINS_PREINSTALL_DISABLED: 'true',
      GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH: join(dashboards, 'overview.json'),
      WATCHPOST_DASHBOARDS: dashboards,
      PROMETHEUS_URL: options.prometheusUrl,
      ALERTMANAGER_URL: options.alertmanagerUrl,
      // No Loki in the demo: its data source says so when it is asked.
      LOKI_URL: 'http://127.0.0.1:3100',
      SCRAPE_INTERVAL: `${options.scrapeIntervalSeconds}s`,
    },
    readyUrl: `http://127.0.0.1:${port}/api/health`,
    readyTimeoutSeconds: 90,
  })
}

/** An archive has the program inside its files, Homebrew beside them, and Debian's package far from them. */
async function findHome({ path }: Program): Promise<string> {
  const program = await realpath(path)
  const homes = [join(program, '../..'), join(program, '../../share/grafana'), '/usr/share/grafana']
  for (const home of homes) {
    const isHome = await access(join(home, 'conf/defaults.ini')).then(
      () => true,
      () => false,
    )
    if (isHome) return home
  }
  throw new Error(`grafana: expected conf/defaults.ini in one of ${homes.join(', ')}`)
}
