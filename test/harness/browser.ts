// A real Chromium (Debian's package `chromium`) for the tests of a file.
import { chromium } from 'playwright-core'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll } from 'vitest'

/** There from the first test of the file to its last. */
export function useBrowser(): () => Browser {
  let browser: Browser
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
      args: ['--no-sandbox', '--disable-quic'],
    })
  })
  afterAll(() => browser.close())
  return () => browser
}
