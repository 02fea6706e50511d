import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ROOT, RUN } from '../../fixtures/demo.ts';
import { post } from '../../fixtures/engines/asking.ts';
import { ended, output, until } from '../../fixtures/programs.ts';

const CLUSTER = {
  schemaVersion: 1,
  kind: 'cluster',
  name: 'alone',
  gpu: 'a100-sxm4-80gb',
  model: 'llama-3.1-8b',
  tp: 1,
  slo: { ttftMs: 1000, itlMs: 50 },
  engine: { kind: 'emulated', dialect: 'openai', card: 'sglang-like', servedModel: 'tiny' },
  launcher: { kind: 'local' },
  instances: [{ id: 'a0', role: 'aggregated', gpus: ['gpu0'], seed: 5 }],
  gateway: { host: '127.0.0.1' },
};

const emulate = (...args: string[]) => spawn(process.execPath, [RUN, 'emulate', ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });

describe('voltana emulate', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'voltana-emulate-'))));
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const file = (cluster: object): string => {
    const path = join(folder, 'cluster.json');
    writeFileSync(path, JSON.stringify(cluster));
    return path;
  };

  it('runs engines that other programs can use, says where, and leaves none behind', async () => {
    const written = join(folder, 'engines.json');
    const child = emulate('--cluster', file(CLUSTER), '--quiet', '--output', written);
    try {
      const seen = output(child);
      await until('they answer', () => seen.text.includes('http://'), 30_000);
      const { dialect, instances } = JSON.parse(readFileSync(written, 'utf8')) as {
        dialect: string;
        instances: { id: string; url: string }[];
      };
      expect([dialect, instances.map(({ id }) => id)]).to.deep.equal(['openai', ['a0-prefill', 'a0-decode']]);
      const { url } = instances[0]!;
      expect(seen.text).to.include(url);
      const answer = await post(`${url}/v1/chat/completions`, { model: 'tiny', messages: [{ role: 'user', content: 'a' }], max_tokens: 2 });
      expect(answer.status).to.equal(200);
      const exit = ended(child);
      child.kill('SIGINT');
      expect(await exit).to.equal(130);
      expect(await fetch(url).catch(() => 'gone')).to.equal('gone');
    } finally {
      child.kill('SIGKILL');
    }
  });

  it('refuses engines that are not emulated', async () => {
    const child = emulate('--cluster', file({ ...CLUSTER, engine: { kind: 'openai' } }));
    const seen = output(child);
    expect(await ended(child)).to.equal(2);
    expect(seen.text).to.match(/engine\.kind openai.*engine\.kind: emulated/s);
  });
});
