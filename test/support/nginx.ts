import { existsSync } from 'node:fs';

/** Where nginx is on this machine: in `NGINX_BINARY`, or where Debian and others put it. Undefined if it is not installed. */
export const nginxBinary: string | undefined = [
  process.env.NGINX_BINARY,
  '/usr/sbin/nginx',
  '/usr/local/sbin/nginx',
  '/usr/bin/nginx',
].find((file) => file !== undefined && existsSync(file));
