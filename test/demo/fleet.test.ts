// The demo fleet's services and database, which tests of the whole rely on: each fault really is what it says.
import { describe, expect, test } from 'vitest'
import { services as catalogue } from '../../demo/catalogue.ts'
import { useFleet } from '../harness/fleet.ts'
import type { HealthAnswer } from '../harness/fleet.ts'

const demo = useFleet(30)

const patient = { timeout: 20_000, interval: 100 }

function failed({ body }: HealthAnswer): string[] {
  return body.dependencies.filter(({ status }) => status === 'error').map(({ name }) => name)
}

describe('services', () => {
  test.each(catalogue)('$name tells its health by the contract', async ({ name, version, needs }) => {
    const { code, body } = await demo.health(name)
    expect(code).toBe(200)
    expect(body).toMatchObject({ status: 'healthy', version })
    expect(body.dependencies.map((dependency) => dependency.name)).toEqual(needs.map((need) => need.name))
    for (const percent of [body.memory_usage, body.cpu_usage]) {
      expect(percent).toBeGreaterThan(0)
      expect(percent).toBeLessThan(80)
    }
    expect(body.uptime).toBeGreaterThan(0)
    expect(body.response_time).toBeGreaterThan(0)
  })

  test('requests are counted and the uptime grows', async () => {
    const before = await demo.health('ohlc_api')
    await demo.health('ohlc_api')
    const after = await demo.health('ohlc_api')
    expect(after.body.request_count).toBeGreaterThanOrEqual(before.body.request_count + 2)
    expect(after.body.uptime).toBeGreaterThanOrEqual(before.body.uptime)
  })

  test('a service that is down refuses connections, and counts from zero when it is back', async () => {
    const uptime = async (): Promise<number> => (await demo.health('ohlc_api')).body.uptime
    await expect.poll(uptime, patient).toBeGreaterThan(3)
    await demo.spoil('ohlc_api', 'down')
    await expect(demo.health('ohlc_api')).rejects.toMatchObject({ cause: { code: 'ECONNREFUSED' } })
    expect(failed(await demo.health('analyze_api'))).toEqual(['ohlc_api'])
    expect(failed(await demo.health('posting_service'))).toEqual(['summary_api'])
    await demo.fleet.heal('ohlc_api')
    const { body } = await demo.health('ohlc_api')
    expect(body.uptime).toBeLessThan(3)
    expect((await demo.health('posting_service')).code).toBe(200)
  })

  test('a slow service answers after two seconds, and makes those who ask it slow but not broken', async () => {
    await demo.spoil('ohlc_api', 'slow')
    const startedAt = performance.now()
    expect((await demo.health('posting_service')).body.status).toBe('healthy')
    expect(performance.now() - startedAt).toBeGreaterThan(1990)
  })

  test('a hanging service never answers, and the one next to it names it', async () => {
    await demo.spoil('ohlc_api', 'hang')
    const url = `${demo.fleet.services['ohlc_api'] ?? ''}/health`
    const asked = fetch(url, { signal: AbortSignal.timeout(1000) })
    await expect(asked).rejects.toThrow('aborted due to timeout')
    const [analyze, posting] = await Promise.all([demo.health('analyze_api'), demo.health('posting_service')])
    expect(failed(analyze)).toEqual(['ohlc_api'])
    expect(analyze.body.dependencies).toMatchObject([{ detail: 'no answer in time' }])
    expect(posting.body.dependencies).toContainEqual({
      name: 'summary_api',
      status: 'error',
      detail: 'HTTP 503',
    })
  })

  test('a service in error answers 500 with JSON, and counts it', async () => {
    const before = await demo.health('trending_api')
    await demo.spoil('trending_api', 'error')
    expect(await demo.health('trending_api')).toMatchObject({ code: 500, body: { status: 'error' } })
    await demo.fleet.heal('trending_api')
    const after = await demo.health('trending_api')
    expect(after.body.error_count).toBeGreaterThan(before.body.error_count)
  })

  test('a service with bad JSON answers 200 with a page of HTML', async () => {
    await demo.spoil('trending_api', 'bad-json')
    const answer = await fetch(demo.fleet.services['trending_api'] ?? '')
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8')
    expect(await answer.text()).toMatch(/^<!doctype html>/)
  })

  test('a flapping service is broken and whole by turns', async () => {
    await demo.spoil('trending_api', 'flap')
    const codes: number[] = []
    const look = async (): Promise<number[]> => {
      const { code } = await demo.health('trending_api')
      if (codes.at(-1) !== code) codes.push(code)
      return codes
    }
    await expect.poll(look, { timeout: 20_000, interval: 50 }).toEqual([500, 200, 500, 200])
  })

  test('a soft dependency that fails makes a service warn', async () => {
    await demo.spoil('google_sheets', 'down')
    const answer = await demo.health('posting_service')
    expect(answer).toMatchObject({ code: 200, body: { status: 'warning' } })
    expect(failed(answer)).toEqual(['google_sheets'])
  })
})

describe('the database', () => {
  test('services that need it fail while it is down, and its data are there again after', async () => {
    const before = await demo.count('posts')
    await demo.spoil('platform_db', 'down')
    for (const name of ['posting_service', 'ohlc_api', 'trending_api', 'trainer']) {
      const answer = await demo.health(name)
      expect(answer.code).toBe(503)
      expect(failed(answer)).toContain('platform_db')
    }
    expect(failed(await demo.health('summary_api'))).toEqual(['analyze_api'])
    await expect(demo.rows('SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await demo.fleet.heal('platform_db')
    expect((await demo.health('posting_service')).code).toBe(200)
    expect(await demo.count('posts')).toBeGreaterThanOrEqual(before)
  })

  test('the role of the exporter sees other sessions but can change nothing', async () => {
    expect(await demo.rows("SELECT pg_has_role('pg_monitor', 'usage') AS ok")).toEqual([{ ok: true }])
    await expect(demo.rows('DELETE FROM posts')).rejects.toMatchObject({ code: '42501' })
    await expect(demo.rows('CREATE TABLE mine ()')).rejects.toMatchObject({ code: '42501' })
  })

  test('a blocking transaction keeps a writer waiting', async () => {
    const blocked =
      "pg_stat_activity WHERE cardinality(pg_blocking_pids(pid)) > 0 AND application_name = 'posting_service'"
    expect(await demo.count(blocked)).toBe(0)
    await demo.spoil('platform_db', 'block')
    await expect.poll(() => demo.count(blocked), patient).toBe(1)
    expect((await demo.health('posting_service')).code).toBe(200)
    await demo.fleet.heal('platform_db')
    expect(await demo.count(blocked)).toBe(0)
  })

  test('a full server refuses connections until the leak is closed', async () => {
    await demo.spoil('platform_db', 'pool-full')
    await expect(demo.rows('SELECT 1')).rejects.toMatchObject({ code: '53300' })
    expect(failed(await demo.health('trainer'))).toContain('platform_db')
    await demo.fleet.heal('platform_db')
    await expect.poll(async () => (await demo.health('trainer')).code, patient).toBe(200)
  })

  test('nulls creep in, and are mended', async () => {
    await demo.spoil('platform_db', 'nulls')
    const before = await demo.count('ohlc WHERE close IS NULL')
    expect(before).toBeGreaterThan(0)
    await expect.poll(() => demo.count('ohlc WHERE close IS NULL'), patient).toBeGreaterThan(before)
    await demo.fleet.heal('platform_db')
    expect(await demo.count('ohlc WHERE close IS NULL')).toBe(0)
  })

  test('duplicates come in, and are dropped', async () => {
    const doubles = '(SELECT FROM ohlc GROUP BY symbol, ts HAVING count(*) > 1) AS doubles'
    expect(await demo.count(doubles)).toBe(0)
    await demo.spoil('platform_db', 'duplicates')
    expect(await demo.count(doubles)).toBeGreaterThan(300)
    await demo.fleet.heal('platform_db')
    await expect.poll(() => demo.count(doubles), patient).toBe(0)
  })
})
