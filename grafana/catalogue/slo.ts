import { text } from '../language.ts'

const young = text('shown once an hour has passed', '累積一小時資料後顯示')
const noProbe = text('no service was probed', '沒有探測任何服務')

export const slo = {
  title: text('Watchpost: service levels', 'Watchpost：服務水準'),
  description: text(
    'How much failure each service may still have, and how fast it uses that up.',
    '各服務剩餘的錯誤預算與消耗速度。',
  ),
  now: text('Objective', '目標'),
  budget: text('Error budget', '錯誤預算'),
  burn: text('Burn rate', '消耗速率'),
  latency: text('Speed', '速度'),
  objective: {
    title: text('Objective', '目標可用率'),
    description: text(
      'Share of the probes in 30 days that must find a service usable, and as many that must be answered in time.',
      '30 天內探測結果為可用、以及準時回應的最低比例。',
    ),
    empty: noProbe,
  },
  worst: {
    title: text('Least budget left', '最低剩餘預算'),
    description: text(
      'What the service with the least error budget has left.',
      '錯誤預算最少的服務之剩餘比例。',
    ),
    empty: young,
  },
  fastest: {
    title: text('Fastest burn in the last hour', '近一小時最快消耗速率'),
    description: text(
      'One uses the budget up in exactly 30 days; from 14.4 on somebody is called.',
      '1 表示恰好於 30 天用盡；達 14.4 會通知值班人員。',
    ),
    empty: noProbe,
  },
  table: {
    title: text('Services', '微服務'),
    description: text(
      'Budget left, share of good probes in 30 days, days until the budget is used up, and burn rates; the worst first.',
      '剩餘預算、30 天達標比例、預算可用天數與消耗速率，狀況最差者在前。',
    ),
    empty: noProbe,
  },
  left: {
    title: text('Budget left', '剩餘預算'),
    description: text(
      'Share of the error budget of the last 30 days that is left. Below zero the objective is missed.',
      '近 30 天錯誤預算的剩餘比例。低於零表示未達目標。',
    ),
    empty: young,
  },
  days: {
    title: text('Availability by interval', '各時段可用率'),
    description: text(
      'How available each service was in each interval of the time range.',
      '時間範圍內各時段的可用率。',
    ),
    empty: noProbe,
  },
  burnHour: {
    title: text('Burn rate, one hour', '消耗速率（1 小時）'),
    description: text(
      'How many times too fast the budget is used, over one hour. At the line a page goes out if it holds over 5 minutes, too.',
      '近一小時預算消耗速率的倍數。超過虛線且五分鐘內亦成立時發出告警。',
    ),
    empty: noProbe,
  },
  burnSixHours: {
    title: text('Burn rate, six hours', '消耗速率（6 小時）'),
    description: text('The same over six hours, for slow burns.', '近六小時的消耗速率，用於緩慢消耗。'),
    empty: noProbe,
  },
  failures: {
    title: text('Failed probes', '失敗的探測'),
    description: text(
      'Probes that found the service unusable: what the budget is spent on.',
      '探測結果為不可用的次數，即預算消耗來源。',
    ),
    empty: noProbe,
  },
  fast: {
    title: text('Answers within a second', '一秒內回應比例'),
    description: text('Share of the probes that were answered within one second.', '一秒內完成的探測比例。'),
    empty: noProbe,
  },
  headings: {
    availability: text('Good, 30 days', '30 天達標率'),
    left: text('Budget left', '剩餘預算'),
    slo: text('Objective of', '目標項目'),
    days: text('Days of budget left', '預算可用天數'),
    burnHour: text('Burn, 1 h', '消耗 1 小時'),
    burnSixHours: text('Burn, 6 h', '消耗 6 小時'),
    burnDay: text('Burn, 1 day', '消耗 1 天'),
  },
} as const
