// TLS: certificates and handshakes.
import { probeAgain } from './entry.ts'
import type { Entry } from './entry.ts'

const showCertificate = [
  ['See the certificate that is served', '查看伺服器提供的憑證'],
  'openssl s_client -connect {address} -servername {host} </dev/null | openssl x509 -noout -subject -issuer -dates -ext subjectAltName',
] as const

export const certificateCauses = {
  certificate_expired: {
    summary: ['The certificate of {target} has expired: {detail}.', '{target} 的 TLS 憑證已過期：{detail}。'],
    causes: [
      ['The automatic renewal failed', '自動更新失敗'],
      ['It was renewed, but the server was not reloaded', '憑證已更新，但伺服器未重新載入'],
      ['Nobody renews it', '無人負責更新'],
    ],
    actions: [
      showCertificate,
      [
        ['Renew it and see what the renewal says', '更新憑證並查看輸出'],
        'certbot renew --force-renewal --cert-name {host}',
      ],
    ],
  },
  certificate_expiring: {
    summary: [
      'The certificate of {target} ends soon: {measured}.',
      '{target} 的 TLS 憑證即將到期：{measured}。',
    ],
    causes: [
      ['The automatic renewal fails', '自動更新失敗'],
      ['It was renewed, but the server was not reloaded', '憑證已更新，但伺服器未重新載入'],
      ['Nobody renews it', '無人負責更新'],
    ],
    actions: [
      showCertificate,
      [['See what a renewal would say', '試行更新並查看輸出'], 'certbot renew --dry-run --cert-name {host}'],
    ],
  },
  certificate_not_yet_valid: {
    summary: [
      'The certificate of {target} is not valid yet: {detail}.',
      '{target} 的 TLS 憑證尚未生效：{detail}。',
    ],
    causes: [
      ['The clock of this machine or of the issuer is wrong', '本機或簽發者的時鐘有誤'],
      ['The certificate was made for later', '憑證的生效時間設定在未來'],
    ],
    actions: [showCertificate, [['See whether the clock is right', '查看時鐘是否正確'], 'timedatectl']],
  },
  certificate_name_mismatch: {
    summary: [
      'The certificate that is served for {target} is made out to another name than {host}: {detail}.',
      '{target} 提供的 TLS 憑證與主機名稱 {host} 不符：{detail}。',
    ],
    causes: [
      ['The server presents the certificate of another site, its default', '伺服器提供了其他網站的預設憑證'],
      ['The name was added after the certificate was made', '憑證簽發後才新增此名稱'],
      [
        'watchpost.yml names it by address or alias; server_name is missing',
        'watchpost.yml 使用地址或別名，缺少 server_name',
      ],
    ],
    actions: [showCertificate],
  },
  certificate_untrusted: {
    summary: [
      'The certificate of {target} is not signed by anybody that Watchpost trusts: {detail}.',
      '{target} 的 TLS 憑證不是由受信任的機構簽發：{detail}。',
    ],
    causes: [
      [
        'It is self-signed, or of a private authority that ca_file does not name',
        '憑證為自簽，或 ca_file 未包含其私有機構',
      ],
      ['The server does not send the certificates between', '伺服器未發送中繼憑證'],
      ['Somebody on the way presents a certificate of his own', '中間有人替換了憑證'],
    ],
    actions: [showCertificate],
  },
  tls_handshake: {
    summary: [
      'No TLS can be agreed on with {target}: {detail}.',
      '無法與 {target} 完成 TLS 交握：{detail}。',
    ],
    causes: [
      ['The port does not speak TLS', '該連接埠不支援 TLS'],
      ['Versions or ciphers do not meet', 'TLS 版本或加密套件不相容'],
      ['The server wants a certificate from us', '伺服器要求用戶端憑證'],
    ],
    actions: [showCertificate, probeAgain],
  },
} as const satisfies Record<string, Entry>
