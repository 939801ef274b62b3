import { text } from '../language.ts'

const notProbed = text('not probed in this time range', '此時間範圍內沒有探測')
const notReported = text('not reported', '未回報')

export const service = {
  title: text('Watchpost: service', 'Watchpost：單一服務'),
  description: text(
    'One service: what is wrong, why, whom it hurts, and what its log says.',
    '單一服務：哪裡異常、原因、影響對象與日誌內容。',
  ),
  now: text('Right now', '目前狀況'),
  why: text('Why', '原因'),
  traffic: text('Traffic, errors, time', '流量、錯誤、時間'),
  checks: text('Checks', '檢查項目'),
  log: text('Log', '日誌'),
  state: {
    title: text('State', '狀態'),
    description: text('The verdict of the last probe.', '最近一次探測的判定。'),
    empty: notProbed,
  },
  responseTime: {
    title: text('Response time', '回應時間'),
    description: text('How long the last probe took in all.', '最近一次探測的總時間。'),
    empty: text('no answer', '無回應'),
  },
  uptime: {
    title: text('Uptime', '運行時間'),
    description: text('How long the service says it has been running.', '服務自行回報的運行時間。'),
    empty: notReported,
  },
  availability: {
    title: text('Availability in the time range', '時間範圍內的可用率'),
    description: text(
      'Share of the probes in the time range that found it usable.',
      '時間範圍內探測結果為可用的比例。',
    ),
    empty: notProbed,
  },
  cpu: {
    title: text('CPU', 'CPU 使用率'),
    description: text('CPU usage as the service reports it.', '服務回報的 CPU 使用率。'),
    empty: notReported,
  },
  memory: {
    title: text('Memory', '記憶體使用率'),
    description: text('Memory usage as the service reports it.', '服務回報的記憶體使用率。'),
    empty: notReported,
  },
  diagnosis: {
    title: text('Diagnosis', '診斷'),
    description: text(
      'The first thing that is broken on the way to the service, as Watchpost found it.',
      'Watchpost 找到的、通往該服務途中第一個故障點。',
    ),
    empty: text('nothing is wrong', '沒有異常'),
  },
  alerts: {
    title: text('Alerts of this service', '此服務的告警'),
    description: text('What fires now for this service.', '此服務目前觸發的告警。'),
    empty: text('no alert fires', '沒有觸發的告警'),
  },
  dependencies: {
    title: text('It depends on', '依賴的目標'),
    description: text(
      'All that the service depends on, through any number of steps, with its state.',
      '此服務直接或間接依賴的目標及其狀態。',
    ),
    empty: text('it depends on nothing', '沒有依賴'),
  },
  dependents: {
    title: text('Depend on it', '依賴它的服務'),
    description: text('Who is hurt when this service is down.', '此服務離線時受影響的服務。'),
    empty: text('nothing depends on it', '沒有服務依賴它'),
  },
  states: {
    title: text('State over time', '狀態時間軸'),
    description: text('The verdict of each probe through the time range.', '時間範圍內每次探測的判定。'),
    empty: notProbed,
  },
  reasons: {
    title: text('Reasons over time', '異常原因時間軸'),
    description: text('Why probes did not find it healthy.', '探測結果不正常的原因。'),
    empty: text('every probe found it healthy', '所有探測皆正常'),
  },
  requests: {
    title: text('Requests and errors', '請求與錯誤'),
    description: text(
      'Requests and failed requests per second, as the service counts them.',
      '服務自行計數的每秒請求數與失敗數。',
    ),
    empty: notReported,
  },
  phases: {
    title: text('Where the time goes', '各階段時間'),
    description: text(
      'The probe by phases: name lookup, connection, encryption, the service itself, transfer.',
      '探測各階段時間：名稱解析、連線、加密、服務處理、傳輸。',
    ),
    empty: text('no answer in this time range', '此時間範圍內沒有回應'),
  },
  durations: {
    title: text('Distribution of response times', '回應時間分布'),
    description: text(
      'How many probes took how long; a second stripe is a second kind of answer.',
      '各時間區間的探測次數；出現第二條色帶代表有另一類回應。',
    ),
    empty: notProbed,
  },
  usage: {
    title: text('CPU and memory', 'CPU 與記憶體'),
    description: text('Usage over time, as the service reports it.', '服務回報的使用率變化。'),
    empty: notReported,
  },
  assertions: {
    title: text('Assertions', '斷言'),
    description: text(
      'Whether each named assertion held in the answers of the service.',
      '服務回應是否符合各項具名斷言。',
    ),
    empty: text('no assertion is configured', '未設定斷言'),
  },
  certificate: {
    title: text('Certificate ends', '憑證到期'),
    description: text('When the certificate that the service presents ends.', '服務憑證的到期時間。'),
    empty: text('the service is not reached over TLS', '服務未使用 TLS'),
  },
  httpStatus: {
    title: text('HTTP status', 'HTTP 狀態碼'),
    description: text('The status of the last HTTP answer.', '最近一次 HTTP 回應的狀態碼。'),
    empty: text('no HTTP answer', '沒有 HTTP 回應'),
  },
  lines: {
    title: text('Log lines', '日誌內容'),
    description: text(
      'The log of the service in the time range, newest first.',
      '時間範圍內的服務日誌，最新在前。',
    ),
    empty: text('no log of this service is kept', '沒有保存此服務的日誌'),
  },
} as const
