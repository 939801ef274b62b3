import { headings } from '../catalogue/headings.ts'
import { slo as words } from '../catalogue/slo.ts'
import { colour } from '../colours.ts'
import type { Dashboard } from '../dashboard.ts'
import { text } from '../language.ts'
import { band, section } from '../layout.ts'
import { linkTo } from '../links.ts'
import type { Panel, PanelFacts } from '../panels/panel.ts'
import { stat } from '../panels/stat.ts'
import { statusHistory } from '../panels/timeline.ts'
import { table } from '../panels/table.ts'
import { timeSeries } from '../panels/time-series.ts'
import { chosenServices, chosenTargets, now, series } from '../queries.ts'
import { atLeast, calm } from '../thresholds.ts'
import type { Steps } from '../thresholds.ts'
import { unit } from '../units.ts'
import { targetsOfKind } from '../variables.ts'

export function slo(): Dashboard {
  return {
    name: 'slo',
    text: words,
    from: 'now-7d',
    variables: [targetsOfKind('service')],
    sections: [
      section(words.now, band(4, objective(), worst(), fastest()), band(8, all())),
      section(words.budget, band(8, left(), days())),
      section(words.burn, band(8, burnHour(), burnSixHours())),
      section(words.latency, band(7, failures(), fast())),
    ],
  }
}

/** Beyond these the budget of 30 days is spent within two days and within five. */
const pages = { hour: 14.4, sixHours: 6 } as const
const objectiveRatio = 'max(watchpost_slo_objective_ratio)'
const burning: Steps = [colour.good, [1, colour.warning], [pages.sixHours, colour.bad]]
const toService = [linkTo('service', 'target', 'label')]

function errorRatio(over: string): string {
  return `max by (target, slo) (target_slo:watchpost_slo_error:ratio_avg${over}{${chosenTargets}})`
}

function burnRate(over: string): string {
  return `${errorRatio(over)} / on () group_left () (1 - ${objectiveRatio})`
}

/** The budget is recorded every five minutes, which is as long as Prometheus looks back for a sample. */
function budgetLeft(as: 'ratio30d' | 'days'): string {
  const recorded = `target_slo:watchpost_slo_budget_left:${as}{${chosenTargets}}`
  return `max by (target, slo) (last_over_time(${recorded}[10m]))`
}

function objective(): Panel {
  return stat({
    id: 1,
    text: words.objective,
    unit: unit.ratio,
    decimals: 2,
    steps: calm,
    queries: [now(objectiveRatio)],
  })
}

function worst(): Panel {
  const emptyUntil = 'an hour has passed'
  const queries = [now(`min(${budgetLeft('ratio30d')})`)]
  return stat({
    id: 2,
    text: words.worst,
    emptyUntil,
    unit: unit.ratio,
    decimals: 1,
    steps: atLeast(0, 0.5),
    queries,
  })
}

function fastest(): Panel {
  const queries = [now(`max(${burnRate('1h')})`)]
  return stat({ id: 3, text: words.fastest, unit: unit.none, decimals: 1, steps: burning, queries })
}

function all(): Panel {
  const heading = words.headings
  const rate = { unit: unit.none, decimals: 2, steps: burning, shown: 'coloured' } as const
  return table({
    id: 4,
    text: words.table,
    keys: {
      target: { heading: headings.service, links: [linkTo('service', 'target', 'column')] },
      slo: { heading: heading.slo },
    },
    values: [
      {
        expr: budgetLeft('ratio30d'),
        heading: heading.left,
        unit: unit.ratio,
        decimals: 1,
        steps: atLeast(0, 0.5),
        shown: 'filled',
      },
      {
        expr: `1 - max by (target, slo) (last_over_time(target_slo:watchpost_slo_error:ratio_avg30d{${chosenTargets}}[10m]))`,
        heading: heading.availability,
        unit: unit.ratio,
        decimals: 3,
      },
      { expr: budgetLeft('days'), heading: heading.days, unit: unit.none, decimals: 1 },
      { expr: burnRate('1h'), heading: heading.burnHour, ...rate },
      { expr: burnRate('6h'), heading: heading.burnSixHours, ...rate },
      { expr: burnRate('1d'), heading: heading.burnDay, ...rate },
    ],
    sort: [{ by: heading.left }],
  })
}

function left(): Panel {
  return timeSeries({
    id: 5,
    text: words.left,
    unit: unit.ratio,
    max: 1,
    links: toService,
    emptyUntil: 'an hour has passed',
    queries: [series(budgetLeft('ratio30d'), '{{target}} {{slo}}', { step: '5m' })],
  })
}

function days(): Panel {
  const available = `avg by (target) (avg_over_time(watchpost_target_up{${chosenServices}}[$__interval]))`
  return statusHistory({
    id: 6,
    text: words.days,
    unit: unit.ratio,
    steps: atLeast(0.95, 0.995),
    cells: 60,
    links: toService,
    queries: [series(available, '{{target}}', { step: '1m' })],
  })
}

function burnGraph(facts: PanelFacts, over: string, limit: number): Panel {
  return timeSeries({
    ...facts,
    unit: unit.none,
    min: 0,
    links: toService,
    queries: [
      series(burnRate(over), '{{target}} {{slo}}', { step: '1m' }),
      series(`vector(${limit})`, text('limit', '門檻'), { refId: 'threshold' }),
    ],
  })
}

function burnHour(): Panel {
  return burnGraph({ id: 7, text: words.burnHour }, '1h', pages.hour)
}

function burnSixHours(): Panel {
  return burnGraph({ id: 8, text: words.burnSixHours }, '6h', pages.sixHours)
}

function failures(): Panel {
  const failed = `sum by (target) (increase(watchpost_target_probe_failures_total{${chosenServices}}[$__interval]))`
  return timeSeries({
    id: 9,
    text: words.failures,
    unit: unit.count,
    min: 0,
    kind: 'bars',
    links: toService,
    queries: [series(failed, '{{target}}', { step: '1m' })],
  })
}

function fast(): Panel {
  const grown = (metric: string): string => `sum by (target) (rate(${metric}[$__rate_interval]))`
  const within = grown(`watchpost_target_probe_duration_seconds_bucket{${chosenServices},le=~"1|1.0"}`)
  const answered = grown(`watchpost_target_probe_duration_seconds_count{${chosenServices}}`)
  return timeSeries({
    id: 10,
    text: words.fast,
    unit: unit.ratio,
    max: 1,
    links: toService,
    queries: [series(`${within} / (${answered} > 0)`, '{{target}}')],
  })
}
