// What Grafana's newest published schema says that a dashboard file is, for the panels and data sources that ours use.
import type { DataQuery, GraphFieldConfig, TableFieldOptions } from '@grafana/schema'
import type * as BarGauge from '@grafana/schema/dist/esm/raw/composable/bargauge/panelcfg/x/BarGaugePanelCfg_types.gen'
import type * as Heatmap from '@grafana/schema/dist/esm/raw/composable/heatmap/panelcfg/x/HeatmapPanelCfg_types.gen'
import type * as Logs from '@grafana/schema/dist/esm/raw/composable/logs/panelcfg/x/LogsPanelCfg_types.gen'
import type * as NodeGraph from '@grafana/schema/dist/esm/raw/composable/nodegraph/panelcfg/x/NodeGraphPanelCfg_types.gen'
import type * as StateTimeline from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen'
import type * as Stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen'
import type * as StatusHistory from '@grafana/schema/dist/esm/raw/composable/statushistory/panelcfg/x/StatusHistoryPanelCfg_types.gen'
import type * as Table from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen'
import type * as TimeSeries from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen'
import type * as raw from '@grafana/schema/dist/esm/raw/dashboard/x/Dashboard_types.gen'
import type { dataquery as LokiQuery } from '@grafana/grafana-foundation-sdk/loki'
import type { Dataquery as PrometheusQuery } from '@grafana/grafana-foundation-sdk/prometheus'

/** As JSON has it: the text of a member where the schema has an enumeration. */
type Plain<T> = T extends string
  ? `${T}`
  : T extends object
    ? { [K in keyof T as K extends '_implementsDataqueryVariant' ? never : K]: Plain<T[K]> }
    : T

/** Options and, for each field, what a kind of panel adds to the configuration that all have. */
interface Kinds {
  bargauge: [BarGauge.Options, Record<string, never>]
  heatmap: [Heatmap.Options, Heatmap.FieldConfig]
  logs: [Logs.Options, Record<string, never>]
  nodeGraph: [NodeGraph.Options, Record<string, never>]
  stat: [Stat.Options, Record<string, never>]
  'state-timeline': [StateTimeline.Options, StateTimeline.FieldConfig]
  'status-history': [StatusHistory.Options, StatusHistory.FieldConfig]
  table: [Table.Options, TableFieldOptions]
  timeseries: [TimeSeries.Options, GraphFieldConfig]
}

/** What an override sets: a property by its path, with a value of the property's type. */
type Property<T, Prefix extends string = ''> = {
  [K in keyof T & string]-?: { id: `${Prefix}${K}`; value: T[K] }
}[keyof T & string]

type FieldConfig<Custom> = Omit<raw.FieldConfig, 'custom' | 'links'> & {
  custom?: Partial<Custom>
  links?: raw.DashboardLink[]
}

type Query = DataQuery & (PrometheusQuery | LokiQuery)

type PanelOf<Kind extends keyof Kinds> = Omit<raw.Panel, 'type' | 'options' | 'fieldConfig' | 'targets'> & {
  type: Kind
  options?: Kinds[Kind][0]
  fieldConfig?: {
    defaults: FieldConfig<Kinds[Kind][1]>
    overrides: {
      matcher: raw.MatcherConfig
      properties: (Property<Omit<FieldConfig<unknown>, 'custom'>> | Property<Kinds[Kind][1], 'custom.'>)[]
    }[]
  }
  targets: Query[]
}

type Panel = { [Kind in keyof Kinds]: PanelOf<Kind> }[keyof Kinds]

/** Grafana's editor writes `definition`, and the schema forgets it. */
type Variable = raw.VariableModel & { definition?: string }

/** How its data source words an event is Prometheus' own. */
type Annotation = Omit<raw.AnnotationQuery, 'target'> & {
  target: Query
  titleFormat?: string
  tagKeys?: string
}

export type File = Plain<
  Omit<raw.Dashboard, 'panels' | 'annotations' | 'templating'> & {
    templating: { list: Variable[] }
    annotations: { list: Annotation[] }
    panels: (Panel | (Omit<raw.RowPanel, 'panels'> & { panels: Panel[] }))[]
  }
>
