/**
 * The least that a client in this runtime can do: a socket for each stream that counts the events in what comes, and looks at none of
 * them. What the real client costs beside it is its own work; what this one costs is the machine's. Jobs as client.ts takes them.
 */
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { watchEventLoop } from '../../../src/adapters/load/event-loop-watch.ts';
import { LatencySketch } from '../../../src/statistics/latency-sketch.ts';
import { TOKEN_EVENT } from './answers.ts';
import type { BareResult, Job } from './jobs.ts';

const request = (port: number, tokens: number): string => {
  const body = JSON.stringify({ max_tokens: tokens });
  return `POST /v1/completions HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
};

const runJob = async ({ url, requests, requestsPerS, maxTokens, measuredFromMs, measuredToMs }: Job): Promise<BareResult> => {
  const port = Number(new URL(url).port);
  const [lateness, watch] = [new LatencySketch(), watchEventLoop()];
  const text = request(port, maxTokens);
  let bytes = 0;
  const startMs = performance.now();
  const open = (intendedMs: number): void => {
    if (intendedMs >= measuredFromMs) lateness.add(Math.max(0, performance.now() - startMs - intendedMs));
    let own = 0;
    const socket = connect(port, '127.0.0.1', () => void socket.write(text));
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('data', (chunk: Buffer) => {
      bytes += chunk.length;
      own += chunk.length;
      if (own >= maxTokens * TOKEN_EVENT.length) socket.end();
    });
  };
  let before = 0;
  const result = new Promise<BareResult>((resolve) => {
    setTimeout(() => {
      before = bytes;
      watch.restart();
    }, measuredFromMs);
    setTimeout(() => {
      const { cpuS } = watch.figures();
      resolve({ cpuS, tokens: (bytes - before) / TOKEN_EVENT.length, lateness: lateness.summary() });
    }, measuredToMs);
  });
  let next = 0;
  const pace = setInterval(() => {
    while (next < requests && (next * 1000) / requestsPerS <= performance.now() - startMs) open((next++ * 1000) / requestsPerS);
  }, 1);
  const done = await result;
  clearInterval(pace);
  watch.close();
  return done;
};

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await runJob(JSON.parse(line) as Job))}\n`);
  process.exit(0);
}
