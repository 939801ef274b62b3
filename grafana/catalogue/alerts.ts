import { text } from '../language.ts'

const quiet = text('no alert fired', '沒有觸發的告警')
const noRules = text('no rules are loaded', '尚未載入規則')

export const alerts = {
  title: text('Watchpost: alerts, diagnosis, recovery', 'Watchpost：告警、診斷與復原'),
  description: text(
    'What fired, why, and what was done about it.',
    '觸發了哪些告警、原因為何、採取了什麼措施。',
  ),
  now: text('Right now', '目前狀況'),
  history: text('History', '歷史紀錄'),
  recovery: text('Recovery', '復原'),
  delivery: text('Delivery', '通知傳送'),
  critical: {
    title: text('Critical', '嚴重'),
    description: text('Alerts that ask for action now.', '需要立即處理的告警。'),
    empty: noRules,
  },
  warning: {
    title: text('Warning', '警告'),
    description: text('Alerts that ask for action within hours.', '需要在數小時內處理的告警。'),
    empty: noRules,
  },
  info: {
    title: text('Info', '資訊'),
    description: text(
      'Context for the other alerts, such as victims of a root cause.',
      '其他告警的背景資訊，例如受根因影響的目標。',
    ),
    empty: noRules,
  },
  pending: {
    title: text('About to fire', '即將觸發'),
    description: text(
      'Alerts whose condition holds, though not yet for long enough.',
      '條件已成立但持續時間尚未達標的告警。',
    ),
    empty: noRules,
  },
  firing: {
    title: text('Firing alerts, causes and actions', '觸發中的告警、原因與處理方式'),
    description: text(
      'Every alert of severity critical, warning and info, with its possible causes and what to do.',
      '所有嚴重、警告與資訊等級的告警，附可能原因與處理方式。',
    ),
    empty: text('no alert fires: all is well', '沒有觸發的告警：一切正常'),
  },
  diagnosis: {
    title: text('Diagnosis', '診斷'),
    description: text(
      'For each failing target the first thing that is broken on the way to it.',
      '各故障目標在連線途中第一個故障點。',
    ),
    empty: text('nothing is wrong', '沒有異常'),
  },
  timeline: {
    title: text('Alerts over time', '告警時間軸'),
    description: text('When each alert was firing.', '各告警觸發的時間。'),
    empty: quiet,
  },
  most: {
    title: text('Most frequent', '最常觸發'),
    description: text(
      'Alerts by the time they fired in the range: candidates for a repair, or for a better rule.',
      '依觸發總時間排序：值得根治或調整規則的告警。',
    ),
    empty: quiet,
  },
  policies: {
    title: text('Recovery policies', '復原策略'),
    description: text(
      'What each policy may do: its mode, whether its breaker has tripped, actions left in its budget, and what was handed over to people.',
      '各策略的權限：模式、斷路器是否跳脫、剩餘可執行次數，以及轉交人員處理的事件。',
    ),
    empty: text('recovery is off', '復原功能未啟用'),
  },
  actions: {
    title: text('Recovery actions', '復原動作'),
    description: text(
      'What recovery did, or would have done, in the time range, by policy, action and outcome.',
      '時間範圍內復原程序依策略、動作與結果執行（或模擬執行）的次數。',
    ),
    empty: text(
      'recovery did nothing in this time range, or is off',
      '此時間範圍內沒有復原動作，或復原功能未啟用',
    ),
  },
  actionsOverTime: {
    title: text('Recovery over time', '復原時間軸'),
    description: text('Actions of recovery by outcome.', '依結果統計的復原動作。'),
    empty: text(
      'recovery did nothing in this time range, or is off',
      '此時間範圍內沒有復原動作，或復原功能未啟用',
    ),
  },
  sent: {
    title: text('Notifications sent', '已傳送通知'),
    description: text('Notifications that Alertmanager sent, by channel.', 'Alertmanager 依管道傳送的通知。'),
    empty: text('Alertmanager is not scraped', '未抓取 Alertmanager 指標'),
  },
  failed: {
    title: text('Notifications that failed', '傳送失敗的通知'),
    description: text(
      'Notifications that a channel refused or did not answer. Anything above zero means that somebody was not told.',
      '管道拒絕或無回應的通知。大於零表示有人未收到通知。',
    ),
    empty: text('no notification in this time range', '此時間範圍內沒有通知'),
  },
  silenced: {
    title: text('Held back', '抑制與靜音'),
    description: text(
      'Alerts in Alertmanager by state: active ones are notified, suppressed ones are silenced or explained by another.',
      'Alertmanager 中的告警狀態：active 會通知，suppressed 為靜音或由其他告警抑制。',
    ),
    empty: text('Alertmanager is not scraped', '未抓取 Alertmanager 指標'),
  },
  headings: {
    mode: text('Mode', '模式'),
    breaker: text('Breaker', '斷路器'),
    budget: text('Actions left', '剩餘次數'),
    escalated: text('Handed over', '已轉交'),
    policy: text('Policy', '策略'),
    action: text('Action', '動作'),
    outcome: text('Outcome', '結果'),
    times: text('Times', '次數'),
    firingFor: text('Fired for', '觸發時間'),
  },
} as const
