import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RunRecord } from '../../../src/domain/run-record.ts';
import type { TraceStatistics } from '../../../src/domain/trace-statistics.ts';
import { parseTrace } from '../../../src/workload/trace.ts';
import { ROOT, RUN } from '../../fixtures/demo.ts';
import { ended } from '../../fixtures/programs.ts';
import { validator } from '../../fixtures/schemas.ts';

const HEADER = 'Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type';
const row = (atS: number, prompt: number, output: number): string => `${atS},GPT-4,${prompt},${output},${prompt + output},API log`;
const BURST = [HEADER, row(1, 100, 5), row(3, 2000, 6), row(3, 50, 0), row(8, 300, 7), row(9, 40, 8)].join('\n');
const CHAT = {
  conversations: [
    { from: 'human', value: 'x'.repeat(400) },
    { from: 'gpt', value: 'y'.repeat(40) },
  ],
};

const voltana = async (...args: string[]) => {
  const child = spawn(process.execPath, [RUN, ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  const seen = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name].setEncoding('utf8').on('data', (chunk: string) => (seen[name] += chunk));
  const closed = new Promise((resolve) => child.once('close', resolve));
  const exit = await ended(child);
  await closed;
  return { exit, ...seen };
};

describe('voltana trace', function () {
  this.timeout(60_000);
  let folder: string;
  const at = (name: string): string => join(folder, name);
  const put = (name: string, text: string): string => {
    writeFileSync(at(name), text);
    return at(name);
  };
  before(() => (folder = mkdtempSync(join(tmpdir(), 'voltana-trace-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('import writes a stretch as a workload file, and tells what is in it; stats tells the same of the file', async () => {
    const [source, output] = [put('burst.csv', BURST), at('w.jsonl')];
    const { exit, stdout } = await voltana(
      'trace',
      'import',
      source,
      '--from',
      '1',
      '--to',
      '8',
      '--max-prompt-tokens',
      '1000',
      '--output',
      output,
      '--json',
    );
    expect(exit).to.equal(0);
    const told = JSON.parse(stdout) as TraceStatistics;
    const validate = validator('trace-statistics');
    expect(validate(told), JSON.stringify(validate.errors)).to.equal(true);
    expect(told).to.deep.include({ kind: 'trace-statistics', format: 'burstgpt', requests: 2, dropped: 1, timed: true });
    expect(told.argv.slice(0, 3)).to.deep.equal(['trace', 'import', source]);
    const requests = parseTrace(readFileSync(output, 'utf8'), output);
    expect(requests.map(({ arrivalMs, promptTokens, maxTokens }) => [arrivalMs, promptTokens, maxTokens])).to.deep.equal([
      [1000, 1000, 6],
      [6000, 300, 7],
    ]);
    const again = await voltana('trace', 'stats', output, '--json');
    const { promptTokens, outputTokens, arrivals } = JSON.parse(again.stdout) as TraceStatistics;
    expect({ promptTokens, outputTokens, arrivals }).to.deep.equal({
      promptTokens: told.promptTokens,
      outputTokens: told.outputTokens,
      arrivals: told.arrivals,
    });
  });

  it('simulate takes what it writes, and asks for a rate where there are no times', async () => {
    const [source, output] = [put('chat.json', JSON.stringify(Array(20).fill(CHAT))), at('chat.jsonl')];
    expect(await voltana('trace', 'import', source, '--output', output)).to.include({ exit: 0 });
    const device = [
      '--gpu',
      'a100-sxm4-80gb',
      '--model',
      'llama-3.1-8b',
      '--prefill',
      '1',
      '--decode',
      '1',
      '--slo-ttft',
      '1000',
      '--slo-itl',
      '50',
    ];
    const refused = await voltana('simulate', ...device, '--trace', output, '--quiet');
    expect(refused).to.include({ exit: 2, stdout: '' });
    expect(refused.stderr)
      .to.include(`${output} does not tell when its requests came`)
      .and.match(/--rate R/);
    const { exit, stdout } = await voltana('simulate', ...device, '--trace', output, '--rate', '10', '--quiet', '--json');
    expect(exit).to.equal(0);
    expect((JSON.parse(stdout) as RunRecord).requests).to.include({ offered: 20, completed: 20 });
  });

  it('refuses a damaged file with exit code 2, naming the line, and writes nothing', async () => {
    const { exit, stdout, stderr } = await voltana('trace', 'import', put('torn.csv', `${BURST}\n12,GPT`), '--output', at('x.jsonl'));
    expect({ exit, stdout }).to.deep.equal({ exit: 2, stdout: '' });
    expect(stderr).to.match(/torn\.csv, line 7: 2 columns instead of 6/);
    expect(readdirSync(folder)).to.not.include('x.jsonl');
  });

  it('import says where it cannot write, before it reads', async () => {
    const { exit, stderr } = await voltana('trace', 'import', at('none.csv'), '--output', at('no/w.jsonl'));
    expect(exit).to.equal(3);
    expect(stderr).to.match(/Cannot write .*no\/w\.jsonl/);
  });
});
