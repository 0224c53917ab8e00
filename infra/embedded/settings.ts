import { type Layout, usesSocket } from './layout.ts';

/** Settings for a laptop: durable, yet modest with memory and disk. */
export function serverSettings(layout: Layout): Record<string, string> {
  return {
    listen_addresses: '127.0.0.1',
    unix_socket_directories: usesSocket(layout) ? layout.socket : '',
    unix_socket_permissions: '0700',
    max_connections: '100',
    shared_buffers: '256MB',
    effective_cache_size: '1GB',
    work_mem: '16MB',
    maintenance_work_mem: '128MB',
    wal_level: 'minimal',
    max_wal_senders: '0',
    wal_compression: 'on',
    max_wal_size: '2GB',
    checkpoint_timeout: '15min',
    fsync: 'on',
    synchronous_commit: 'on',
    jit: 'off',
    timezone: 'UTC',
    log_timezone: 'UTC',
    log_line_prefix: '%m [%p] ',
    log_checkpoints: 'off',
  };
}
