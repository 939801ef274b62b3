import { text } from '../language.ts'

const noServices = text('no service is watched', '未監控任何服務')

export const services = {
  title: text('Watchpost: services', 'Watchpost：微服務'),
  description: text(
    'All services side by side: state, traffic, errors, time, resources.',
    '所有微服務一覽：狀態、流量、錯誤、回應時間與資源。',
  ),
  state: text('State', '狀態'),
  traffic: text('Traffic, errors, time', '流量、錯誤、時間'),
  resources: text('Resources', '資源'),
  table: {
    title: text('Services', '微服務'),
    description: text(
      'Each service with what its last health answer said; the worst first. Click a name for its own page.',
      '各服務最近一次健康檢查的內容，狀況最差者在前。點選名稱查看該服務。',
    ),
    empty: noServices,
  },
  states: {
    title: text('States over time', '狀態時間軸'),
    description: text('The state of each service through the time range.', '各服務在所選時間範圍內的狀態。'),
    empty: noServices,
  },
  availability: {
    title: text('Availability in the time range', '時間範圍內的可用率'),
    description: text(
      'Share of the probes in the time range that found the service usable; time without probes is left out.',
      '時間範圍內探測結果為可用的比例；沒有探測的時間不計入。',
    ),
    empty: noServices,
  },
  requests: {
    title: text('Requests', '請求量'),
    description: text(
      'Requests per second that each service counts in its health answer.',
      '各服務於健康檢查中回報的每秒請求數。',
    ),
    empty: text('no service reports its requests', '沒有服務回報請求數'),
  },
  errors: {
    title: text('Error ratio', '錯誤率'),
    description: text(
      'Share of the requests that each service counts as failed. The dashed line is the limit of the alert.',
      '各服務回報的失敗請求比例。虛線為告警門檻。',
    ),
    empty: text('no service reports requests and errors', '沒有服務回報請求數與錯誤數'),
  },
  responseTime: {
    title: text('Response time', '回應時間'),
    description: text(
      'How long the last probe took, from name lookup to last byte. The dashed line is the limit of the alert.',
      '最近一次探測自名稱解析到最後一個位元組的時間。虛線為告警門檻。',
    ),
    empty: text('no probe has succeeded in this time range', '此時間範圍內沒有成功的探測'),
  },
  cpu: {
    title: text('CPU', 'CPU 使用率'),
    description: text(
      'CPU usage as each service reports it. The dashed line is the limit of the alert.',
      '各服務回報的 CPU 使用率。虛線為告警門檻。',
    ),
    empty: text('no service reports its CPU usage', '沒有服務回報 CPU 使用率'),
  },
  memory: {
    title: text('Memory', '記憶體使用率'),
    description: text(
      'Memory usage as each service reports it. The dashed line is the limit of the alert.',
      '各服務回報的記憶體使用率。虛線為告警門檻。',
    ),
    empty: text('no service reports its memory usage', '沒有服務回報記憶體使用率'),
  },
  restarts: {
    title: text('Restarts in the time range', '時間範圍內的重啟次數'),
    description: text(
      'How often the uptime of a service began anew: deployments and crashes.',
      '服務運行時間重新計算的次數，即部署或崩潰。',
    ),
    empty: text('no service reports its uptime', '沒有服務回報運行時間'),
  },
} as const
