import { text } from '../language.ts'

const notReported = text('this service does not report it', '此服務未回報')
const young = text('needs a week of data', '需要一週的資料')

export const trends = {
  title: text('Watchpost: performance and trends', 'Watchpost：效能分析與趨勢'),
  description: text(
    'What is unusual, what gets worse, when it will be a problem, and what to do before that.',
    '異常、惡化趨勢、預計發生問題的時間與預先處理建議。',
  ),
  advice: text('Recommendations', '建議'),
  usual: text('Against the usual', '與平常比較'),
  forecast: text('Forecast', '預測'),
  weeks: text('Week over week', '週對週'),
  recommendations: {
    title: text('Recommendations', '建議事項'),
    description: text(
      'What the numbers of the last hours call for, target by target, with how far the limit is used or how long it will last.',
      '依近數小時資料提出的建議，附目標、門檻使用程度或預計可維持的時間。',
    ),
    empty: text('nothing needs attention', '目前無需處理'),
  },
  responseTime: {
    title: text('Response time', '回應時間'),
    description: text(
      'Average over 5 minutes; the shaded band is what the last day and the same hour of yesterday and last week make usual.',
      '五分鐘平均；陰影為依近一日、昨日同時段與上週同時段推算的平常範圍。',
    ),
    empty: text('no probe has succeeded in this time range', '此時間範圍內沒有成功的探測'),
  },
  requestRate: {
    title: text('Requests', '請求量'),
    description: text(
      'Requests per second within the band of what is usual; a fall to nothing is as telling as a peak.',
      '每秒請求數與平常範圍；驟降至零與高峰同樣值得留意。',
    ),
    empty: notReported,
  },
  cpu: {
    title: text('CPU', 'CPU 使用率'),
    description: text(
      'CPU usage; the shaded band is where it was for 90 % of the last day.',
      'CPU 使用率；陰影為近一日 90% 時間的範圍。',
    ),
    empty: notReported,
  },
  memory: {
    title: text('Memory', '記憶體使用率'),
    description: text(
      'Memory usage; the shaded band is where it was for 90 % of the last day.',
      '記憶體使用率；陰影為近一日 90% 時間的範圍。',
    ),
    empty: notReported,
  },
  unusual: {
    title: text('How unusual', '異常程度'),
    description: text(
      'Distance of CPU and memory from the average of the day, in standard deviations; beyond three it is worth a look.',
      'CPU 與記憶體距當日平均的標準差倍數；超過三值得留意。',
    ),
    empty: notReported,
  },
  memoryForecast: {
    title: text('Memory in a day', '一天後的記憶體'),
    description: text(
      'Where the memory of each service will be in a day, if it goes on as in the last 6 hours. The dashed line is the limit of the alert.',
      '依近六小時趨勢推算各服務一天後的記憶體使用率。虛線為告警門檻。',
    ),
    empty: text('needs an hour of what services report', '需要一小時的服務回報資料'),
  },
  capacity: {
    title: text('Time until full', '距離用盡時間'),
    description: text(
      'Time until disks and quotas are used up at the present pace; only what would run out is shown.',
      '依目前速度，磁碟與配額用盡的時間；僅顯示即將用盡的項目。',
    ),
    empty: text('nothing is filling up', '沒有即將用盡的項目'),
  },
  slopes: {
    title: text('Change in a day', '每日變化'),
    description: text(
      'By how much the average of the last hour is above that of the same hour yesterday.',
      '近一小時平均與昨日同時段相比的變化量。',
    ),
    empty: text('needs a day of what services report', '需要一天的服務回報資料'),
  },
  weekly: {
    title: text('This day against the same day last week', '與上週同日比較'),
    description: text(
      'Relative change of the daily average of response time, CPU and memory.',
      '回應時間、CPU 與記憶體日平均的相對變化。',
    ),
    empty: young,
  },
  weeklyTasks: {
    title: text('Tasks against last week', '任務與上週比較'),
    description: text(
      'Relative change of the average duration of each task.',
      '各任務平均執行時間的相對變化。',
    ),
    empty: young,
  },
  headings: {
    what: text('Recommendation', '建議'),
    ofLimit: text('Of the limit', '佔門檻'),
    lasts: text('Lasts', '可維持'),
    cpuSlope: text('CPU', 'CPU'),
    memorySlope: text('Memory', '記憶體'),
    responseSlope: text('Response time', '回應時間'),
    change: text('Change', '變化'),
  },
} as const

/** What is advised, by the mark that the query sets. */
export const advice = {
  errors: text(
    'errors above the limit: read the log around the last deployment',
    '錯誤率過高：檢查最近一次部署前後的日誌',
  ),
  slow: text(
    'slow answers: look at its dependencies first, then at its CPU',
    '回應過慢：先檢查依賴，再檢查 CPU',
  ),
  cpu: text(
    'CPU above the limit for an hour: add an instance or find the hot path',
    'CPU 持續過高：增加實例或找出熱點',
  ),
  memory: text(
    'memory will pass the limit within a day: look for a leak, plan a restart',
    '記憶體一天內將超過門檻：檢查洩漏並安排重啟',
  ),
  disk: text('disk full within a week: clean up or enlarge it', '磁碟一週內將寫滿：清理或擴充'),
  quota: text(
    'quota spent before its reset: ask less often or raise it',
    '配額將於重置前用盡：降低頻率或提高額度',
  ),
  connections: text(
    'connections near the maximum: look for sessions that are not closed',
    '連線數接近上限：檢查未關閉的連線',
  ),
} as const
