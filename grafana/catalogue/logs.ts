import { text } from '../language.ts'

const none = text('no log is kept: start the logs profile', '沒有保存日誌：請啟用 logs profile')

export const logs = {
  title: text('Watchpost: logs', 'Watchpost：日誌'),
  description: text('What the services wrote, next to what was measured.', '服務輸出的日誌與量測對照。'),
  volume: text('How much', '日誌量'),
  content: text('What it says', '日誌內容'),
  lines: {
    title: text('Lines', '日誌行數'),
    description: text('Log lines of each service over time.', '各服務的日誌行數變化。'),
    empty: none,
  },
  errors: {
    title: text('Lines that tell of errors', '錯誤日誌行數'),
    description: text(
      'Log lines with error, exception, fatal or panic in them; a burst is worth a look.',
      '含 error、exception、fatal 或 panic 的日誌；突增時值得查看。',
    ),
    empty: none,
  },
  all: {
    title: text('Log', '日誌'),
    description: text(
      'The lines of the chosen services that contain the text at the top, newest first.',
      '所選服務中包含上方文字的日誌，最新在前。',
    ),
    empty: none,
  },
} as const
