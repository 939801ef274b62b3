import { text } from '../language.ts'

const off = text(
  'the host is not watched: host.enabled in watchpost.yml',
  '未監控主機：watchpost.yml 的 host.enabled',
)
const noContainers = text('containers are not watched', '未監控容器')

export const host = {
  title: text('Watchpost: host and containers', 'Watchpost：主機與容器'),
  description: text(
    'The machine that everything runs on: use, saturation, errors; and its containers.',
    '所有服務所在的主機：使用率、飽和度、錯誤；以及其容器。',
  ),
  now: text('Right now', '目前狀況'),
  use: text('Use', '使用率'),
  saturation: text('Saturation', '飽和度'),
  traffic: text('Disk and network', '磁碟與網路'),
  containers: text('Containers', '容器'),
  cpu: {
    title: text('CPU', 'CPU 使用率'),
    description: text(
      'Share of the processor time of all cores that is in use.',
      '所有核心的處理器使用比例。',
    ),
    empty: off,
  },
  memory: {
    title: text('Memory', '記憶體使用率'),
    description: text(
      'Share of the memory that could not be given to a new program.',
      '無法再分配給新程式的記憶體比例。',
    ),
    empty: off,
  },
  disk: {
    title: text('Disk', '磁碟使用率'),
    description: text('How full the fullest file system is.', '使用率最高的檔案系統。'),
    empty: off,
  },
  uptime: {
    title: text('Uptime', '運行時間'),
    description: text('Time since the machine was started.', '主機啟動至今的時間。'),
    empty: off,
  },
  load: {
    title: text('Load', '系統負載'),
    description: text(
      'Tasks that run or wait, against the number of cores. Above the line they wait.',
      '執行或等待中的工作數與核心數。超過核心數代表需要等待。',
    ),
    empty: off,
  },
  cpuByMode: {
    title: text('CPU by mode', '各模式 CPU'),
    description: text(
      'What the cores do: much iowait points to the disk, steal to the host of a virtual machine.',
      '核心的工作內容：iowait 高表示磁碟瓶頸，steal 高表示虛擬機主機資源不足。',
    ),
    empty: off,
  },
  memoryUse: {
    title: text('Memory over time', '記憶體變化'),
    description: text('Used and available memory.', '已使用與可用記憶體。'),
    empty: off,
  },
  filesystems: {
    title: text('File systems', '檔案系統'),
    description: text(
      'How full each file system is. The dashed line is the limit of the alert.',
      '各檔案系統使用率。虛線為告警門檻。',
    ),
    empty: off,
  },
  full: {
    title: text('Time until full', '距離寫滿時間'),
    description: text(
      'When each file system is full if it goes on as in the last 6 hours; nothing for one that does not grow.',
      '依近六小時速度推算的寫滿時間；未成長的檔案系統不顯示。',
    ),
    empty: text('no file system is filling up', '沒有正在增長的檔案系統'),
  },
  pressure: {
    title: text('Pressure', '資源壓力'),
    description: text(
      'Share of the time in which some task waited for processor, memory or disk (PSI).',
      '有工作因等待處理器、記憶體或磁碟而停滯的時間比例（PSI）。',
    ),
    empty: text('the kernel keeps no pressure statistics', '核心未提供壓力統計'),
  },
  diskTraffic: {
    title: text('Disk', '磁碟讀寫'),
    description: text('Bytes read and written per second.', '每秒讀寫位元組數。'),
    empty: off,
  },
  network: {
    title: text('Network', '網路流量'),
    description: text('Bytes received and sent per second, by device.', '各網路裝置每秒收發位元組數。'),
    empty: off,
  },
  networkErrors: {
    title: text('Network errors', '網路錯誤'),
    description: text('Packets that were damaged or dropped.', '損壞或丟棄的封包。'),
    empty: off,
  },
  containerTable: {
    title: text('Containers', '容器'),
    description: text(
      'Each container with its state, health, use of its limits, and how often it was restarted or killed for memory in the time range.',
      '各容器的狀態、健康檢查、資源使用比例，以及時間範圍內的重啟與記憶體不足終止次數。',
    ),
    empty: noContainers,
  },
  containerCpu: {
    title: text('CPU by container', '容器 CPU'),
    description: text(
      'Share of the processors that each container may use.',
      '各容器使用的處理器佔其上限的比例。',
    ),
    empty: noContainers,
  },
  containerMemory: {
    title: text('Memory by container', '容器記憶體'),
    description: text(
      'Share of its limit that each container uses, or of the machine where there is no limit.',
      '各容器使用的記憶體佔其上限的比例；無上限時為佔主機的比例。',
    ),
    empty: noContainers,
  },
  headings: {
    container: text('Container', '容器'),
    service: text('Service', '服務'),
    health: text('Health', '健康檢查'),
    restarts: text('Restarts', '重啟次數'),
    kills: text('Killed for memory', '記憶體不足終止'),
    started: text('Started', '啟動時間'),
  },
} as const
