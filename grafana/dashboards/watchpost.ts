import { watchpost as words } from '../catalogue/watchpost.ts'
import type { Dashboard } from '../dashboard.ts'
import { text } from '../language.ts'
import { band, section } from '../layout.ts'
import { linkTo } from '../links.ts'
import { blindStates, loadedStates, passStates, upStates } from '../mappings.ts'
import type { Panel, PanelFacts } from '../panels/panel.ts'
import { stat } from '../panels/stat.ts'
import { stateTimeline } from '../panels/timeline.ts'
import { timeSeries } from '../panels/time-series.ts'
import { now, series } from '../queries.ts'
import type { Query } from '../queries.ts'
import { calm } from '../thresholds.ts'
import { unit } from '../units.ts'

export function watchpost(): Dashboard {
  return {
    name: 'watchpost',
    text: words,
    from: 'now-6h',
    sections: [
      section(
        words.now,
        band(4, [up(), 9], [network(), 3], [config(), 3], [reloaded(), 3], [version(), 3], [targets(), 3]),
      ),
      section(
        words.exporter,
        band(8, scrape(), collectors(), success()),
        band(7, probes(), stale(), records()),
      ),
      section(words.process, band(7, cpu(), memory(), loop())),
      section(words.prometheus, band(7, seriesCount(), samples(), disk()), band(7, rules(), failures())),
    ],
  }
}

/** A graph from zero upwards. */
function graph(facts: PanelFacts, ...queries: readonly Query[]): Panel {
  return timeSeries({ ...facts, min: 0, queries })
}

function up(): Panel {
  return stat({
    id: 1,
    text: words.up,
    states: upStates,
    filled: true,
    queries: [now('min by (job) (up)', '{{job}}')],
  })
}

function config(): Panel {
  return stat({
    id: 2,
    text: words.config,
    states: loadedStates,
    filled: true,
    queries: [now('min(watchpost_config_last_reload_successful)')],
  })
}

function network(): Panel {
  return stat({
    id: 19,
    text: words.network,
    states: blindStates,
    filled: true,
    emptyUntil: 'anchors are configured',
    queries: [now('max(watchpost_blind)')],
  })
}

function records(): Panel {
  return stateTimeline({
    id: 20,
    text: words.records,
    states: passStates,
    queries: [
      series('min by (source) (watchpost_task_source_up)', text('{{source}} readable', '{{source}} 可讀取')),
      series(
        'min by (collector) (watchpost_state_persisted)',
        text('{{collector}} on disk', '{{collector}} 已保存'),
      ),
    ],
  })
}

function reloaded(): Panel {
  const loaded = 'max(watchpost_config_last_reload_success_timestamp_seconds)'
  return stat({ id: 3, text: words.reloaded, unit: unit.fromNow, queries: [now(`1000 * ${loaded}`)] })
}

function version(): Panel {
  return stat({
    id: 4,
    text: words.version,
    unit: unit.none,
    named: true,
    queries: [now('max by (version) (watchpost_build_info)', '{{version}}')],
  })
}

function targets(): Panel {
  return stat({
    id: 5,
    text: words.targets,
    unit: unit.count,
    steps: calm,
    queries: [now('count(max by (target, kind) (watchpost_target_info))')],
  })
}

function scrape(): Panel {
  const facts = { id: 6, text: words.scrape, unit: unit.seconds }
  return graph(facts, series('max(watchpost_scrape_duration_seconds)', text('round', '每輪')))
}

function collectors(): Panel {
  const facts = { id: 7, text: words.collectors, unit: unit.seconds }
  return graph(facts, series('max by (collector) (watchpost_collector_duration_seconds)', '{{collector}}'))
}

function success(): Panel {
  return stateTimeline({
    id: 8,
    text: words.success,
    states: upStates,
    queries: [series('min by (collector) (watchpost_collector_success)', '{{collector}}')],
  })
}

function probes(): Panel {
  const rate = (metric: string): string => `sum(rate(${metric}[$__rate_interval]))`
  return graph(
    { id: 9, text: words.probes, unit: unit.perSecond },
    series(rate('watchpost_target_probes_total'), text('probes', '探測')),
    series(rate('watchpost_target_probe_failures_total'), text('failed', '失敗')),
  )
}

function stale(): Panel {
  const read = 'max by (target) (watchpost_target_last_probe_timestamp_seconds)'
  const links = [linkTo('service', 'target', 'label')]
  return graph(
    { id: 10, text: words.stale, unit: unit.seconds, links },
    series(`time() - ${read}`, '{{target}}'),
  )
}

const exporter = '{job="watchpost"}'

function cpu(): Panel {
  const used = `sum(rate(process_cpu_seconds_total${exporter}[$__rate_interval]))`
  return graph({ id: 11, text: words.cpu, unit: unit.none }, series(used, text('cores', '核心')))
}

function memory(): Panel {
  return graph(
    { id: 12, text: words.memory, unit: unit.bytes },
    series(`max(process_resident_memory_bytes${exporter})`, text('resident', '常駐')),
    series(`max(nodejs_heap_size_used_bytes${exporter})`, text('heap', '堆積')),
  )
}

function loop(): Panel {
  return graph(
    { id: 13, text: words.loop, unit: unit.seconds },
    series(`max(nodejs_eventloop_lag_p99_seconds${exporter})`, '99 %'),
  )
}

function seriesCount(): Panel {
  const facts = { id: 14, text: words.series, unit: unit.count }
  return graph(facts, series('max(prometheus_tsdb_head_series)', text('series', '序列')))
}

function samples(): Panel {
  const taken = 'sum(rate(prometheus_tsdb_head_samples_appended_total[$__rate_interval]))'
  return graph({ id: 15, text: words.samples, unit: unit.perSecond }, series(taken, text('samples', '樣本')))
}

function disk(): Panel {
  const facts = { id: 16, text: words.disk, unit: unit.bytes }
  return graph(facts, series('max(prometheus_tsdb_storage_blocks_bytes)', text('blocks', '區塊')))
}

function rules(): Panel {
  const byGroup = 'max by (rule_group) (prometheus_rule_group_last_duration_seconds)'
  const inFile = `label_replace(${byGroup}, "file", "$1", "rule_group", "(?:.*/)?(.+?)(?:[.]rules)?[.]ya?ml;.*")`
  return graph(
    { id: 17, text: words.rules, unit: unit.seconds },
    series(`sum by (file) (${inFile})`, '{{file}}'),
  )
}

function failures(): Panel {
  const grown = (metric: string): string => `sum(increase(${metric}[$__rate_interval]))`
  return graph(
    { id: 18, text: words.failures, unit: unit.count },
    series(grown('prometheus_rule_evaluation_failures_total'), text('rules not evaluated', '規則評估失敗')),
    series(grown('prometheus_rule_group_iterations_missed_total'), text('groups skipped', '略過的群組')),
    series(grown('prometheus_notifications_dropped_total'), text('alerts dropped', '丟棄的告警')),
  )
}
