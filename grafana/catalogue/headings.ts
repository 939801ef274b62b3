// Column headings and names of series that several dashboards share.
import { text } from '../language.ts'

export const headings = {
  target: text('Target', '目標'),
  kind: text('Kind', '類別'),
  state: text('State', '狀態'),
  reason: text('Reason', '原因'),
  lastUp: text('Last up', '最後可用'),
  responseTime: text('Response time', '回應時間'),
} as const
