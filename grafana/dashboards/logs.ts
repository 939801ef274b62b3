import { logs as words } from '../catalogue/logs.ts'
import type { Dashboard } from '../dashboard.ts'
import { band, section } from '../layout.ts'
import { logs as logPanel } from '../panels/logs.ts'
import type { Panel } from '../panels/panel.ts'
import { timeSeries } from '../panels/time-series.ts'
import { lineCounts } from '../queries.ts'
import { unit } from '../units.ts'
import { loggedServices, lokiSource, search } from '../variables.ts'

export function logs(): Dashboard {
  return {
    name: 'logs',
    text: words,
    from: 'now-1h',
    variables: [lokiSource, loggedServices, search],
    sections: [section(words.volume, band(7, lines(), errors())), section(words.content, band(20, all()))],
  }
}

const chosen = '{service_name=~`${target:regex}`} |= `${search:raw}`'

function lines(): Panel {
  return timeSeries({
    id: 1,
    text: words.lines,
    unit: unit.count,
    min: 0,
    kind: 'bars',
    emptyUntil: 'logs are kept',
    queries: [lineCounts(`sum by (service_name) (count_over_time(${chosen} [$__auto]))`, '{{service_name}}')],
  })
}

function errors(): Panel {
  const failing = `${chosen} |~ \`(?i)\\b(error|exception|fatal|panic)\\b\``
  return timeSeries({
    id: 2,
    text: words.errors,
    unit: unit.count,
    min: 0,
    kind: 'bars',
    emptyUntil: 'logs are kept',
    queries: [
      lineCounts(`sum by (service_name) (count_over_time(${failing} [$__auto]))`, '{{service_name}}'),
    ],
  })
}

function all(): Panel {
  return logPanel({ id: 3, text: words.all, emptyUntil: 'logs are kept', expr: chosen })
}
