import { z } from 'zod'

/** An http(s) URL. Credentials belong into `basic_auth` or `headers`, where they are masked. */
export const httpUrl = z.string({ error: 'expected an http(s) URL' }).superRefine((text, context) => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol)) {
    context.addIssue({ code: 'custom', message: 'expected an http(s) URL' })
  } else if (url.username !== '' || url.password !== '') {
    context.addIssue({
      code: 'custom',
      message: 'expected a URL without user and password; put them under basic_auth',
      params: { secret: true },
    })
  }
})

/** A URL as it may be shown: without credentials, and with the values of its query hidden. */
export function publicUrl(text: string): string {
  if (!URL.canParse(text)) return '<invalid url>'
  const url = new URL(text)
  if (url.password !== '') url.password = 'secret'
  for (const key of url.searchParams.keys()) url.searchParams.set(key, 'secret')
  return url.href.replaceAll(':secret@', ':<secret>@').replaceAll('=secret', '=<secret>')
}
