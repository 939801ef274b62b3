import { text } from '../language.ts'

const noSource = text('no data source is watched', '未監控任何資料來源')

export const dataSources = {
  title: text('Watchpost: data sources', 'Watchpost：資料來源'),
  description: text(
    'Outside data sources: connected or not, how fresh, how good, how much quota is left.',
    '外部資料來源：連線狀態、資料新鮮度、品質與剩餘配額。',
  ),
  now: text('Right now', '目前狀況'),
  freshness: text('Freshness', '資料新鮮度'),
  quota: text('Quota', '配額'),
  quality: text('Quality', '資料品質'),
  traffic: text('Time and errors', '時間與錯誤'),
  table: {
    title: text('Data sources', '資料來源'),
    description: text(
      'Each source with its connection, last sync, quality and quota; the worst first.',
      '各來源的連線狀態、最後同步、品質與配額，狀況最差者在前。',
    ),
    empty: noSource,
  },
  states: {
    title: text('Connection over time', '連線狀態時間軸'),
    description: text(
      'Connected, disconnected (not reached) or in error (reached, and refused or wrong).',
      '已連線、未連線（無法連上）或錯誤（連上但被拒絕或內容有誤）。',
    ),
    empty: noSource,
  },
  age: {
    title: text('Age of the data', '資料時效'),
    description: text(
      'Time since the last sync of each source. A saw-tooth is healthy; a line that only rises is a stalled sync.',
      '距離最後同步的時間。鋸齒狀為正常；持續上升代表同步停滯。',
    ),
    empty: text('no source says when it was last synced', '沒有來源提供最後同步時間'),
  },
  lateness: {
    title: text('Age against the sync interval', '時效與同步週期之比'),
    description: text(
      'One means that a sync is due; from two on at least one was missed.',
      '1 表示應進行同步；達到 2 以上表示至少錯過一次同步。',
    ),
    empty: text('no source has a sync interval', '沒有來源設定同步週期'),
  },
  quotaUsed: {
    title: text('Quota used', '已用配額'),
    description: text('Share of the quota of each source that is spent.', '各來源已使用的配額比例。'),
    empty: text('no source tells its quota', '沒有來源提供配額'),
  },
  burnDown: {
    title: text('Quota left', '剩餘配額'),
    description: text(
      'What is left of the quota, in the unit of the source; a jump up is its reset.',
      '剩餘配額（單位依來源而定）；向上跳升代表配額重置。',
    ),
    empty: text('no source tells its quota', '沒有來源提供配額'),
  },
  exhausted: {
    title: text('Quota will last', '配額可用時間'),
    description: text(
      'Time until the quota is spent at its pace since it was last full; nothing where it lasts until its reset.',
      '依配額重置以來的使用速度，配額耗盡前的剩餘時間；能撐到重置者不顯示。',
    ),
    empty: text('every quota lasts until its reset', '所有配額皆可撐到重置'),
  },
  score: {
    title: text('Quality score', '品質分數'),
    description: text('The weighted quality of each source.', '各來源的加權品質分數。'),
    empty: text('no source has quality checks', '沒有來源設定品質檢查'),
  },
  dimensions: {
    title: text('Quality by dimension', '各面向品質'),
    description: text(
      'Freshness, completeness, uniqueness, validity and volume, each as the share that passes.',
      '新鮮度、完整性、唯一性、有效性與數量各自的合格比例。',
    ),
    empty: text('no source has quality checks', '沒有來源設定品質檢查'),
  },
  responseTime: {
    title: text('Response time', '回應時間'),
    description: text('How long the last probe of each source took.', '各來源最近一次探測的時間。'),
    empty: text('no source has answered in this time range', '此時間範圍內沒有來源回應'),
  },
  errors: {
    title: text('Errors and rate limits', '錯誤與限流'),
    description: text(
      'Failed requests of each source, and answers that asked to slow down.',
      '各來源的失敗請求，以及要求降低頻率的回應。',
    ),
    empty: noSource,
  },
  headings: {
    connection: text('Connection', '連線'),
    lastSync: text('Last sync', '最後同步'),
    interval: text('Sync every', '同步週期'),
    quality: text('Quality', '品質'),
    quota: text('Quota used', '已用配額'),
    reset: text('Quota resets', '配額重置'),
  },
} as const
