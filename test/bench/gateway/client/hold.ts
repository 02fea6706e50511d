import type { Socket } from 'node:net';
import { AnswerReader, connected, requestBytes } from './connection.ts';
import type { HoldJob } from './jobs.ts';

const open = new Set<Socket>();

const holdOne = async (port: number): Promise<boolean> => {
  const socket = await connected(port);
  open.add(socket);
  const reader = new AnswerReader();
  return new Promise((resolve) => {
    socket.on('data', (chunk) => {
      reader.push(chunk);
      if (reader.events > 0) resolve(true);
    });
    socket.once('error', () => resolve(false)).once('close', () => resolve(false));
    socket.write(requestBytes({ stream: true, events: 1000, everyMs: 0 }));
  });
};

export const held = async (job: HoldJob): Promise<{ readonly open: number }> => {
  const each = await Promise.all(Array.from({ length: job.streams }, () => holdOne(job.port).catch(() => false)));
  return { open: each.filter(Boolean).length };
};

export const release = async (): Promise<{ readonly open: number }> => {
  for (const socket of open) socket.destroy();
  open.clear();
  return { open: 0 };
};
