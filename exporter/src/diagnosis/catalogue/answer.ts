// What answers, and what it says: processes, HTTP, bodies.
import { probeAgain, readLogs, restart, seeContainer } from './entry.ts'
import type { Entry } from './entry.ts'

const ask = [['See the answer', '查看回應'], 'curl --max-time 10 --include {url}'] as const

export const answerCauses = {
  dependency: {
    summary: [
      '{target} suffers from {root}, which it depends on: repair {root} first.',
      '{target} 受其依賴的 {root} 影響：請先修復 {root}。',
    ],
    causes: [
      ['{root} fails: {rootDetail}', '{root} 故障：{rootDetail}'],
      ['The way from {target} to {root} is cut', '{target} 與 {root} 之間的連線中斷'],
      ['{target} has the wrong address or credentials of {root}', '{target} 所設定的 {root} 地址或憑證有誤'],
    ],
    actions: [
      [['See what is wrong with the root cause', '查看根因的診斷'], 'watchpost diagnose {watchedRoot}'],
      [['Probe the root cause', '探測根因'], 'watchpost probe {watchedRoot}'],
    ],
  },
  connection_refused: {
    summary: [
      'Nothing listens at {address}, where {target} should be: {detail}.',
      '{target} 應在 {address} 監聽，但連線被拒絕：{detail}。',
    ],
    causes: [
      ['The process has crashed or was stopped', '程序已崩潰或被停止'],
      ['It was killed for want of memory', '因記憶體不足被系統終止'],
      ['It is still starting, or listens on another port or interface', '仍在啟動，或監聽其他連接埠或介面'],
    ],
    actions: [
      [
        ['Ask whether the database accepts sessions', '查詢資料庫是否接受連線'],
        'pg_isready -h {postgresHost} -p {postgresPort}',
      ],
      [['See what listens on the port', '查看連接埠由誰監聽'], "ss -ltnp 'sport = :{localPort}'"],
      seeContainer,
      readLogs,
      restart,
    ],
  },
  no_answer: {
    summary: [
      '{target} accepts the connection but does not answer in time: {detail}.',
      '{target} 接受連線但未在時限內回應：{detail}。',
    ],
    causes: [
      ['It hangs: a deadlock, an endless loop, all workers busy', '程序卡住：死鎖、無窮迴圈或工作執行緒全忙'],
      ['It waits for something of its own that is slow', '正在等待其他緩慢的資源'],
      ['The machine is short of processor time or memory', '主機 CPU 或記憶體不足'],
    ],
    actions: [
      ask,
      [['See what the process is doing', '查看程序狀態'], "ss -tnp 'sport = :{localPort}'"],
      readLogs,
      restart,
    ],
  },
  broken_answer: {
    summary: [
      'What comes from {target} is no answer that can be used: {detail}.',
      '{target} 的回應無法使用：{detail}。',
    ],
    causes: [
      ['The process ended while it was asked', '程序在處理請求時結束'],
      [
        'Another program listens on the port, or one that wants TLS',
        '其他程式佔用該連接埠，或該連接埠需要 TLS',
      ],
    ],
    actions: [ask, readLogs],
  },
  server_error: {
    summary: ['{target} answers with an error of its own: {detail}.', '{target} 回應自身錯誤：{detail}。'],
    causes: [
      ['A fault in the last deployment', '最近一次部署有誤'],
      ['Its configuration or a secret is missing', '缺少設定或密鑰'],
      ['Something that it depends on and Watchpost does not know of fails', 'Watchpost 未知的依賴發生故障'],
    ],
    actions: [ask, readLogs, restart],
  },
  unexpected_status: {
    summary: ['{target} refuses the question: {detail}.', '{target} 拒絕請求：{detail}。'],
    causes: [
      ['The path in watchpost.yml is not the one that it serves', 'watchpost.yml 中的路徑與實際不符'],
      ['A deployment has moved or removed the endpoint', '部署移動或移除了該端點'],
    ],
    actions: [ask],
  },
  authentication_failed: {
    summary: ['{target} does not accept our credentials: {detail}.', '{target} 不接受我們的憑證：{detail}。'],
    causes: [
      ['The token or password was changed or has expired', '權杖或密碼已變更或過期'],
      ['The account lacks the right', '帳號權限不足'],
      [
        'The endpoint is protected and watchpost.yml names no credentials',
        '端點受保護，但 watchpost.yml 未設定憑證',
      ],
    ],
    actions: [
      [['See whether the configuration has what it needs', '檢查設定是否完整'], 'watchpost check'],
      ask,
    ],
  },
  unexpected_redirect: {
    summary: ['{target} sends us elsewhere: {detail}.', '{target} 將請求重新導向：{detail}。'],
    causes: [
      ['A login page or a proxy stands before it', '前面有登入頁或代理'],
      ['http became https, or the path has moved', 'http 改為 https，或路徑已移動'],
    ],
    actions: [[['See where to', '查看導向何處'], 'curl --max-time 10 --head {url}']],
  },
  html_instead_of_json: {
    summary: [
      '{target} answers with a page of HTML where JSON is expected: somebody else answers in its place.',
      '{target} 回應 HTML 網頁而非 JSON：可能由其他程式代為回應。',
    ],
    causes: [
      ['A proxy, a login or an error page answers in its place', '由代理、登入頁或錯誤頁代為回應'],
      ['Another program has taken the port', '其他程式佔用了連接埠'],
      ['The path in watchpost.yml leads to a page for people', 'watchpost.yml 中的路徑指向給人看的網頁'],
    ],
    actions: [ask, seeContainer],
  },
  empty_body: {
    summary: ['{target} answers, but with nothing in it.', '{target} 有回應，但內容為空。'],
    causes: [
      ['The endpoint was replaced by a stub', '端點被空實作取代'],
      ['A proxy drops the body', '代理丟棄了內容'],
    ],
    actions: [ask],
  },
  not_json: {
    summary: ['What {target} says cannot be read: {detail}.', '無法讀取 {target} 的回應內容：{detail}。'],
    causes: [
      ['A deployment changed the format', '部署改變了回應格式'],
      ['The path in watchpost.yml is another one', 'watchpost.yml 中的路徑有誤'],
    ],
    actions: [ask],
  },
  broken_body: {
    summary: ['The answer of {target} does not come whole: {detail}.', '{target} 的回應不完整：{detail}。'],
    causes: [
      ['The process ended in the middle of its answer', '程序在回應途中結束'],
      ['It sends too slowly to end in time', '傳送過慢，未能在時限內完成'],
      ['A proxy between cuts or recodes it', '中間的代理截斷或重新編碼'],
    ],
    actions: [ask, readLogs],
  },
  oversized_body: {
    summary: [
      'The answer of {target} is too large to be a health answer: {detail}.',
      '{target} 的回應過大：{detail}。',
    ],
    causes: [
      ['The path leads to data and not to health', '路徑指向資料而非健康檢查'],
      ['The endpoint lists what grows without bound', '端點列出了無限增長的內容'],
    ],
    actions: [[['See how large it is', '查看回應大小'], 'curl --max-time 10 --silent {url} | wc --bytes']],
  },
  self_reported: {
    summary: [
      '{target} answers and says itself that it is not well: {detail}.',
      '{target} 自行回報異常：{detail}。',
    ],
    causes: [
      ['Something inside it fails; its body and its log say what', '內部發生故障，詳見回應內容與日誌'],
      ['A dependency that it can do without is down', '可有可無的依賴離線'],
    ],
    actions: [probeAgain, readLogs],
  },
  assertion_failed: {
    summary: [
      '{target} answers, but not what was asserted of it: {detail}.',
      '{target} 的斷言不成立：{detail}。',
    ],
    causes: [
      ['What the assertion guards against has happened', '斷言所防範的情況已發生'],
      ['The format of the answer has changed', '回應格式已改變'],
    ],
    actions: [probeAgain],
  },
  slow_answer: {
    summary: [
      '{target} takes {measured} to answer, at most {limit} is wanted.',
      '{target} 回應耗時 {measured}，上限為 {limit}。',
    ],
    causes: [
      ['It is overloaded, or does too much for each question', '負載過高，或每次請求的工作過多'],
      ['Something that it asks is slow', '其所查詢的資源緩慢'],
      ['The machine is short of processor time', '主機 CPU 不足'],
    ],
    actions: [probeAgain, readLogs],
  },
  service_memory_high: {
    summary: [
      '{target} uses {measured} of its memory, the limit is {limit}.',
      '{target} 記憶體使用率為 {measured}，上限為 {limit}。',
    ],
    causes: [
      ['A memory leak', '記憶體洩漏'],
      ['A limit that is too small for the load', '限額對負載而言過小'],
    ],
    actions: [readLogs, restart],
  },
  unknown_fault: {
    summary: ['{target} fails: {detail}.', '{target} 故障：{detail}。'],
    causes: [['The detail says all that is known', '所知皆在詳細訊息中']],
    actions: [probeAgain, readLogs],
  },
} as const satisfies Record<string, Entry>
