// Messages as people read them: what Alertmanager sends, drawn by a real Chromium, by day and by night, on a telephone.
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { expect, onTestFinished, test } from 'vitest'
import { useBrowser } from '../harness/browser.ts'
import { startAlone, startMailbox } from '../harness/alertmanager.ts'
import { drawSlack } from '../harness/slack-page.ts'
import { startSlack } from '../harness/slack.ts'
import { waitFor } from '../harness/wait.ts'

/** Where pictures of the messages are kept, if anywhere. */
const pictures = process.env['PICTURES']
const browser = useBrowser()

const labels = { alertname: 'ServiceDown', target: 'ohlc_api', kind: 'service', severity: 'critical' }
const annotations = {
  summary: 'Service is down and nothing it depends on explains it.',
  description:
    'ohlc_api fails its probes (reason: connect). Diagnosis: connection refused. Services affected: analyze_api, trainer.',
  recovery: 'restart service at 2026-11-23 10:01:05 UTC: under way',
  possible_causes: 'The process crashed; the container was killed for memory; a bad deployment.',
  suggested_actions: "Read the service's log; roll back the last deployment; restart the service.",
  summary_zh: '微服務離線',
  description_zh:
    '微服務 ohlc_api 探測失敗（原因：connect）。診斷：connection refused。受影響的服務：analyze_api、trainer。',
  recovery_zh: '2026-11-23 10:01:05 UTC 執行 restart service：執行中',
  possible_causes_zh: '服務程序崩潰；容器因記憶體不足被終止；部署有誤',
  suggested_actions_zh: '檢查服務日誌；回滾最近一次部署；重啟服務',
  dashboard_url: '/d/watchpost-service?var-target=ohlc_api',
  runbook_url: 'docs/alerts.md#servicedown',
}

interface Sent {
  readonly slack: readonly string[]
  readonly mails: readonly string[]
}

/** The page of each message: first that it is down, then that it is over. */
async function send(language: string): Promise<Sent> {
  const slack = await startSlack()
  onTestFinished(() => slack.close())
  const { server, environment } = await startMailbox()
  const { alertmanager } = await startAlone({
    ...environment,
    ALERT_CHANNELS: 'slack,email',
    ALERT_LANGUAGE: language,
    ALERT_SLACK_WEBHOOK_URL: slack.url,
    ALERT_GRAFANA_URL: 'https://grafana.example/',
    ALERT_DOCS_URL: 'https://git.example/watchpost/blob/main',
  })
  for (const [count, seconds] of [
    [1, 60],
    [2, 0],
  ] as const) {
    await alertmanager.post([
      { labels, annotations, endsAt: new Date(Date.now() + seconds * 1000).toISOString() },
    ])
    await waitFor(
      'both messages are there',
      () => slack.messages.length >= count && server.mails.length >= count,
    )
  }
  return {
    slack: slack.messages.map(drawSlack),
    mails: server.mails.map(({ body }) => /<!doctype html>[\s\S]*<\/html>/.exec(body)?.[0] ?? ''),
  }
}

interface Look {
  readonly name: string
  readonly html: string
  readonly width?: number
  readonly colorScheme?: 'light' | 'dark'
}

async function open({ name, html, width = 680, colorScheme = 'light' }: Look): Promise<Page> {
  const page = await browser().newPage({ viewport: { width, height: 480 }, colorScheme })
  onTestFinished(() => page.close())
  await page.setContent(html)
  if (pictures !== undefined) {
    await mkdir(pictures, { recursive: true })
    await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true })
  }
  return page
}

const overflows = 'document.documentElement.scrollWidth > document.documentElement.clientWidth'

test.each([
  ['en', 'Recovery:', 'Open dashboard'],
  ['zh-TW', '自動恢復:', '開啟儀表板'],
] as const)(
  'in %s nothing of their markup is left to read, and links lead where they say',
  async (language, recovery, link) => {
    const { slack, mails } = await send(language)
    for (const [index, state] of ['firing', 'resolved'].entries()) {
      const drawn = [
        { name: `slack.${state}.${language}`, html: slack[index] ?? '' },
        { name: `mail.${state}.${language}`, html: mails[index] ?? '' },
      ]
      for (const { name, html } of drawn) {
        const page = await open({ name, html })
        const text = await page.evaluate<string>('document.body.innerText')
        expect(text).not.toMatch(/[*`<>|]|&\w+;|\{\{/)
        expect(text).toContain(recovery)
        const phone = await open({ name: `${name}.phone`, html, width: 360, colorScheme: 'dark' })
        expect(await phone.evaluate<boolean>(overflows)).toBe(false)
      }
    }
    const page = await open({ name: `slack.${language}`, html: slack[0] ?? '' })
    const dashboard = 'https://grafana.example/d/watchpost-service?var-target=ohlc_api'
    expect(await page.getByRole('link', { name: link }).getAttribute('href')).toBe(dashboard)
    expect(await page.locator('.title').getAttribute('href')).toBe(dashboard)
    const runbook = page.getByRole('link', { name: /^(?:Runbook|處理手冊)$/ })
    expect(await runbook.getAttribute('href')).toBe(
      'https://git.example/watchpost/blob/main/docs/alerts.md#servicedown',
    )
  },
)
