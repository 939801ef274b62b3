// Databases: signing in, and what goes on among their sessions.
import { probeAgain } from './entry.ts'
import type { Entry } from './entry.ts'

const sessions = [
  ['See who holds the sessions', '查看連線由誰佔用'],
  'psql -h {postgresHost} -p {postgresPort} -d {database} -c "SELECT application_name, usename, state, count(*), max(now() - state_change) AS longest FROM pg_stat_activity GROUP BY 1, 2, 3 ORDER BY 4 DESC"',
] as const

export const databaseCauses = {
  password_rejected: {
    summary: [
      '{target} does not accept the user or the password: {detail}.',
      '{target} 不接受使用者或密碼：{detail}。',
    ],
    causes: [
      ['The password was changed and not here', '密碼已變更但此處未更新'],
      ['The role does not exist or may not sign in', '角色不存在或不允許登入'],
      ['pg_hba.conf has no line for this address', 'pg_hba.conf 未允許此地址'],
    ],
    actions: [
      [
        ['Sign in by hand with the same role', '以相同角色手動登入'],
        'psql -h {postgresHost} -p {postgresPort} -d {database} -c "SELECT current_user"',
      ],
      [
        ['See what the server says of it', '查看伺服器的認證規則'],
        'psql -h {postgresHost} -p {postgresPort} -U postgres -c "SELECT * FROM pg_hba_file_rules"',
      ],
    ],
  },
  connections_exhausted: {
    summary: ['{target} has no connection left to give: {detail}.', '{target} 的連線數已用盡：{detail}。'],
    causes: [
      ['A program opens sessions and does not close them', '有程式開啟連線後未關閉'],
      [
        'The pools of all services together are larger than max_connections',
        '各服務連線池總和超過 max_connections',
      ],
      ['Sessions wait for a lock and pile up', '連線因等待鎖而堆積'],
    ],
    actions: [
      sessions,
      [
        ['End the idle sessions of one application', '結束某應用的閒置連線'],
        `psql -h {postgresHost} -p {postgresPort} -d {database} -c "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE state = 'idle' AND application_name = 'NAME'"`,
      ],
    ],
  },
  connections_running_out: {
    summary: ['{target} has given {measured} of its connections.', '{target} 已使用 {measured} 的連線數。'],
    causes: [
      ['A program opens sessions and does not close them', '有程式開啟連線後未關閉'],
      ['The pools together are larger than max_connections', '連線池總和超過 max_connections'],
    ],
    actions: [sessions],
  },
  sessions_blocked: {
    summary: [
      'In {target}, {blocker} (pid {blockerPid}, {blockerState}) keeps {blockedCount} sessions waiting for a lock, {blocked} first of all.',
      '{target} 中，{blocker}（pid {blockerPid}，{blockerState}）使 {blockedCount} 個連線等待鎖，首當其衝的是 {blocked}。',
    ],
    causes: [
      ['A transaction of {blocker} was begun and not ended', '{blocker} 開啟的交易未結束'],
      ['A migration takes a lock that is too strong for working hours', '資料遷移取得了過強的鎖'],
      ['Two programs take the same locks in different order', '兩個程式以不同順序取得相同的鎖'],
    ],
    actions: [
      [
        ['See what the blocker does', '查看阻塞者在做什麼'],
        'psql -h {postgresHost} -p {postgresPort} -d {database} -c "SELECT pid, application_name, state, xact_start, query FROM pg_stat_activity WHERE pid = {blockerPid}"',
      ],
      [
        ['End it, if its work may be lost', '若可捨棄其工作，將其結束'],
        'psql -h {postgresHost} -p {postgresPort} -d {database} -c "SELECT pg_terminate_backend({blockerPid})"',
      ],
    ],
  },
  long_transaction: {
    summary: [
      'A transaction has been open in {target} for {measured}.',
      '{target} 有交易已開啟 {measured}。',
    ],
    causes: [
      ['A program forgot to end it', '程式忘記結束交易'],
      ['A report or a backup takes that long', '報表或備份耗時過長'],
    ],
    actions: [
      [
        ['See the oldest transactions', '查看最舊的交易'],
        'psql -h {postgresHost} -p {postgresPort} -d {database} -c "SELECT pid, application_name, state, now() - xact_start AS age, query FROM pg_stat_activity WHERE xact_start IS NOT NULL ORDER BY xact_start LIMIT 5"',
      ],
    ],
  },
  replication_lag: {
    summary: ['A standby of {target} is {measured} behind.', '{target} 的備援落後 {measured}。'],
    causes: [
      ['The standby is slow or its network is', '備援主機或其網路緩慢'],
      ['A long query on the standby holds the replay up', '備援上的長查詢阻礙了重放'],
    ],
    actions: [
      [
        ['See each standby', '查看各備援'],
        'psql -h {postgresHost} -p {postgresPort} -d {database} -c "SELECT application_name, state, replay_lag FROM pg_stat_replication"',
      ],
    ],
  },
  store_full: {
    summary: [
      '{target} has filled the memory that it may use: {measured}.',
      '{target} 的記憶體已達上限：{measured}。',
    ],
    causes: [
      [
        'More is kept in it than it has room for: keys are dropped, or writes refused',
        '資料超出容量：將淘汰鍵值或拒絕寫入',
      ],
      ['Keys have no time to live', '鍵值未設定存活時間'],
    ],
    actions: [
      [
        ['See what it does when it is full', '查看滿載時的策略'],
        'redis-cli -h {host} -p {port} CONFIG GET maxmemory-policy',
      ],
    ],
  },
  database_starting: {
    summary: [
      '{target} runs but takes no sessions yet: {detail}.',
      '{target} 已運行但尚未接受連線：{detail}。',
    ],
    causes: [
      ['It was just started, or replays its log after a crash', '剛啟動，或崩潰後正在重放日誌'],
      ['It is shutting down', '正在關閉'],
    ],
    actions: [
      [
        ['Ask whether it accepts sessions', '查詢是否接受連線'],
        'pg_isready -h {postgresHost} -p {postgresPort}',
      ],
    ],
  },
  database_missing: {
    summary: [
      'The server of {target} runs but has no such database: {detail}.',
      '{target} 的伺服器上沒有該資料庫：{detail}。',
    ],
    causes: [
      ['The name in the URL is wrong', 'URL 中的資料庫名稱有誤'],
      ['The database was dropped or not yet restored', '資料庫已被刪除或尚未還原'],
    ],
    actions: [
      [['See which databases there are', '查看有哪些資料庫'], 'psql -h {postgresHost} -p {postgresPort} -l'],
    ],
  },
  database_error: {
    summary: ['{target} lets us in but refuses to work: {detail}.', '{target} 可連線但無法使用：{detail}。'],
    causes: [
      ['A right is missing', '缺少權限'],
      ['The server is damaged or its disk is full', '伺服器損壞或磁碟已滿'],
    ],
    actions: [probeAgain],
  },
} as const satisfies Record<string, Entry>
