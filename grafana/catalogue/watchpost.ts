import { text } from '../language.ts'

const notScraped = text('the exporter is not scraped', '未抓取 exporter')
const noSelfScrape = text('Prometheus does not scrape itself', 'Prometheus 未抓取自身')

export const watchpost = {
  title: text('Watchpost: itself', 'Watchpost：自身狀態'),
  description: text(
    'Who watches the watchman: the exporter, Prometheus and Alertmanager.',
    '監控系統自身：exporter、Prometheus 與 Alertmanager。',
  ),
  now: text('Right now', '目前狀況'),
  exporter: text('Exporter', 'Exporter'),
  process: text('Process of the exporter', 'Exporter 行程'),
  prometheus: text('Prometheus', 'Prometheus'),
  up: {
    title: text('Programs', '程式'),
    description: text(
      'Whether Prometheus reaches each part of the system.',
      'Prometheus 是否能連上系統各元件。',
    ),
    empty: text('Prometheus scrapes nothing', 'Prometheus 未抓取任何目標'),
  },
  network: {
    title: text('Own network', '自身網路'),
    description: text(
      'Whether Watchpost reaches its anchors. While it is cut off, nothing that it says of targets means anything.',
      'Watchpost 是否能連上參考點。中斷期間對目標的判定皆不可信。',
    ),
    empty: text('no anchor is configured', '未設定參考點'),
  },
  records: {
    title: text('Task records', '任務紀錄'),
    description: text(
      'Whether the records of tasks can be read, and whether what is counted from them survives a restart.',
      '任務紀錄是否可讀取，以及計數是否能在重啟後保留。',
    ),
    empty: text('no task is watched', '未監控任何任務'),
  },
  config: {
    title: text('Configuration', '設定檔'),
    description: text(
      'Whether the last reload of watchpost.yml succeeded; after a bad one the old configuration goes on.',
      'watchpost.yml 最近一次重新載入是否成功；失敗時沿用舊設定。',
    ),
    empty: notScraped,
  },
  reloaded: {
    title: text('Configuration loaded', '設定載入時間'),
    description: text('When the configuration in use was loaded.', '目前設定的載入時間。'),
    empty: notScraped,
  },
  version: {
    title: text('Version', '版本'),
    description: text('The version of the exporter that answers.', '目前 exporter 的版本。'),
    empty: notScraped,
  },
  targets: {
    title: text('Targets watched', '監控目標數'),
    description: text(
      'Services, data sources and databases in the configuration.',
      '設定中的服務、資料來源與資料庫數量。',
    ),
    empty: text('nothing is watched yet', '尚未監控任何目標'),
  },
  scrape: {
    title: text('Duration of a round', '每輪探測時間'),
    description: text(
      'How long one round of probes takes. Close to the timeout of 10 s it means that something hangs.',
      '一輪探測所需時間。接近 10 秒逾時代表有目標無回應。',
    ),
    empty: notScraped,
  },
  collectors: {
    title: text('Duration by collector', '各收集器時間'),
    description: text('How long each collector takes in a round.', '各收集器每輪所需時間。'),
    empty: notScraped,
  },
  success: {
    title: text('Collectors', '收集器'),
    description: text(
      'Whether each collector did its work; a failing target is not a failing collector.',
      '各收集器是否正常運作；目標故障不等於收集器故障。',
    ),
    empty: notScraped,
  },
  probes: {
    title: text('Probes', '探測量'),
    description: text('Probes per second, and how many of them failed.', '每秒探測數與失敗數。'),
    empty: text('nothing is watched yet', '尚未監控任何目標'),
  },
  stale: {
    title: text('Oldest reading', '最舊讀數'),
    description: text(
      'For each target how old its reading is; data sources with a minimum interval are asked more rarely.',
      '各目標讀數的時間；設定最小間隔的資料來源探測較少。',
    ),
    empty: text('nothing is watched yet', '尚未監控任何目標'),
  },
  cpu: {
    title: text('CPU', 'CPU'),
    description: text(
      'Processor time that the exporter uses; one is one core.',
      'Exporter 使用的處理器時間；1 為一個核心。',
    ),
    empty: notScraped,
  },
  memory: {
    title: text('Memory', '記憶體'),
    description: text('Resident memory of the exporter and its heap.', 'Exporter 的常駐記憶體與堆積。'),
    empty: notScraped,
  },
  loop: {
    title: text('Event loop lag', '事件迴圈延遲'),
    description: text(
      'How late timers run, at the 99th percentile; above 100 ms it falsifies response times.',
      '計時器延遲的第 99 百分位；超過 100 毫秒會影響回應時間的準確度。',
    ),
    empty: notScraped,
  },
  series: {
    title: text('Series', '時間序列數'),
    description: text(
      'Time series in the head of Prometheus; a steady rise is a label that is not bounded.',
      'Prometheus 中的時間序列數；持續上升代表有無界標籤。',
    ),
    empty: noSelfScrape,
  },
  samples: {
    title: text('Samples', '樣本數'),
    description: text('Samples that Prometheus takes in per second.', 'Prometheus 每秒寫入的樣本數。'),
    empty: noSelfScrape,
  },
  rules: {
    title: text('Rule evaluation', '規則評估時間'),
    description: text('How long the rules of each file take to evaluate.', '各規則檔案的評估時間。'),
    empty: text('no rules are loaded', '尚未載入規則'),
  },
  failures: {
    title: text('Failures of Prometheus', 'Prometheus 錯誤'),
    description: text(
      'Rules that could not be evaluated, alerts that were dropped, groups that were skipped. All should be zero.',
      '評估失敗的規則、被丟棄的告警與略過的群組，皆應為零。',
    ),
    empty: noSelfScrape,
  },
  disk: {
    title: text('Storage of Prometheus', 'Prometheus 儲存空間'),
    description: text(
      'Size of the blocks on disk, without the write-ahead log.',
      '磁碟上區塊的大小，不含預寫日誌。',
    ),
    empty: noSelfScrape,
  },
} as const
