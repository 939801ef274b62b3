// The commands in the order of the help text. Adding one is a line here. Only the one that is asked for is loaded.
import type { Command } from './command.ts'

export const commands: Readonly<Record<string, () => Promise<Command>>> = {
  serve: async () => (await import('./serve.ts')).serve,
  check: async () => (await import('./check.ts')).check,
  status: async () => (await import('./status.ts')).status,
  tasks: async () => (await import('./tasks.ts')).tasks,
  cron: async () => (await import('./cron.ts')).cron,
  probe: async () => (await import('./probe.ts')).probe,
  diagnose: async () => (await import('./diagnose.ts')).diagnose,
  doctor: async () => (await import('./doctor/doctor.ts')).doctor,
  report: async () => (await import('./report.ts')).report,
  init: async () => (await import('./init/init.ts')).init,
  explain: async () => (await import('./explain.ts')).explainMetric,
  alerts: async () => (await import('./alerts/alerts.ts')).alerts,
  'docker-proxy': async () => (await import('./docker-proxy.ts')).dockerProxy,
  recovery: async () => (await import('./recovery.ts')).recovery,
}
