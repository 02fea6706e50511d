import { expect } from 'chai';
import type { RunRecord } from '../../../src/domain/run-record.ts';
import { allGone, killTree, treeOf } from '../../fixtures/demo.ts';
import { servedFolder, startServe, streamOne, type ServedCluster } from '../../fixtures/served.ts';
import { validator } from '../../fixtures/schemas.ts';

/** Whatever the machine is busy with, no request may fail. */
const REQUESTS = 40;
const TOKENS = 8;

const ENGINES = [
  { dialect: 'sglang' },
  { dialect: 'vllm', protocol: 'nixl-pull' },
  { dialect: 'vllm', protocol: 'nixl-push' },
  { dialect: 'vllm', protocol: 'mooncake' },
  { dialect: 'trtllm', protocol: 'context-first' },
  { dialect: 'trtllm', protocol: 'generation-first' },
  { dialect: 'openai' },
];

describe('voltana serve in front of engines of every protocol', function () {
  this.timeout(90_000);
  const files = servedFolder();
  let served: ServedCluster | null = null;
  afterEach(() => served && killTree(served.pid));
  after(() => files.remove());

  for (const engine of ENGINES) {
    const name = Object.values(engine).join(' ');
    it(`${name}: serves a burst, streamed and not, without a failure, and says what it served`, async () => {
      served = await startServe(['--cluster', files.cluster(name.replace(' ', '-'), engine), '--json']);
      const { url } = served;
      const whole = async (): Promise<number> => {
        const body = JSON.stringify({ messages: [{ role: 'user', content: 'hello there' }], max_tokens: TOKENS, ignore_eos: true });
        const answer = await fetch(`${url}/v1/chat/completions`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
        const { usage } = (await answer.json()) as { usage: { completion_tokens: number } };
        return usage.completion_tokens;
      };
      const streams = Promise.all(Array.from({ length: REQUESTS }, () => streamOne(url, TOKENS)));
      const wholes = Promise.all(Array.from({ length: REQUESTS / 4 }, whole));
      for (const answer of await streams) expect(answer).to.deep.equal({ status: 200, tokens: TOKENS, done: true, error: null });
      expect(await wholes).to.deep.equal(Array(REQUESTS / 4).fill(TOKENS));
      const metrics = await (await fetch(`${url}/metrics`)).text();
      expect(metrics).to.match(new RegExp(`voltana_requests_total\\{[^}]*outcome="completed"\\} ${REQUESTS * 1.25}\\b`));
      const pids = treeOf(served.pid);
      process.kill(-served.pid, 'SIGINT');
      expect(await served.ended).to.equal(130);
      await allGone(pids);
      const record = JSON.parse(served.stdout()) as RunRecord;
      expect(validator('run')(record)).to.equal(true);
      expect(record.requests).to.deep.include({ offered: REQUESTS * 1.25, completed: REQUESTS * 1.25, failed: 0 });
      expect(record.mode).to.equal('emulated');
      expect(record.energyJ!.total).to.be.above(0);
    });
  }
});
