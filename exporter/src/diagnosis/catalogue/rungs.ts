// What each rung of the ladder is called, and what is expected there.
import type { Rung } from '../finding.ts'
import type { Text } from '../text.ts'

export const rungTexts: Readonly<Record<Rung, { readonly name: Text; readonly expected: Text }>> = {
  own_network: {
    name: ['own network', '自身網路'],
    expected: ['at least one anchor is reached', '至少可連線一個錨點'],
  },
  dependency: {
    name: ['dependencies', '依賴'],
    expected: ['all that it depends on can be used', '所有依賴皆可使用'],
  },
  dns: { name: ['DNS', 'DNS'], expected: ['the name has an address', '名稱可解析為地址'] },
  tcp: { name: ['TCP', 'TCP'], expected: ['the connection is accepted', '連線被接受'] },
  tls: {
    name: ['TLS', 'TLS'],
    expected: ['a trusted certificate, valid now, of this name', '憑證受信任、在效期內且名稱相符'],
  },
  http: {
    name: ['HTTP', 'HTTP'],
    expected: ['an answer in time, with a status that is well', '在時限內回應且狀態碼正常'],
  },
  session: {
    name: ['session', '資料庫連線'],
    expected: ['we are let in and asked questions are answered', '可登入且查詢有回應'],
  },
  body: {
    name: ['body', '回應內容'],
    expected: ['a body that can be read and says that all is well', '內容可讀且回報正常'],
  },
  container: { name: ['container', '容器'], expected: ['it runs', '容器正在運行'] },
  database_sessions: {
    name: ['database sessions', '資料庫工作階段'],
    expected: ['nobody keeps others waiting and connections are left', '無人阻塞且仍有可用連線'],
  },
  host: { name: ['machine', '主機'], expected: ['use below the thresholds', '使用率低於門檻'] },
  quota: { name: ['quota', '配額'], expected: ['some of the allowance is left', '仍有剩餘配額'] },
  freshness: {
    name: ['freshness', '新鮮度'],
    expected: ['a sync that is not older than it may be', '同步時間未過期'],
  },
  quality: { name: ['quality', '資料品質'], expected: ['few rows with faults', '有缺陷的資料列極少'] },
  schedule: {
    name: ['schedule', '排程'],
    expected: ['a run in each slot, within the grace', '每個時段皆在寬限內執行'],
  },
  runs: {
    name: ['runs', '執行'],
    expected: ['runs end in success, in the time they have', '於時限內成功完成'],
  },
  records: { name: ['records', '任務記錄'], expected: ['the records can be read', '記錄可讀取'] },
  history: { name: ['history', '歷史'], expected: ['no failures', '沒有失敗'] },
}
