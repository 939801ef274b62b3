// Between Watchpost and the target: names, routes, connections.
import { probeAgain } from './entry.ts'
import type { Entry } from './entry.ts'

export const networkCauses = {
  own_network: {
    summary: [
      "Watchpost's own network is cut, so nothing can be said of {target}: none of the anchors {anchors} can be reached.",
      'Watchpost 自身的網路中斷，無法判斷 {target} 的狀態：所有錨點 {anchors} 均無法連線。',
    ],
    causes: [
      [
        'The uplink, router or VPN of the machine that Watchpost runs on is down',
        'Watchpost 所在主機的上行網路、路由器或 VPN 中斷',
      ],
      ['A firewall rule now keeps Watchpost from going out', '防火牆規則阻擋了 Watchpost 對外連線'],
      ['The anchors themselves are gone', '錨點本身已失效'],
    ],
    actions: [
      [['See the routes of this machine', '查看本機路由'], 'ip route'],
      [['Try an anchor by hand', '手動測試一個錨點'], 'nc -vz -w 3 {anchorHost} {anchorPort}'],
    ],
  },
  resolver_failed: {
    summary: [
      'The resolver gives no answer for {host}, which {target} is found by: {detail}.',
      'DNS 解析器無法回答 {target} 的主機名稱 {host}：{detail}。',
    ],
    causes: [
      ['The DNS server of this machine is down or cannot be reached', '本機使用的 DNS 伺服器故障或無法連線'],
      ['The name server of the zone fails', '該網域的名稱伺服器故障'],
      ['The container has no working DNS', '容器內的 DNS 無法使用'],
    ],
    actions: [
      [['Ask the resolver by hand', '手動查詢解析器'], 'getent hosts {host}'],
      [['See which servers are asked', '查看使用的 DNS 伺服器'], 'cat /etc/resolv.conf'],
    ],
  },
  name_not_found: {
    summary: [
      'There is no host called {host}, which {target} is found by: {detail}.',
      '找不到 {target} 的主機名稱 {host}：{detail}。',
    ],
    causes: [
      ['The name in watchpost.yml is misspelt', 'watchpost.yml 中的主機名稱拼寫有誤'],
      ['The record was deleted, or the domain has expired', 'DNS 記錄被刪除，或網域已過期'],
      ['The container is not on the same network, or is gone', '容器不在同一網路，或已被移除'],
    ],
    actions: [
      [['Ask the resolver by hand', '手動查詢解析器'], 'getent hosts {host}'],
      [['See whether the container exists', '查看容器是否存在'], 'docker compose ps --all {composeService}'],
    ],
  },
  host_unreachable: {
    summary: [
      'There is no way to {address}, where {target} is: {detail}.',
      '無法到達 {target} 所在的 {address}：{detail}。',
    ],
    causes: [
      ['The host is off or has another address now', '主機已關機或地址已變更'],
      ['A route or a network between is missing', '缺少路由或中間網路中斷'],
    ],
    actions: [
      [['See the route to it', '查看路由'], 'ip route get {host}'],
      [['See where the way ends', '查看路徑在何處中斷'], 'traceroute -n {host}'],
    ],
  },
  connect_timeout: {
    summary: [
      '{address}, where {target} is, does not answer the attempt to connect: {detail}.',
      '{target} 所在的 {address} 對連線請求沒有回應：{detail}。',
    ],
    causes: [
      ['A firewall or security group drops the packets', '防火牆或安全群組丟棄了封包'],
      ['The host is off', '主機已關機'],
      ['The host is so busy that it accepts no connection', '主機過於繁忙，無法接受連線'],
    ],
    actions: [
      [['Try the port by hand', '手動測試連接埠'], 'nc -vz -w 5 {host} {port}'],
      [['See where the way ends', '查看路徑在何處中斷'], 'traceroute -n {host}'],
    ],
  },
  connection_lost: {
    summary: [
      'The connection with {target} at {address} was broken off: {detail}.',
      '與 {target}（{address}）的連線被中斷：{detail}。',
    ],
    causes: [
      ['The process ended or was killed while it was asked', '程序在處理請求時結束或被終止'],
      ['A proxy or load balancer between has no healthy backend', '中間的代理或負載平衡器沒有健康的後端'],
    ],
    actions: [probeAgain, [['Try the port by hand', '手動測試連接埠'], 'nc -vz -w 5 {host} {port}']],
  },
  connection_failed: {
    summary: ['No connection with {target} can be made: {detail}.', '無法與 {target} 建立連線：{detail}。'],
    causes: [
      ['The proxy between refuses or fails', '中間的代理拒絕或故障'],
      ['The address in watchpost.yml is wrong', 'watchpost.yml 中的地址有誤'],
    ],
    actions: [probeAgain],
  },
} as const satisfies Record<string, Entry>
