// Label values of closed lists in words: in English as they are, in Chinese as they read.
import { colour } from './colours.ts'
import { text } from './language.ts'
import type { States } from './mappings.ts'

function words(chinese: Readonly<Record<string, string>>): States {
  return Object.fromEntries(
    Object.entries(chinese).map(([value, word]) => [value, [text(value, word), colour.neutral] as const]),
  )
}

export const kinds = words({ service: '服務', data_source: '資料來源', database: '資料庫' })

export const strengths = words({ hard: '必要', soft: '非必要' })

export const depths = words({ direct: '直接', transitive: '間接' })

export const taskTypes = words({ hourly: '每小時', daily: '每日', weekly: '每週' })

/** Why a target fails, with the word that logs and alerts have. */
export const reasons = words({
  dns: '名稱解析失敗 dns',
  connect: '無法連線 connect',
  tls: '憑證或加密 tls',
  timeout: '逾時 timeout',
  status: '狀態碼 status',
  body: '內容不符 body',
  json: 'JSON 無效 json',
  assertion: '斷言不成立 assertion',
  auth: '驗證失敗 auth',
  quota: '配額用盡 quota',
  redirect: '重新導向 redirect',
  size: '內容過大 size',
  unreachable_dependency: '依賴無法連線',
  error: '錯誤 error',
})
