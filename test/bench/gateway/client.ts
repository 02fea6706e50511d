/** The load, in a process of its own: a job per line on stdin, its result on stdout. */
import { createInterface } from 'node:readline';
import { held, release } from './client/hold.ts';
import type { Job } from './client/jobs.ts';
import { closedLoop } from './client/requests.ts';
import { streams } from './client/streams.ts';

const run = (job: Job): Promise<object> => {
  switch (job.kind) {
    case 'streams':
      return streams(job);
    case 'requests':
      return closedLoop(job);
    case 'hold':
      return held(job);
    case 'release':
      return release();
  }
};

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(await run(JSON.parse(line) as Job))}\n`);
}
process.exit(0);
