import { expect, test } from 'vitest'
import { draftFromCrontab } from './crontab.ts'
import type { Schedule } from './schedule.ts'

function read(text: string, hasUsers = false): { schedules: readonly Schedule[]; left: readonly string[] } {
  const source = { file: 'crontab', text, hasUsers, timezone: 'Europe/Berlin', taken: new Set<string>() }
  const { found, left } = draftFromCrontab(source)
  return { schedules: found.flatMap(({ keys }) => (keys['schedules'] ?? []) as Schedule[]), left }
}

test('fields, names of schedules and the time zone in force become schedules', () => {
  const text = [
    '# m h dom mon dow command',
    'SHELL=/bin/bash',
    '*/5 * * * * /usr/bin/poll',
    '@hourly  fetch.sh --password=hunter2',
    'CRON_TZ="Asia/Taipei"',
    '30 2 * * mon-fri cd /srv && php artisan report',
    '@weekly clean.py',
    '@midnight backup',
    '0 4 1 * * bill.rb',
  ].join('\n')
  expect(read(text)).toEqual({
    schedules: [
      { task: 'poll', type: 'hourly', cron: '*/5 * * * *', timezone: 'Europe/Berlin' },
      { task: 'fetch', type: 'hourly', cron: '0 * * * *', timezone: 'Europe/Berlin' },
      { task: 'artisan', type: 'daily', cron: '30 2 * * mon-fri', timezone: 'Asia/Taipei' },
      { task: 'clean', type: 'weekly', cron: '0 0 * * 0', timezone: 'Asia/Taipei' },
      { task: 'backup', type: 'daily', cron: '0 0 * * *', timezone: 'Asia/Taipei' },
      { task: 'bill', type: 'monthly', cron: '0 4 1 * *', timezone: 'Asia/Taipei' },
    ],
    left: [],
  })
})

test('a crontab of the system has a user before the command', () => {
  const text = '17 * * * * root cd / && run-parts --report /etc/cron.hourly\n@daily www-data /srv/tidy\n'
  expect(read(text, true).schedules.map(({ task }) => task)).toEqual(['run_parts', 'tidy'])
})

test.each([
  ['@reboot /srv/start', 'crontab:1: @reboot is due at no time that could be missed'],
  ['H 4 * * * build', "crontab:1: H 4 * * *: H is Jenkins' and stands for a minute that only Jenkins knows"],
  [
    'H/15 * * * * build',
    "crontab:1: H/15 * * * *: H is Jenkins' and stands for a minute that only Jenkins knows",
  ],
  ['0~30 4 * * * build', 'crontab:1: 0~30 4 * * *: ~ stands for a minute that is drawn anew'],
  [
    '61 * * * * build',
    'crontab:1: 61 * * * *: expected a cron expression such as "5 * * * *" (Invalid value for minute: 61)',
  ],
  [
    '0 0 31 2 * build',
    'crontab:1: 0 0 31 2 *: expected a cron expression such as "5 * * * *" (this one never comes due)',
  ],
  ['CRON_TZ=Mars/Base\n0 0 * * * build', 'crontab:2: 0 0 * * *: expected a time zone such as Asia/Taipei'],
  ['@fortnightly build', 'crontab:1: @fortnightly is no name of a schedule'],
  ['* * * * *', 'crontab:1: expected five fields and a command'],
])('%j is left out, and it is said why', (text, why) => {
  expect(read(text)).toEqual({ schedules: [], left: [why] })
})

test('two jobs of one program have names of their own', () => {
  expect(read('0 1 * * * backup a\n0 2 * * * backup b\n').schedules.map(({ task }) => task)).toEqual([
    'backup',
    'backup_2',
  ])
})

test('what comes from a pipe is named after what it is', () => {
  const source = { text: '0 1 * * * backup\n', hasUsers: false, timezone: 'UTC', taken: new Set<string>() }
  const [found] = draftFromCrontab({ ...source, file: '/dev/stdin' }).found
  expect(found).toMatchObject({
    name: 'crontab',
    comment: expect.stringContaining('in the crontab put:') as unknown,
  })
})
