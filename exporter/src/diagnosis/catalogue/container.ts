// What the container engine says of the container that a service runs in.
import type { Entry } from './entry.ts'

const logs = [
  ['Read the last lines of its log', '查看最後的日誌'],
  'docker logs --tail=100 {container}',
] as const
const inspect = [
  ['See how it ended', '查看結束方式'],
  "docker inspect --format='{{json .State}}' {container}",
] as const
const start = [
  ['Start it again once you have its log', '保留日誌後重新啟動'],
  'docker start {container}',
] as const

export const containerCauses = {
  container_oom_killed: {
    summary: [
      'The container {container} of {target} was killed for want of memory.',
      '{target} 的容器 {container} 因記憶體不足被終止。',
    ],
    causes: [
      ['A memory leak', '記憶體洩漏'],
      ['Its memory limit is too small for the load', '記憶體限額對負載而言過小'],
      ['The machine itself has too little memory', '主機記憶體不足'],
    ],
    actions: [inspect, logs, start],
  },
  container_exited: {
    summary: [
      'The container {container} of {target} does not run: {measured}.',
      '{target} 的容器 {container} 未運行：{measured}。',
    ],
    causes: [
      ['The process crashed; the end of its log says why', '程序崩潰，原因見日誌末尾'],
      ['Somebody stopped it', '有人將其停止'],
      ['It ends at once for want of configuration or of a file', '缺少設定或檔案，啟動即結束'],
    ],
    actions: [logs, inspect, start],
  },
  container_restarting: {
    summary: [
      'The container {container} of {target} is started again and again: {measured}.',
      '{target} 的容器 {container} 反覆重啟：{measured}。',
    ],
    causes: [
      ['It crashes after each start', '每次啟動後崩潰'],
      ['Its configuration or a secret is missing', '缺少設定或密鑰'],
    ],
    actions: [logs, inspect],
  },
  container_paused: {
    summary: ['The container {container} of {target} is paused.', '{target} 的容器 {container} 已暫停。'],
    causes: [['Somebody paused it, or a backup did', '有人或備份程式將其暫停']],
    actions: [[['Let it go on', '恢復運行'], 'docker unpause {container}']],
  },
} as const satisfies Record<string, Entry>
