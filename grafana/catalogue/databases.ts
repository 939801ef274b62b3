import { text } from '../language.ts'

const noDatabase = text('no database is watched', '未監控任何資料庫')
const notTold = text('no watched database tells this', '沒有受監控的資料庫提供此數值')

export const databases = {
  title: text('Watchpost: databases', 'Watchpost：資料庫'),
  description: text(
    'Databases: reached or not, sessions against the maximum, who waits for whom, growth.',
    '資料庫：連線狀態、連線數與上限、鎖等待與成長。',
  ),
  now: text('Right now', '目前狀況'),
  sessions: text('Sessions', '連線'),
  work: text('Work', '工作量'),
  growth: text('Size and replication', '大小與複寫'),
  table: {
    title: text('Databases', '資料庫'),
    description: text(
      'Each database with what it says of itself; the worst first.',
      '各資料庫的現況，狀況最差者在前。',
    ),
    empty: noDatabase,
  },
  states: {
    title: text('States over time', '狀態時間軸'),
    description: text('The state of each database through the time range.', '各資料庫在時間範圍內的狀態。'),
    empty: noDatabase,
  },
  connections: {
    title: text('Connections by state', '各狀態連線數'),
    description: text(
      'Sessions of clients. Many that are idle in transaction hold locks and keep rows from being cleaned up.',
      '用戶端連線。過多 idle in transaction 會持有鎖並妨礙清理。',
    ),
    empty: noDatabase,
  },
  used: {
    title: text('Connections against the maximum', '連線數與上限之比'),
    description: text(
      'Share of the sessions that the server admits that is in use; at 100 % new ones are refused.',
      '已使用的連線比例；達 100% 時會拒絕新連線。',
    ),
    empty: noDatabase,
  },
  longest: {
    title: text('Longest transaction', '最長交易'),
    description: text('Age of the oldest open transaction.', '最久未結束交易的時間。'),
    empty: notTold,
  },
  blocked: {
    title: text('Blocked sessions', '被阻塞的連線'),
    description: text('Sessions that wait for a lock of another.', '等待其他連線釋放鎖的連線數。'),
    empty: notTold,
  },
  waits: {
    title: text('Who waits for whom', '鎖等待關係'),
    description: text(
      'Applications that wait for a lock, and the application that holds it. Look at the holder first.',
      '等待鎖的應用程式與持有鎖的應用程式；請先檢查持有者。',
    ),
    empty: text('no session waits for another', '沒有連線在等待鎖'),
  },
  transactions: {
    title: text('Transactions', '交易量'),
    description: text(
      'Transactions per second that were committed and rolled back.',
      '每秒提交與回滾的交易數。',
    ),
    empty: notTold,
  },
  deadlocks: {
    title: text('Deadlocks', '死鎖'),
    description: text('Deadlocks that the server broke, in each interval.', '各時段內伺服器解除的死鎖數。'),
    empty: notTold,
  },
  cache: {
    title: text('Reads served from memory', '快取命中率'),
    description: text(
      'Share of the reads that needed no disk; a fall means that the working set has outgrown the memory.',
      '不需讀取磁碟的比例；下降表示工作集超過記憶體。',
    ),
    empty: notTold,
  },
  size: {
    title: text('Size', '大小'),
    description: text('Size of each database on disk.', '各資料庫的磁碟大小。'),
    empty: notTold,
  },
  growthRate: {
    title: text('Growth in a day', '每日成長'),
    description: text(
      'How much each database would grow in a day at the pace of the last hour.',
      '依近一小時速度推算的每日成長量。',
    ),
    empty: notTold,
  },
  lag: {
    title: text('Replication lag', '複寫延遲'),
    description: text(
      'How far a standby is behind; nothing where there is no standby.',
      '備援落後的時間；沒有備援時無資料。',
    ),
    empty: text('no replication', '沒有複寫'),
  },
  connectTime: {
    title: text('Time to connect', '連線時間'),
    description: text('How long the last probe of each database took.', '各資料庫最近一次探測的時間。'),
    empty: text('no database has answered in this time range', '此時間範圍內沒有資料庫回應'),
  },
  headings: {
    sessions: text('Connections', '連線數'),
    longest: text('Longest transaction', '最長交易'),
    blocked: text('Blocked', '被阻塞'),
    size: text('Size', '大小'),
    blocker: text('Holds the lock', '持有鎖'),
    waiter: text('Waits', '等待者'),
    count: text('Sessions', '連線數'),
  },
} as const
