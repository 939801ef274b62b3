// What a report says, in the two languages.
import type { Language } from '../diagnosis/text.ts'
import type { Anomaly, Concern } from '../http/api/analysis.ts'
import type { MetricName, Missing, Severity } from './facts.ts'

export interface Words {
  readonly locale: string
  readonly title: (days: number) => string
  readonly period: (from: string, to: string) => string
  readonly metrics: Readonly<Record<MetricName, string>>
  readonly directions: Readonly<Record<'rising' | 'falling' | 'steady', string>>
  readonly concerns: string
  readonly noConcerns: string
  /** Without a day of history there are no trends. */
  readonly noTrends: string
  readonly concern: (concern: Concern) => string
  readonly anomalies: string
  readonly noAnomalies: string
  /** What an anomaly is. */
  readonly bands: string
  readonly anomalyHead: readonly string[]
  readonly signal: (name: string) => string
  readonly kinds: Readonly<Record<Anomaly['kind'], string>>
  readonly now: string
  readonly alerts: string
  readonly noAlerts: string
  readonly alertHead: readonly string[]
  readonly severities: Readonly<Record<Severity, string>>
  readonly tasks: string
  readonly taskHead: readonly string[]
  readonly missing: string
  readonly nothingMissing: string
  /** Of one kind, for one service or several. */
  readonly lacks: (missing: readonly Missing[]) => string
  readonly noData: string
  readonly notRead: string
  readonly unknown: string
  readonly chart: (title: string, lines: number) => string
  readonly onlyWorst: (shown: number, all: number) => string
  readonly limit: (value: string) => string
  readonly courseHead: (days: number) => readonly string[]
  readonly number: (value: number) => string
  readonly signed: (value: number) => string
}

export function wordsIn(language: Language): Words {
  return language === 'en' ? english : chinese
}

function numbers(locale: string): Pick<Words, 'locale' | 'number' | 'signed'> {
  const number = (value: number, signDisplay: 'auto' | 'exceptZero'): string =>
    new Intl.NumberFormat(locale, {
      maximumFractionDigits: Math.abs(value) < 100 ? 2 : 0,
      signDisplay,
    }).format(value)
  return { locale, number: (value) => number(value, 'auto'), signed: (value) => number(value, 'exceptZero') }
}

function unitOf({ unit }: Concern): string {
  return unit === 'percent' ? '%' : 'ms'
}

function targetsOf(missing: readonly Missing[], separator: string): string {
  return [...new Set(missing.flatMap((one) => ('target' in one ? [one.target] : [])))].join(separator)
}

function metricsOf(missing: readonly Missing[], names: Words['metrics'], separator: string): string {
  const metrics = new Set(missing.flatMap((one) => (one.what === 'service' ? [one.metric] : [])))
  return [...metrics].map((metric) => names[metric]).join(separator)
}

const english: Words = {
  ...numbers('en'),
  title: (days) => `Watchpost report: ${days} ${days === 1 ? 'day' : 'days'}`,
  period: (from, to) => `From ${from} to ${to} UTC, from hourly averages.`,
  metrics: {
    success_rate: 'Success rate of the probes',
    response_time: 'Response time',
    cpu_usage: 'Processor use',
    memory_usage: 'Memory use',
    disk_usage: 'Disk use',
    connection_usage: 'Connection use',
    quota_usage: 'Quota use',
  },
  directions: { rising: 'rising', falling: 'falling', steady: 'steady' },
  concerns: 'What to do',
  noConcerns: 'Nothing is above a limit, and nothing will reach one within 30 days if it goes on as it does.',
  noTrends: 'There is not a day of history yet, so nothing can be said of trends.',
  concern(concern) {
    const { target, metric, level, limit, ahead } = concern
    const show = (value: number): string => `${english.number(value)} ${unitOf(concern)}`
    const evidence = ahead
      ? `is at ${show(level)} and rises by ${show(ahead.perDay)} a day; it reaches the limit of ${show(limit)} in ${ahead.days} ${ahead.days === 1 ? 'day' : 'days'}`
      : `is at ${show(level)} on average over the last day, ${level > limit ? 'above' : 'at'} the limit of ${show(limit)}`
    return `${target}: its ${english.metrics[metric].toLowerCase()} ${evidence}. ${englishSteps[metric]}`
  },
  anomalies: 'Anomalies',
  noAnomalies: 'No signal was outside its bands.',
  bands: 'Outside what the same hour of the day and the week before explain. None of these pages by itself.',
  anomalyHead: ['Of what', 'Signal', 'What', 'Last seen (UTC)', 'Minutes'],
  signal: (name) => ({ response_time: 'response time', request_rate: 'requests' })[name] ?? name,
  kinds: { unusual: 'unusual', vanished: 'vanished' },
  now: 'now',
  alerts: 'Alerts',
  noAlerts: 'No alert fired.',
  alertHead: ['Alert', 'Of what', 'Severity', 'Minutes firing'],
  severities: { critical: 'critical', warning: 'warning', info: 'info' },
  tasks: 'Scheduled tasks',
  taskHead: ['Task', 'Runs', 'Failures', 'Success rate'],
  missing: 'What is missing',
  nothingMissing: 'Nothing: every hour of every service is known.',
  lacks(missing) {
    const [one] = missing
    const names = targetsOf(missing, ', ')
    if (one?.what === 'service')
      return `Prometheus has no ${metricsOf(missing, english.metrics, ', ').toLowerCase()} of ${names}.`
    if (one?.what === 'hours') return `Of ${names} only ${one.hours} of ${one.of} hours are known.`
    const what = {
      anomalies: 'The anomalies',
      alerts: 'The alerts',
      tasks: 'The runs of tasks',
      before: 'The time before',
    }
    return one ? `${what[one.what]} could not be read: ${one.reason}.` : ''
  },
  noData: 'Prometheus has no data of it.',
  notRead: 'It could not be read; the reason is below.',
  unknown: 'not known',
  chart: (title, lines) =>
    `${title} over time, a line for each of ${lines} targets. The table below has the numbers.`,
  onlyWorst: (shown, all) => `The chart shows the ${shown} worst of ${all}.`,
  limit: (value) => `limit ${value}`,
  courseHead: (days) => [
    'Of what',
    'Average',
    'Lowest hour',
    'Highest hour',
    `Against the ${days} ${days === 1 ? 'day' : 'days'} before`,
    'Trend, a day',
  ],
}

const englishSteps: Readonly<Record<Concern['metric'], string>> = {
  cpu_usage: 'Look at what keeps it busy, then give it more processors or spread its load.',
  memory_usage: 'Look for a leak (does it fall after a restart?), then raise its limit.',
  response_time: 'Look at its slowest dependency first, then at its own processor time.',
  disk_usage: 'Find what grows, shorten what is retained, then give it a larger disk.',
  connection_usage: 'Find who keeps sessions open, then pool them, and raise max_connections last.',
  quota_usage: 'Find who asks most, ask less often or keep the answers, then buy more quota.',
}

const chinese: Words = {
  ...numbers('zh-TW'),
  title: (days) => `Watchpost 監控報告：${days} 天`,
  period: (from, to) => `期間：${from} 至 ${to}（UTC），以每小時平均值計算。`,
  metrics: {
    success_rate: '探測成功率',
    response_time: '回應時間',
    cpu_usage: 'CPU 使用率',
    memory_usage: '記憶體使用率',
    disk_usage: '磁碟使用率',
    connection_usage: '連線使用率',
    quota_usage: '配額使用率',
  },
  directions: { rising: '上升', falling: '下降', steady: '持平' },
  concerns: '建議事項',
  noConcerns: '沒有任何指標超過門檻；依目前趨勢，30 天內也不會達到門檻。',
  noTrends: '歷史資料不足一天，無法判斷趨勢。',
  concern(concern) {
    const { target, metric, level, limit, ahead } = concern
    const show = (value: number): string => `${chinese.number(value)} ${unitOf(concern)}`
    const evidence = ahead
      ? `目前為 ${show(level)}，每天上升 ${show(ahead.perDay)}，將於 ${ahead.days} 天後達到門檻 ${show(limit)}`
      : `最近一天平均為 ${show(level)}，${level > limit ? '超過' : '已達'}門檻 ${show(limit)}`
    return `${target}：${chinese.metrics[metric]}${evidence}。${chineseSteps[metric]}`
  },
  anomalies: '異常',
  noAnomalies: '沒有訊號超出其範圍。',
  bands: '超出前一天與前一週同時段所能解釋的範圍；單獨出現時不會通知。',
  anomalyHead: ['目標', '訊號', '情況', '最近一次（UTC）', '分鐘數'],
  signal: (name) => ({ response_time: '回應時間', request_rate: '請求數' })[name] ?? name,
  kinds: { unusual: '異常', vanished: '消失' },
  now: '目前',
  alerts: '告警',
  noAlerts: '期間內沒有觸發任何告警。',
  alertHead: ['告警', '目標', '嚴重程度', '持續分鐘數'],
  severities: { critical: '嚴重', warning: '警告', info: '資訊' },
  tasks: '排程任務',
  taskHead: ['任務', '執行次數', '失敗次數', '成功率'],
  missing: '缺少的資料',
  nothingMissing: '無：每個服務每小時的資料都完整。',
  lacks(missing) {
    const [one] = missing
    const names = targetsOf(missing, '、')
    if (one?.what === 'service')
      return `Prometheus 沒有 ${names} 的資料：${metricsOf(missing, chinese.metrics, '、')}。`
    if (one?.what === 'hours') return `${names} 只有 ${one.of} 小時中的 ${one.hours} 小時有資料。`
    const what = { anomalies: '異常', alerts: '告警', tasks: '任務執行記錄', before: '前一期間的資料' }
    return one ? `無法讀取${what[one.what]}：${one.reason}。` : ''
  },
  noData: 'Prometheus 沒有這項資料。',
  notRead: '無法讀取，原因列於下方。',
  unknown: '未知',
  chart: (title, lines) => `${title}隨時間的變化，共 ${lines} 個目標，各為一條線；數值見下方表格。`,
  onlyWorst: (shown, all) => `圖中只顯示 ${all} 個中最差的 ${shown} 個。`,
  limit: (value) => `門檻 ${value}`,
  courseHead: (days) => ['目標', '平均', '最低（小時）', '最高（小時）', `與前 ${days} 天相比`, '每日趨勢'],
}

const chineseSteps: Readonly<Record<Concern['metric'], string>> = {
  cpu_usage: '先查明負載來源，再增加處理器或分散負載。',
  memory_usage: '先檢查是否有記憶體洩漏（重啟後是否下降），再提高上限。',
  response_time: '先檢查最慢的依賴服務，再檢查自身的處理器時間。',
  disk_usage: '先找出成長的來源，縮短保留時間，再擴充磁碟。',
  connection_usage: '先找出佔用連線的服務，再使用連線池，最後才提高 max_connections。',
  quota_usage: '先找出請求最多的來源，降低頻率或快取結果，再購買更多配額。',
}
