// What people read, rendered by Alertmanager's own engine.
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { requireProgram } from '../demo/programs/find.ts'
import { writeRendered } from './output.ts'
import { renderAlertmanager } from './render.ts'

const execute = promisify(execFile)

const labels = { alertname: 'ServiceDown', target: 'ohlc_api', kind: 'service', severity: 'critical' }
const annotations = {
  summary: 'Service is down and nothing it depends on explains it.',
  description: 'ohlc_api fails its probes (reason: connect). Services affected: trainer.',
  possible_causes: 'The process crashed; a bad deployment.',
  suggested_actions: "Read the service's log; restart the service.",
  summary_zh: '微服務離線',
  description_zh: '微服務 ohlc_api 探測失敗（原因：connect）。受影響的服務：trainer。',
  possible_causes_zh: '服務程序崩潰；部署有誤',
  suggested_actions_zh: '檢查服務日誌；重啟服務',
  runbook_url: 'docs/alerts.md#servicedown',
  dashboard_url: '/d/watchpost-service?var-target=ohlc_api',
}

let directory = ''
let amtool = ''

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'watchpost-templates-'))
  amtool = (await requireProgram('amtool', { log: () => undefined })).path
  for (const language of ['en', 'zh-TW']) {
    const rendered = renderAlertmanager({
      ALERT_LANGUAGE: language,
      ALERT_TIMEZONE: 'Asia/Taipei',
      ALERT_GRAFANA_URL: 'https://grafana.example/',
      ALERT_DOCS_URL: 'https://git.example/watchpost/blob/main',
    })
    await writeRendered(join(directory, language), rendered, { write: () => {}, writeError: () => {} })
  }
}, 180_000)

afterAll(() => rm(directory, { recursive: true }))

interface Message {
  readonly template: string
  readonly language: 'en' | 'zh-TW'
  readonly status?: 'firing' | 'resolved'
  readonly alert?: { readonly labels?: object; readonly annotations?: object }
}

async function render({ template, language, status = 'firing', alert = {} }: Message): Promise<string> {
  const common = alert.labels ?? labels
  const times = { startsAt: '2026-11-23T10:00:00Z', endsAt: '2026-11-23T10:20:00Z' }
  const alerts = [{ status, labels: common, annotations: alert.annotations ?? annotations, ...times }]
  const data = join(directory, 'data.json')
  await writeFile(data, JSON.stringify({ status, alerts, commonLabels: common, groupLabels: common }))
  const { stdout } = await execute(amtool, [
    'template',
    'render',
    `--template.glob=${join(directory, language, 'templates', '*.tmpl')}`,
    `--template.type=${template === 'watchpost.email' ? 'html' : 'text'}`,
    `--template.text={{ template "${template}" . }}`,
    `--template.data=${data}`,
  ])
  return stdout
}

test('a message in English says what, why, what to do and where', async () => {
  expect(await render({ template: 'watchpost.subject', language: 'en' })).toBe(
    '[CRITICAL] ohlc_api: Service is down and nothing it depends on explains it.',
  )
  expect(await render({ template: 'watchpost.text', language: 'en' }))
    .toBe(`CRITICAL: ServiceDown target=ohlc_api
Service is down and nothing it depends on explains it.
ohlc_api fails its probes (reason: connect). Services affected: trainer.

What to do
• Read the service's log
• restart the service

Possible causes
• The process crashed
• a bad deployment

Since 2026-11-23 18:00:00 CST
Dashboard https://grafana.example/d/watchpost-service?var-target=ohlc_api
Runbook https://git.example/watchpost/blob/main/docs/alerts.md#servicedown

`)
})

test('a message in Chinese is Chinese throughout', async () => {
  expect(await render({ template: 'watchpost.subject', language: 'zh-TW' })).toBe(
    '[嚴重] ohlc_api: 微服務離線',
  )
  expect(await render({ template: 'watchpost.slack.text', language: 'zh-TW' })).toBe(`*微服務離線*
微服務 ohlc_api 探測失敗（原因：connect）。受影響的服務：trainer。
*建議處理*
• 檢查服務日誌
• 重啟服務
*可能原因*
• 服務程序崩潰
• 部署有誤
開始時間 2026-11-23 18:00:00 CST
<https://grafana.example/d/watchpost-service?var-target=ohlc_api|開啟儀表板>  <https://git.example/watchpost/blob/main/docs/alerts.md#servicedown|處理手冊>
\`ServiceDown\` target=ohlc_api
`)
})

test('a resolved message says from when to when', async () => {
  const message = { template: 'watchpost.text', status: 'resolved' } as const
  expect(await render({ ...message, language: 'en' })).toBe(`RESOLVED: ServiceDown target=ohlc_api
Service is down and nothing it depends on explains it.
From 2026-11-23 18:00:00 CST to 2026-11-23 18:20:00 CST, 20m0s.
`)
  expect(await render({ ...message, language: 'zh-TW' })).toContain('已恢復: ServiceDown target=ohlc_api')
})

const recovered = {
  ...annotations,
  recovery: 'restart service at 2026-11-23 10:01:05 UTC: done',
  recovery_zh: '2026-11-23 10:01:05 UTC 執行 restart service：已執行，待確認',
}

test.each(['firing', 'resolved'] as const)('what recovery did stands in a %s message', async (status) => {
  const alert = { annotations: recovered }
  const message = { status, alert } as const
  for (const template of ['watchpost.text', 'watchpost.slack.text', 'watchpost.email']) {
    const english = await render({ ...message, template, language: 'en' })
    expect(english.replaceAll(/[*]|<\/?b>/g, '')).toContain(`Recovery: ${recovered.recovery}`)
    const chinese = await render({ ...message, template, language: 'zh-TW' })
    expect(chinese.replaceAll(/[*]|<\/?b>/g, '')).toContain(`自動恢復: ${recovered.recovery_zh}`)
  }
})

const hostile = {
  ...annotations,
  possible_causes: '<!here> & <https://evil.example|click>; two',
  description: `<script>alert(1)</script> & <!channel> ${'x'.repeat(10_240)}`,
}

test('markup in an alert stays text in a mail, where nothing is cut', async () => {
  const html = await render({ template: 'watchpost.email', language: 'en', alert: { annotations: hostile } })
  expect(html).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;!channel&gt; xxx')
  expect(html).not.toContain('<script>')
  expect(html).toContain('x'.repeat(10_240))
  expect(html).toContain('href="https://grafana.example/d/watchpost-service?var-target=ohlc_api"')
})

test('a mail has links to follow, on a small screen and on a dark one', async () => {
  const html = await render({ template: 'watchpost.email', language: 'en' })
  expect(html).toContain(
    'href="https://git.example/watchpost/blob/main/docs/alerts.md#servicedown">https://git.example/',
  )
  expect(html).toContain('<meta name="viewport" content="width=device-width,initial-scale=1">')
  expect(html).toContain('@media (prefers-color-scheme: dark)')
})

test('markup in an alert calls nobody in Slack, and ten kilobytes are cut', async () => {
  const text = await render({
    template: 'watchpost.slack.text',
    language: 'en',
    alert: { annotations: hostile },
  })
  expect(text).toContain('&lt;script&gt;alert(1)&lt;/script&gt; &amp; &lt;!channel&gt; xxx')
  expect(text).toContain('• &lt;!here&gt; &amp; &lt;https://evil.example|click&gt;\n• two')
  expect(text.length).toBeLessThan(2000)
  expect(text).toContain('|Open dashboard>')
})

test('an alert from elsewhere, without any annotation, still makes a message', async () => {
  const alert = { labels: { alertname: 'Foreign' }, annotations: {} }
  expect(await render({ template: 'watchpost.subject', language: 'en', alert })).toBe(
    '[WARNING] Foreign: Foreign',
  )
  expect(await render({ template: 'watchpost.subject', language: 'zh-TW', alert })).toBe(
    '[警告] Foreign: Foreign',
  )
  expect(await render({ template: 'watchpost.email', language: 'en', alert })).toContain('Foreign')
  expect(await render({ template: 'watchpost.slack.text', language: 'en', alert })).toContain('*Foreign*')
})
