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
  firing: {
    title: text('Alerts firing', '觸發中的告警'),
    description: text(
      'Alerts of severity critical and warning that fire now; consequences of another fault are not counted.',
      '目前觸發的緊急與警告告警；由其他故障引起的後果不計入。',
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
} as const
