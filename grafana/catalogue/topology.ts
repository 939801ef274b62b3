import { text } from '../language.ts'

export const topology = {
  title: text('Watchpost: topology', 'Watchpost：依賴拓撲'),
  description: text(
    'What depends on what, what is the root of a fault, and whom it hurts.',
    '目標間的依賴關係、故障根因與受影響範圍。',
  ),
  map: text('Map', '拓撲圖'),
  faults: text('Faults', '故障'),
  edges: text('Dependencies', '依賴關係'),
  graph: {
    title: text('Who depends on whom', '依賴關係圖'),
    description: text(
      'An arrow leads from a target to what it depends on. Red is a root cause, orange a victim or a warning, purple unknown, green healthy; a dashed line is a soft dependency.',
      '箭頭由目標指向其依賴。紅色為根因，橘色為受影響或警告，紫色為未知，綠色為正常；虛線為弱依賴。',
    ),
    empty: text('nothing is watched yet', '尚未監控任何目標'),
  },
  rootCauses: {
    title: text('Root causes', '根因'),
    description: text(
      'Down, and nothing that it cannot do without explains it: repair these first.',
      '離線且無法以其依賴解釋的目標：請優先修復。',
    ),
    empty: text('nothing is down', '沒有離線的目標'),
  },
  impact: {
    title: text('Who is hurt by what', '影響範圍'),
    description: text(
      'Targets that are down because of a root cause; they recover with it.',
      '因根因而離線的目標，根因恢復後會隨之恢復。',
    ),
    empty: text('no target suffers from another', '沒有目標受其他目標影響'),
  },
  states: {
    title: text('States by kind', '各類目標狀態'),
    description: text(
      'Databases and sources above the services that use them: read a fault from top to bottom.',
      '資料庫與資料來源位於使用它們的服務之上：由上而下判讀故障。',
    ),
    empty: text('nothing was watched in this time range', '此時間範圍內沒有監控資料'),
  },
  table: {
    title: text('All dependencies', '所有依賴'),
    description: text(
      'Direct ones from the configuration, and transitive ones that follow from them.',
      '設定中的直接依賴，以及由其推導的間接依賴。',
    ),
    empty: text('no dependency is configured', '未設定依賴'),
  },
} as const
