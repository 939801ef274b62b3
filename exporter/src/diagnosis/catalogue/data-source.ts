// Data from outside: allowances, age and quality.
import { probeAgain } from './entry.ts'
import type { Entry } from './entry.ts'

const rows = [['See the measures', '查看各項指標'], 'watchpost status --json'] as const

export const dataSourceCauses = {
  quota_exhausted: {
    summary: ['The allowance of {target} is used up: {detail}.', '{target} 的配額已用盡：{detail}。'],
    causes: [
      ['A program asks more often than was agreed', '有程式請求過於頻繁'],
      ['Others use the same account', '其他人使用同一帳號'],
      ['The plan is too small', '方案額度過小'],
    ],
    actions: [
      [['See how much is left and until when', '查看剩餘額度與重置時間'], 'watchpost probe {target}'],
    ],
  },
  stale_data: {
    summary: [
      'The data of {target} are older than they may be: {detail}.',
      '{target} 的資料過舊：{detail}。',
    ],
    causes: [
      ['The task that takes them over does not run or fails', '同步任務未執行或失敗'],
      ['The source itself has nothing new', '資料來源本身沒有新資料'],
    ],
    actions: [probeAgain, [['See the tasks', '查看任務'], 'watchpost diagnose']],
  },
  rows_incomplete: {
    summary: [
      'Rows of {target} lack what they must have: {measured} of the cells are filled.',
      '{target} 的資料列缺少必要欄位：僅 {measured} 有值。',
    ],
    causes: [
      ['The source sends fields empty or under other names', '資料來源的欄位為空或改名'],
      ['The program that takes them over drops them', '同步程式遺漏了欄位'],
    ],
    actions: [rows],
  },
  rows_duplicated: {
    summary: [
      'Rows of {target} are there more than once: {measured} are distinct.',
      '{target} 的資料列重複：僅 {measured} 為唯一。',
    ],
    causes: [
      ['A run was repeated without knowing that the first had succeeded', '任務重跑但未察覺前次已成功'],
      ['A unique key is missing', '缺少唯一鍵'],
    ],
    actions: [rows],
  },
  rows_invalid: {
    summary: [
      'Rows of {target} have values that cannot be: {measured} are valid.',
      '{target} 的資料列含無效值：僅 {measured} 有效。',
    ],
    causes: [
      ['The source changed a unit or a format', '資料來源改變了單位或格式'],
      ['The source sends errors as data', '資料來源將錯誤當作資料'],
    ],
    actions: [rows],
  },
  rows_missing: {
    summary: [
      '{target} has fewer or more rows than there should be: {measured}.',
      '{target} 的資料列數量異常：{measured}。',
    ],
    causes: [
      ['A part of the data was not taken over', '部分資料未同步'],
      ['Rows were deleted', '資料列被刪除'],
    ],
    actions: [rows],
  },
  rows_old: {
    summary: [
      'The newest row of {target} is too old: freshness {measured}.',
      '{target} 最新的資料列過舊：新鮮度 {measured}。',
    ],
    causes: [
      ['The task that takes them over does not run or fails', '同步任務未執行或失敗'],
      ['The source itself has nothing new', '資料來源本身沒有新資料'],
    ],
    actions: [rows],
  },
} as const satisfies Record<string, Entry>
