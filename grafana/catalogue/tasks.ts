import { text } from '../language.ts'

const noTask = text('no task is watched', '未監控任何任務')
const noRun = text('no run has ended in this time range', '此時間範圍內沒有執行完成的任務')

export const tasks = {
  title: text('Watchpost: tasks', 'Watchpost：任務執行'),
  description: text(
    'Scheduled tasks: what ran, what failed, what is late, what comes next.',
    '排程任務：已執行、失敗、逾期與接下來的任務。',
  ),
  now: text('Right now', '目前狀況'),
  history: text('Runs', '執行紀錄'),
  times: text('Durations', '執行時間'),
  faults: text('Errors and retries', '錯誤與重試'),
  running: {
    title: text('Running', '執行中'),
    description: text('Runs that have begun and not ended.', '已開始但尚未結束的執行。'),
    empty: noTask,
  },
  late: {
    title: text('Late', '逾期'),
    description: text(
      'Tasks whose latest due run has not begun within its grace.',
      '最近一次應執行時間已過寬限期仍未開始的任務。',
    ),
    empty: noTask,
  },
  failing: {
    title: text('Failing', '失敗中'),
    description: text('Tasks whose last run failed.', '最近一次執行失敗的任務。'),
    empty: noTask,
  },
  successRatio: {
    title: text('Success ratio', '成功率'),
    description: text('Share of the runs in the time range that succeeded.', '時間範圍內成功執行的比例。'),
    empty: noRun,
  },
  missed: {
    title: text('Missed', '錯過的執行'),
    description: text(
      'Slots of a schedule in the time range in which no run began.',
      '時間範圍內排程應執行而未執行的次數。',
    ),
    empty: noTask,
  },
  byType: {
    title: text('Tasks by type', '任務類型統計'),
    description: text(
      'Hourly, daily and weekly tasks: runs, failures, success ratio and average duration in the time range.',
      '每小時、每日、每週任務於時間範圍內的執行數、失敗數、成功率與平均執行時間。',
    ),
    empty: noTask,
  },
  table: {
    title: text('Tasks', '任務'),
    description: text(
      'Each task with its schedule, last and next run, and how it has done in the time range; the failing first.',
      '各任務的排程、上次與下次執行時間及時間範圍內的表現，失敗者在前。',
    ),
    empty: noTask,
  },
  calendar: {
    title: text('Calendar of runs', '執行日曆'),
    description: text(
      'A cell for each interval: green when all runs that ended in it succeeded, red when one failed, orange when a due run did not begin. Empty when nothing was due.',
      '每格代表一個時段：全部成功為綠色，有失敗為紅色，應執行而未執行為橘色；無應執行任務則為空白。',
    ),
    empty: noRun,
  },
  duration: {
    title: text('Duration of the last run', '最近一次執行時間'),
    description: text('How long the last ended run of each task took.', '各任務最近一次完成的執行所花時間。'),
    empty: text('no run has ended yet', '尚無執行完成'),
  },
  usual: {
    title: text('Usual duration', '一般執行時間'),
    description: text(
      'Nine of ten runs of the last day took no longer than this; a task that creeps up needs a look.',
      '近一日九成的執行不超過此時間；逐漸上升的任務需要留意。',
    ),
    empty: text('no run has ended in the last day', '近一日沒有執行完成'),
  },
  open: {
    title: text('Oldest run that has not ended', '最久未結束的執行'),
    description: text(
      'For how long the oldest open run of each task has been running.',
      '各任務最久未結束執行的持續時間。',
    ),
    empty: text('nothing is running', '沒有執行中的任務'),
  },
  failureRatio: {
    title: text('Failure ratio', '失敗率'),
    description: text(
      'Share of the runs of the last hour that failed. The dashed line is the limit of the alert.',
      '近一小時失敗執行的比例。虛線為告警門檻。',
    ),
    empty: noRun,
  },
  errors: {
    title: text('Errors by class', '錯誤分類'),
    description: text('Why runs failed, by the class of their error message.', '依錯誤訊息分類的失敗原因。'),
    empty: text('no run failed in this time range', '此時間範圍內沒有失敗'),
  },
  retries: {
    title: text('Retries', '重試'),
    description: text('Runs that repeated a failed one.', '重新執行失敗任務的次數。'),
    empty: text('no run was repeated', '沒有重試'),
  },
  needs: {
    title: text('What the tasks need', '任務的依賴'),
    description: text(
      'Data sources, databases and services that a task cannot do without, with the state of each: a task that fails with one of them is its victim.',
      '任務所依賴的資料來源、資料庫與服務及其目前狀態；隨依賴一同失敗的任務是受影響者，並非原因。',
    ),
    empty: text('no task has a dependency', '沒有任務設定依賴'),
  },
  headings: {
    type: text('Type', '類型'),
    schedule: text('Schedule', '排程'),
    timezone: text('Time zone', '時區'),
    lastResult: text('Last result', '上次結果'),
    lastEnd: text('Last end', '上次結束'),
    next: text('Next run', '下次執行'),
    late: text('Late', '逾期'),
    runs: text('Runs', '執行數'),
    failures: text('Failures', '失敗數'),
    successRatio: text('Success', '成功率'),
    duration: text('Average duration', '平均執行時間'),
    inRow: text('Failed in a row', '連續失敗'),
  },
} as const
