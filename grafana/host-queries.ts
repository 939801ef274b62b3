// What several dashboards ask of the host.
export const host = {
  cpuRatio: 'max(watchpost_host_cpu_usage_ratio)',
  memoryRatio: 'max(watchpost_host_memory_usage_ratio)',
  filesystemRatio: 'max by (mountpoint) (watchpost_host_filesystem_usage_ratio)',
  uptimeSeconds: 'time() - max(watchpost_host_boot_time_seconds)',
  received: 'sum(rate(watchpost_host_network_receive_bytes_total{device!="lo"}[$__rate_interval]))',
  sent: 'sum(rate(watchpost_host_network_transmit_bytes_total{device!="lo"}[$__rate_interval]))',
} as const
