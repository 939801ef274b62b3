// The commands in the order of the help text. Adding one is a line here.
import { alerts } from './alerts/alerts.ts'
import { check } from './check.ts'
import type { Command } from './command.ts'
import { cron } from './cron.ts'
import { diagnose } from './diagnose.ts'
import { dockerProxy } from './docker-proxy.ts'
import { doctor } from './doctor/doctor.ts'
import { explainMetric } from './explain.ts'
import { init } from './init/init.ts'
import { probe } from './probe.ts'
import { report } from './report.ts'
import { recovery } from './recovery.ts'
import { serve } from './serve.ts'
import { status } from './status.ts'
import { tasks } from './tasks.ts'

export const commands: readonly Command[] = [
  serve,
  check,
  status,
  tasks,
  cron,
  probe,
  diagnose,
  doctor,
  report,
  init,
  explainMetric,
  alerts,
  dockerProxy,
  recovery,
]
