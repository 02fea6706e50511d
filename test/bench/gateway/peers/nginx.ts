import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort, Started, untilListening } from '../processes.ts';
import type { Engines, Peer } from './peer.ts';

const PATHS = [process.env['VOLTANA_BENCH_NGINX'] ?? '', '/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/local/bin/nginx'];

/** One worker, as the others have one process; nothing is buffered, since tokens must not wait. */
const configOf = (port: number, { decode }: Engines, folder: string): string => `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log crit;
events { worker_connections 8192; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')}
  upstream engines { ${decode.map((engine) => `server 127.0.0.1:${engine};`).join(' ')} keepalive 1024; }
  server {
    listen 127.0.0.1:${port} backlog=4096;
    keepalive_requests 1000000;
    location / { proxy_pass http://engines; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }
  }
}
`;

const childrenOf = (pid: number): number[] =>
  readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number);

/** Null where it is not installed. It knows no pairs: requests go to decode engines alone. */
export const startNginx = async (engines: Engines): Promise<Peer | null> => {
  const program = PATHS.find((path) => path !== '' && existsSync(path));
  if (program === undefined) return null;
  const folder = mkdtempSync(join(tmpdir(), 'voltana-bench-nginx-'));
  const port = await freePort();
  writeFileSync(join(folder, 'nginx.conf'), configOf(port, engines, folder));
  const nginx = new Started(program, ['-p', folder, '-e', join(folder, 'error.log'), '-c', join(folder, 'nginx.conf')]);
  await untilListening(port, 'nginx');
  const stop = async (): Promise<void> => {
    await nginx.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return { name: 'nginx', port, pids: [nginx.pid, ...childrenOf(nginx.pid)], pairs: false, stop };
};
