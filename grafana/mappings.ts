// States in words and colours: the same word and the same colour for a state on every panel.
import { MappingType } from '@grafana/grafana-foundation-sdk/dashboard'
import type { ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard'
import { colour } from './colours.ts'
import type { Colour } from './colours.ts'
import { text } from './language.ts'
import type { Language, Text } from './language.ts'

/** For each value the word and the colour that stand for it. */
export type States = Readonly<Record<string, readonly [Text, Colour]>>

/** The numbers that `statusCode` gives. */
export const statusStates: States = {
  0: [text('healthy', '正常'), colour.good],
  1: [text('warning', '警告'), colour.warning],
  2: [text('error', '錯誤'), colour.bad],
  3: [text('unknown', '未知'), colour.unknown],
}

/** The numbers that the connection of a data source is shown by. */
export const connectionStates: States = {
  0: [text('connected', '已連線'), colour.good],
  1: [text('disconnected', '未連線'), colour.bad],
  2: [text('error', '錯誤'), colour.warning],
}

export const upStates: States = {
  0: [text('DOWN', '離線'), colour.bad],
  1: [text('UP', '正常'), colour.good],
}

export const loadedStates: States = {
  0: [text('bad, old one in use', '有誤，沿用舊設定'), colour.bad],
  1: [text('loaded', '已載入'), colour.good],
}

export const blindStates: States = {
  0: [text('connected', '已連線'), colour.good],
  1: [text('cut off', '中斷'), colour.bad],
}

export const passStates: States = {
  0: [text('does not hold', '不成立'), colour.bad],
  1: [text('holds', '成立'), colour.good],
}

export const outcomeStates: States = {
  0: [text('failed', '失敗'), colour.bad],
  1: [text('succeeded', '成功'), colour.good],
}

export const lateStates: States = {
  0: [text('on time', '準時'), colour.good],
  1: [text('late', '逾期'), colour.bad],
}

/** What became of the runs in one cell of the calendar. */
export const runStates: States = {
  0: [text('succeeded', '成功'), colour.good],
  1: [text('failed', '失敗'), colour.bad],
  2: [text('missed', '錯過'), colour.warning],
}

/** For states that have a series only while they hold. */
export const presentStates: States = { 1: [text('holds', '成立'), colour.bad] }

/** States and health checks of containers, in the words of the engine. */
export const containerStates: States = {
  running: [text('running', '執行中'), colour.good],
  healthy: [text('healthy', '健康'), colour.good],
  starting: [text('starting', '啟動中'), colour.calm],
  created: [text('created', '已建立'), colour.calm],
  paused: [text('paused', '已暫停'), colour.warning],
  restarting: [text('restarting', '重啟中'), colour.bad],
  unhealthy: [text('unhealthy', '不健康'), colour.bad],
  removing: [text('removing', '移除中'), colour.warning],
  exited: [text('exited', '已結束'), colour.bad],
  dead: [text('dead', '失效'), colour.bad],
}

/** What a policy of recovery may do. */
export const modeStates: States = {
  off: [text('off', '關閉'), colour.neutral],
  dry_run: [text('dry run', '模擬'), colour.calm],
  approve: [text('on approval', '需核准'), colour.warning],
  auto: [text('by itself', '自動'), colour.good],
}

export const breakerStates: States = {
  closed: [text('closed', '正常'), colour.good],
  half_open: [text('one attempt', '試行一次'), colour.warning],
  open: [text('tripped', '跳脫'), colour.bad],
}

export const severityStates: States = {
  critical: [text('critical', '嚴重'), colour.bad],
  warning: [text('warning', '警告'), colour.warning],
  info: [text('info', '資訊'), colour.calm],
}

/** As numbers that sort by importance. */
export const rankedSeverities: States = Object.fromEntries(
  Object.values(severityStates).map((state, rank) => [String(rank), state]),
)

export function mappings(states: States, language: Language): ValueMapping[] {
  const options = Object.entries(states).map(
    ([value, [word, color]], index) => [value, { text: word[language], color, index }] as const,
  )
  return [{ type: MappingType.ValueToText, options: Object.fromEntries(options) }]
}
