import { text } from '../language.ts'

export const overview = {
  title: text('Watchpost: overview', 'Watchpost：系統總覽'),
  description: text(
    'What is broken, since when, why, and what to do about it.',
    '哪裡故障、何時開始、原因為何、該如何處理。',
  ),
  now: text('Right now', '目前狀況'),
  broken: {
    title: text('Broken', '故障中'),
    description: text(
      'Services, data sources and databases that the last probe could not use. Zero is what you want.',
      '最近一次探測無法使用的服務、資料來源與資料庫數量。理想值為零。',
    ),
    empty: text('nothing is watched yet', '尚未監控任何目標'),
  },
  causes: {
    title: text('What fires, why, and what to do', '觸發中的告警、原因與處理方式'),
    description: text(
      'Critical and warning alerts of root causes. Victims of another fault are on the dashboard of alerts.',
      '根因的嚴重與警告告警。受其他故障影響的目標請見告警儀表板。',
    ),
    empty: text('no alert fires: all is well', '沒有觸發的告警：一切正常'),
  },
  firing: {
    title: text('Alerts firing', '觸發中的告警'),
    description: text(
      'Alerts of severity critical and warning that fire now; consequences of another fault are not counted.',
      '目前觸發的嚴重與警告告警；由其他故障引起的後果不計入。',
    ),
    empty: text('no rules are loaded', '尚未載入規則'),
  },
  servicesUp: {
    title: text('Services up', '服務可用率'),
    description: text(
      'Share of the services that the last probe found usable.',
      '最近一次探測可用的服務比例。',
    ),
    empty: text('no service is watched', '未監控任何服務'),
  },
  sourcesUp: {
    title: text('Data sources up', '資料來源可用率'),
    description: text(
      'Share of the data sources that the last probe could use.',
      '最近一次探測可用的資料來源比例。',
    ),
    empty: text('no data source is watched', '未監控任何資料來源'),
  },
  tasksLate: {
    title: text('Tasks late', '逾期任務'),
    description: text(
      'Tasks whose latest due run has not begun within its grace.',
      '最近一次應執行時間已過寬限期仍未開始的任務數。',
    ),
    empty: text('no task is watched', '未監控任何任務'),
  },
  targets: {
    title: text('Targets', '監控目標'),
    description: text(
      'Everything that is watched, the worst first: its state, why, and since when it is not up. Click a name for more.',
      '所有監控目標，狀況最差者在前：狀態、原因與不可用的起始時間。點選名稱查看詳情。',
    ),
    empty: text(
      'nothing is watched yet: add targets to watchpost.yml',
      '尚未監控任何目標：請於 watchpost.yml 新增',
    ),
  },
  states: {
    title: text('States over time', '狀態時間軸'),
    description: text('The state of each target through the time range.', '各目標在所選時間範圍內的狀態。'),
    empty: text('nothing was watched in this time range', '此時間範圍內沒有監控資料'),
  },
  business: text('Platform', '平台資料'),
  kols: {
    title: text('KOLs', 'KOL 總數'),
    description: text('Key opinion leaders in the database.', '資料庫中的 KOL 數量。'),
    empty: text('no statistic named kols', '沒有名為 kols 的統計'),
  },
  activeKols: {
    title: text('Active KOLs', '活躍 KOL'),
    description: text('Key opinion leaders in the state active.', '狀態為 active 的 KOL 數量。'),
    empty: text('no statistic named kols', '沒有名為 kols 的統計'),
  },
  posts: {
    title: text('Posts', '貼文總數'),
    description: text('Posts in the database, of any state.', '資料庫中所有狀態的貼文數量。'),
    empty: text('no statistic named posts', '沒有名為 posts 的統計'),
  },
  published: {
    title: text('Published posts', '已發布貼文'),
    description: text('Posts in the state published.', '狀態為 published 的貼文數量。'),
    empty: text('no statistic named posts', '沒有名為 posts 的統計'),
  },
  publishRatio: {
    title: text('Publish success', '發布成功率'),
    description: text('Published posts as a share of all posts.', '已發布貼文佔全部貼文的比例。'),
    empty: text('no statistic named posts', '沒有名為 posts 的統計'),
  },
  tasksAndSources: text('Tasks and data sources', '任務與資料來源'),
  sources: {
    title: text('Data sources', '資料來源'),
    description: text(
      'How old the data of each source is, its quality, and how much quota is spent.',
      '各來源的資料時效、品質與已用配額。',
    ),
    empty: text('no data source is watched', '未監控任何資料來源'),
  },
  host: text('Host', '主機'),
  network: {
    title: text('Network', '網路'),
    description: text('Bytes received and sent per second.', '每秒收發位元組數。'),
    empty: text('the host is not watched', '未監控主機'),
  },
} as const
