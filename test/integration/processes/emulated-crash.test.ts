import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { expect } from 'chai';
import { processArgs } from '../../../src/adapters/host/installation.ts';
import { specOf } from '../../fixtures/engines/emulated-node.ts';
import { post } from '../../fixtures/engines/asking.ts';

describe('the process of an emulated engine', function () {
  this.timeout(30_000);

  it('crashes in the middle of an answer when it is told to', async () => {
    const child = spawn(process.execPath, processArgs('emulated-instance'), { stdio: ['pipe', 'pipe', 'inherit'] });
    try {
      child.stdin.write(`${JSON.stringify({ ...specOf('decode'), role: 'aggregated', dialect: 'openai' })}\n`);
      const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
      const { url, controlUrl } = JSON.parse(line) as { url: string; controlUrl: string };
      await post(`${controlUrl}/faults`, { crashAfterTokens: 2 });
      const gone = once(child, 'exit');
      const answer = await post(`${url}/v1/completions`, { prompt: 'a', max_tokens: 5, stream: true });
      const text = await answer.text().catch(() => 'cut');
      expect(text).to.equal('cut');
      expect((await gone)[0]).to.equal(139);
    } finally {
      child.kill('SIGKILL');
    }
  });
});
