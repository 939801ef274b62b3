// What is known of one cause: said in both languages, next to each other, so that neither is forgotten.
import type { Text } from '../text.ts'

export interface Entry {
  /** Names the target and what was met. Places in braces are filled in with facts. */
  readonly summary: Text
  /** The likeliest first. */
  readonly causes: readonly Text[]
  /** What for, and a command to paste; left out where a fact that it needs is not known. */
  readonly actions: readonly (readonly [purpose: Text, command: string])[]
}

export const probeAgain = [
  ['Probe it again and see the whole course of it', '重新探測並查看完整過程'],
  'watchpost probe {target}',
] as const

export const readLogs = [
  ['Read the last lines of its log', '查看最後的日誌'],
  'docker compose logs --tail=100 {composeService}',
] as const

export const seeContainer = [
  ['See whether its container runs, and with which code it ended', '查看容器是否運行及其退出碼'],
  'docker compose ps --all {composeService}',
] as const

export const restart = [
  ['Restart it once you have its log', '保留日誌後重新啟動'],
  'docker compose restart {composeService}',
] as const
