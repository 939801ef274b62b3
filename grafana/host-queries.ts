// What several dashboards ask of the host.
const available = 'watchpost_host_filesystem_avail_bytes'

export const host = {
  cpuRatio: 'max(watchpost_host_cpu_usage_ratio)',
  memoryRatio: 'max(watchpost_host_memory_usage_ratio)',
  filesystemRatio: 'max by (mountpoint) (watchpost_host_filesystem_usage_ratio)',
  /** At the pace of the last hours; nothing for one that does not fill up. */
  fullInSeconds: `min by (mountpoint) (${available} / -(deriv(${available}[6h]) < 0))`,
  uptimeSeconds: 'time() - max(watchpost_host_boot_time_seconds)',
  received: 'sum(rate(watchpost_host_network_receive_bytes_total{device!="lo"}[$__rate_interval]))',
  sent: 'sum(rate(watchpost_host_network_transmit_bytes_total{device!="lo"}[$__rate_interval]))',
} as const
