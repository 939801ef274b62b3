// The machine that Watchpost runs on.
import type { Entry } from './entry.ts'

export const hostCauses = {
  memory_full: {
    summary: [
      'The machine has {measured} of its memory in use, the limit is {limit}.',
      '主機記憶體使用率為 {measured}，上限為 {limit}。',
    ],
    causes: [
      ['A process leaks memory', '有程序記憶體洩漏'],
      ['More runs on the machine than it has memory for', '主機上的程式超過記憶體容量'],
    ],
    actions: [
      [['See who uses it', '查看記憶體使用者'], 'ps -eo pid,rss,comm --sort=-rss | head -15'],
      [
        ['See whether somebody was killed for it', '查看是否有程序被終止'],
        'journalctl -k --since=-1h --grep="Out of memory"',
      ],
    ],
  },
  disk_full: {
    summary: [
      'The file system {mountpoint} is {measured} full, the limit is {limit}.',
      '檔案系統 {mountpoint} 使用率為 {measured}，上限為 {limit}。',
    ],
    causes: [
      ['Logs or temporary files grow', '日誌或暫存檔增長'],
      ['Images, volumes or backups are kept too long', '映像、磁碟卷或備份保留過久'],
      ['The database grows', '資料庫增長'],
    ],
    actions: [
      [['See what is large', '查看佔用空間者'], 'du -xh --max-depth=2 {mountpoint} | sort -h | tail -20'],
      [['See what Docker keeps', '查看 Docker 佔用空間'], 'docker system df'],
    ],
  },
  cpu_saturated: {
    summary: [
      'The processors of the machine are {measured} busy and work waits for them: load {load} over five minutes.',
      '主機 CPU 使用率為 {measured} 且有工作等待：五分鐘負載 {load}。',
    ],
    causes: [
      ['A process runs in an endless loop', '有程序陷入無窮迴圈'],
      ['More is asked of the machine than it can do', '負載超過主機能力'],
    ],
    actions: [[['See who uses them', '查看 CPU 使用者'], 'ps -eo pid,pcpu,comm --sort=-pcpu | head -15']],
  },
  file_handles_exhausted: {
    summary: [
      '{measured} of the files that may be open on the machine are open.',
      '主機已開啟檔案數達上限的 {measured}。',
    ],
    causes: [['A process opens files or sockets and does not close them', '有程序開啟檔案或連線後未關閉']],
    actions: [
      [
        ['See who has most open', '查看開啟最多者'],
        "lsof -n | awk '{print $1}' | sort | uniq -c | sort -n | tail",
      ],
    ],
  },
} as const satisfies Record<string, Entry>
