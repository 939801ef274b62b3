// The programs that the demo and the tests run besides our own, and where each comes from.

const programNames = [
  'prometheus',
  'promtool',
  'alertmanager',
  'amtool',
  'blackbox_exporter',
  'node_exporter',
  'pgbouncer',
  'psql',
  'redis-server',
  'victoria-metrics',
  'vmalert',
  'haproxy',
  'kubectl',
  'docker-registry',
  'ping',
  'grafana',
] as const

export type ProgramName = (typeof programNames)[number]

export interface Origin {
  /** What a person calls it. */
  readonly title: string
  /** Its names on PATH: its own one first, then that of Debian. */
  readonly commands: readonly string[]
  /** An older one on PATH is used only if no newer one can be had. */
  readonly minimumVersion?: string
  /** What it tells its version at; --version where it is left out. */
  readonly versionFlags?: readonly string[]
  readonly debian?: DebianPackage
}

export interface DebianPackage {
  readonly name: string
  /** It is linked with shared libraries, so it must come from the release that the machine itself runs. */
  readonly hasLibraries?: boolean
  /** Where its programs are, where that is neither usr/bin nor usr/sbin. */
  readonly programs?: string
  /** It reads files from there whatever it is told: the name is built into the program. */
  readonly dataFolder?: string
}

const prometheus = { title: 'Prometheus', minimumVersion: '3.0' }
const alertmanager = {
  title: 'Alertmanager',
  minimumVersion: '0.27',
  debian: { name: 'prometheus-alertmanager', dataFolder: '/usr/share/prometheus/alertmanager' },
}

export const origins: Readonly<Record<ProgramName, Origin>> = {
  prometheus: {
    ...prometheus,
    commands: ['prometheus'],
    debian: { name: 'prometheus', dataFolder: '/usr/share/prometheus/web' },
  },
  promtool: { ...prometheus, commands: ['promtool'], debian: { name: 'promtool' } },
  alertmanager: { ...alertmanager, commands: ['alertmanager', 'prometheus-alertmanager'] },
  amtool: { ...alertmanager, commands: ['amtool'] },
  blackbox_exporter: {
    title: 'blackbox_exporter',
    commands: ['blackbox_exporter', 'prometheus-blackbox-exporter'],
    debian: { name: 'prometheus-blackbox-exporter' },
  },
  node_exporter: {
    title: 'node_exporter',
    commands: ['node_exporter', 'prometheus-node-exporter'],
    debian: { name: 'prometheus-node-exporter' },
  },
  pgbouncer: {
    title: 'PgBouncer',
    commands: ['pgbouncer'],
    debian: { name: 'pgbouncer', hasLibraries: true },
  },
  psql: {
    title: 'psql',
    commands: ['psql'],
    debian: { name: 'postgresql-client', hasLibraries: true, programs: 'usr/lib/postgresql/*/bin' },
  },
  'redis-server': {
    title: 'Redis',
    commands: ['redis-server'],
    debian: { name: 'redis-server', hasLibraries: true },
  },
  'victoria-metrics': {
    title: 'VictoriaMetrics',
    commands: ['victoria-metrics', 'victoria-metrics-prod'],
    debian: { name: 'victoria-metrics' },
  },
  vmalert: {
    title: 'vmalert',
    commands: ['vmalert', 'vmalert-prod'],
    debian: { name: 'victoria-metrics' },
  },
  haproxy: {
    title: 'HAProxy',
    commands: ['haproxy'],
    versionFlags: ['-v'],
    debian: { name: 'haproxy', hasLibraries: true },
  },
  // The kustomize in older ones does not know all that examples/kubernetes uses.
  kubectl: {
    title: 'kubectl',
    commands: ['kubectl'],
    minimumVersion: '1.30',
    versionFlags: ['version', '--client'],
    debian: { name: 'kubectl' },
  },
  'docker-registry': {
    title: "Docker's registry",
    commands: ['docker-registry'],
    debian: { name: 'docker-registry' },
  },
  // Without the capability that installing gives it, it is for root.
  ping: {
    title: 'iputils ping',
    commands: ['ping'],
    versionFlags: ['-V'],
    debian: { name: 'iputils-ping', hasLibraries: true },
  },
  // Debian has no Grafana: it is used where somebody installed it.
  grafana: { title: 'Grafana', commands: ['grafana', 'grafana-server'] },
}
