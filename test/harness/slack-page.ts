// Draws what Slack is sent as Slack does: its markup in the words of its documentation, and nothing that it lacks.
import type { SlackMessage } from './slack.ts'

const colours: Readonly<Record<string, string>> = { good: '#2eb886', warning: '#daa038', danger: '#a30200' }

export function drawSlack({ attachments }: Pick<SlackMessage, 'attachments'>): string {
  return `<!doctype html><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><style>
body { margin: 16px; font: 15px/1.47 Lato, 'Noto Sans TC', sans-serif; color: #1d1c1d; background: #fff }
.attachment { border-left: 4px solid; border-radius: 4px; padding-left: 12px; max-width: 600px; overflow-wrap: anywhere }
.title { font-weight: 700; color: #1264a3; text-decoration: none }
.text { white-space: pre-wrap } .text a { color: #1264a3 }
code { font: 12px monospace; color: #c01343; background: #f6f6f6; border: 1px solid #ddd; border-radius: 3px; padding: 2px 3px }
</style>${attachments.map(drawAttachment).join('')}`
}

function drawAttachment({
  color = '',
  title = '',
  title_link: link = '',
  text = '',
}: Readonly<Record<string, string>>): string {
  return `<div class="attachment" style="border-color:${colours[color] ?? color}">
<a class="title" href="${encodeURI(decodeURI(link))}">${title}</a>
<div class="text">${drawMarkup(text.trimEnd())}</div></div>`
}

/** Slack has escaped &, < and > itself, so what is left of < begins a link. */
function drawMarkup(text: string): string {
  return text
    .replaceAll(/<(https?:[^|>]+)\|([^>]+)>/g, '<a href="$1">$2</a>')
    .replaceAll(/(?<!["\w])https?:[^\s<]+/g, '<a href="$&">$&</a>')
    .replaceAll(/(?<=^|\s)\*(\S[^*\n]*\S)\*(?=\s|$)/gm, '<b>$1</b>')
    .replaceAll(/`([^`\n]+)`/g, '<code>$1</code>')
}
