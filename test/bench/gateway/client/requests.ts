import { nowUs } from '../engine/events.ts';
import { AnswerReader, connected, requestBytes } from './connection.ts';
import type { RequestsJob, RequestsResult } from './jobs.ts';

/** Requests on kept connections, each sent when the one before it on its connection has been answered. */
export const closedLoop = async (job: RequestsJob): Promise<RequestsResult> => {
  const bytes = requestBytes({ stream: job.stream, events: 1 });
  const startUs = nowUs();
  const untilUs = startUs + (job.durationMs ?? Infinity) * 1000;
  let begun = 0;
  let requests = 0;
  let failed = 0;
  const next = (): boolean => begun < (job.count ?? Infinity) && nowUs() < untilUs;
  const loop = async (): Promise<void> => {
    const socket = await connected(job.port);
    let reader = new AnswerReader();
    await new Promise<void>((resolve) => {
      const send = (): void => {
        if (!next()) return void socket.end(resolve);
        begun += 1;
        reader = new AnswerReader();
        socket.write(bytes);
      };
      socket.on('data', (chunk) => {
        if (!reader.push(chunk)) return;
        if (reader.status === 200) requests += 1;
        else failed += 1;
        send();
      });
      socket.once('error', () => undefined).once('close', resolve);
      send();
    });
    socket.destroy();
  };
  await Promise.all(Array.from({ length: job.concurrency }, loop));
  return { requests, failed: failed + begun - requests - failed, wallS: (nowUs() - startUs) / 1e6 };
};
