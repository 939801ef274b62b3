// Scheduled work.
import type { Entry } from './entry.ts'

const scheduler = [
  ['Read the log of the scheduler', '查看排程器日誌'],
  'docker compose logs --tail=100 scheduler',
] as const

export const taskCauses = {
  run_failed: {
    summary: [
      'Task {target} has failed {failures} times in a row, last with: {detail}.',
      '任務 {target} 已連續失敗 {failures} 次，最後的錯誤：{detail}。',
    ],
    causes: [
      ['What the error says: {detail}', '如錯誤訊息所述：{detail}'],
      ['The last deployment changed the task or its data', '最近一次部署改變了任務或其資料'],
    ],
    actions: [[['See the failures', '查看失敗記錄'], 'watchpost diagnose {target}'], scheduler],
  },
  run_retried: {
    summary: [
      'Task {target} succeeds only when it is tried again; the first tries fail with: {detail}.',
      '任務 {target} 需重試才會成功，首次失敗的錯誤：{detail}。',
    ],
    causes: [
      ['Something that the task needs is not ready at that time', '任務所需的資源在該時刻尚未就緒'],
      ['Two tasks disturb each other', '兩個任務互相干擾'],
    ],
    actions: [scheduler],
  },
  run_hung: {
    summary: [
      'A run of task {target} has been under way for {measured}, at most {limit} is expected.',
      '任務 {target} 已執行 {measured}，預期最多 {limit}。',
    ],
    causes: [
      ['The worker hangs, or waits for an answer without a time limit', '工作程序卡住，或無時限地等待回應'],
      ['The worker was killed and its record was left open', '工作程序被終止，記錄未關閉'],
      ['There is more to do than usual', '工作量比平常多'],
    ],
    actions: [scheduler],
  },
  run_hollow: {
    summary: [
      'The last run of task {target} ended in success after {measured}, at least {limit} is expected: it did nothing.',
      '任務 {target} 最近一次執行僅 {measured} 即成功結束，預期至少 {limit}：並未實際工作。',
    ],
    causes: [
      ['It found nothing to do: what feeds it is empty', '無事可做：其輸入為空'],
      ['An error is caught and passed over', '錯誤被捕捉後略過'],
      ['A deployment left out the work itself', '部署後遺漏了實際工作'],
    ],
    actions: [scheduler],
  },
  run_missed: {
    summary: ['Task {target} was due at {due} and did not start.', '任務 {target} 應於 {due} 執行但未啟動。'],
    causes: [
      ['The task was turned off or removed from the scheduler', '任務被停用或自排程器移除'],
      ['The run before it has not ended yet', '前一次執行尚未結束'],
      [
        'The schedule in watchpost.yml is another one, or in another time zone',
        'watchpost.yml 的排程或時區不一致',
      ],
    ],
    actions: [scheduler],
  },
  scheduler_stopped: {
    summary: [
      'No task of {target} has run since {started}, {count} are overdue: the scheduler is down.',
      '自 {started} 起 {target} 沒有任何任務執行，{count} 個任務逾期：排程器已停止。',
    ],
    causes: [
      ['The scheduler has crashed or was stopped', '排程器已崩潰或被停止'],
      ['The scheduler cannot write its records', '排程器無法寫入記錄'],
    ],
    actions: [
      [['See whether the scheduler runs', '查看排程器是否運行'], 'docker compose ps --all scheduler'],
      scheduler,
      [['Start it again', '重新啟動'], 'docker compose restart scheduler'],
    ],
  },
  records_unreadable: {
    summary: [
      'The records of tasks in {target} cannot be read: {detail}.',
      '無法讀取 {target} 的任務記錄：{detail}。',
    ],
    causes: [
      ['The table or a column has another name', '資料表或欄位名稱不符'],
      ['The role of Watchpost may not read it', 'Watchpost 的角色沒有讀取權限'],
    ],
    actions: [[['Check the names in the configuration', '檢查設定中的名稱'], 'watchpost check']],
  },
} as const satisfies Record<string, Entry>
