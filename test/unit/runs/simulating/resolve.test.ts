import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import type { SimulateRequest } from '../../../../src/runs/simulating/options.ts';
import { planned } from '../../../fixtures/simulating.ts';

const refusal = async (over: Partial<SimulateRequest>): Promise<VoltanaError> => {
  const answer = await planned(over).catch((error: unknown) => error);
  if (!(answer instanceof VoltanaError)) throw new Error(`not refused: ${JSON.stringify(over)}`);
  return answer;
};

const REFUSED: readonly (readonly [what: string, over: Partial<SimulateRequest>, says: RegExp])[] = [
  ['no device', { gpu: undefined }, /needs devices.*/],
  ['an unknown GPU', { gpu: 'a100' }, /unknown GPU "a100"/],
  ['an unknown model', { model: 'llama-3' }, /unknown model "llama-3"/],
  ['an unknown engine', { engine: 'sglang' }, /unknown engine card "sglang"/],
  ['an unknown workload', { workload: 'sharegtp' }, /unknown workload "sharegtp"/],
  ['an unknown governor', { governor: 'slow' }, /unknown governor "slow"/],
  ['an unknown routing', { routing: 'ecco' }, /unknown routing policy "ecco"/],
  [
    'weights that do not fit',
    { model: 'llama-3.3-70b' },
    /141\.1 GB of weights .* and 0\.2 GB of KV for one request \(513 tokens\) exceed the 76\.0 GB/,
  ],
  ['GPUs that do not divide the heads', { tp: 3 }, /--tp 3 does not divide the 32 heads/],
  ['no instances of a phase', { decode: undefined }, /needs instances of both phases/],
  ['pairs and aggregated instances', { aggregated: 2 }, /or aggregated ones/],
  ['a resize that is none', { resize: 'flip,shrink' }, /--resize does not know "shrink"/],
  ['two ways to rest', { resize: 'park,release' }, /parked or released, not both/],
  ['a flip of what does both', { prefill: undefined, decode: undefined, aggregated: 2, resize: 'flip' }, /no role to flip/],
  ['a reload of nothing', { reloadS: 5 }, /--reload is the time of a change of role/],
  ['fixed without a clock', { governor: 'fixed' }, /governor fixed needs a clock/],
  ['fixed with several clocks', { governor: 'fixed', clocks: '1005,1200' }, /holds one clock, and --clocks 1005,1200 lists several/],
  ['fixed beyond the table', { governor: 'fixed', clocks: '1500' }, /1500 MHz for prefill is not a clock/],
  ['fixed with a word', { governor: 'fixed', clocks: 'high' }, /--clocks high is not a clock/],
  ['clocks for a governor that takes none', { governor: 'max', clocks: '1005' }, /max always runs at the highest/],
  ['a pair for a governor that chooses', { clocks: '1005:1200' }, /is a pair for governor fixed, and the governor is slo/],
  ['clocks outside the table', { clocks: '1005,1006,2000' }, /names 1006 and 2000 MHz/],
  ['no list of clocks', { clocks: '1005,,1200' }, /is no list of clocks/],
  ['no end', { durationS: undefined }, /needs an end/],
  ['no TTFT promise', { sloTtftMs: undefined }, /--slo-ttft MS is missing/],
  ['no ITL promise', { sloItlMs: undefined }, /--slo-itl MS is missing/],
  ['two loads', { workload: 'sharegpt', trace: 'a.csv' }, /are two loads/],
  ['burstiness of a trace', { trace: 'a.csv', burstiness: 2 }, /a trace has its own/],
  ['a trace that is not there', { trace: '/nowhere/a.csv' }, /Cannot read/],
  ['a fit that is not there', { gpu: undefined, fitted: '/nowhere/f.json' }, /Cannot read/],
];

describe('a simulation as asked for', () => {
  let folder: string;
  before(() => (folder = mkdtempSync(join(tmpdir(), 'voltana-simulate-'))));
  after(() => rmSync(folder, { recursive: true, force: true }));

  for (const [what, over, says] of REFUSED) {
    it(`refuses ${what} with exit code 2`, async () => {
      const { exitCode, message, hint } = await refusal(over);
      expect(exitCode).to.equal(2);
      expect(message).to.match(says);
      expect(hint).to.not.equal('');
    });
  }

  it('is slo + eco on the table from 690 MHz unless somebody says otherwise', async () => {
    const { contender, scenario } = await planned();
    expect(contender).to.deep.equal({ governor: 'slo', routing: 'eco', fixedMhz: null });
    expect([scenario.clocksMhz[0], scenario.clocksMhz.at(-1), scenario.clocksMhz.length]).to.deep.equal([690, 1410, 49]);
    expect([scenario.workload, scenario.engine.id, scenario.tp]).to.deep.equal(['azure-conv-2023', 'sglang-like', 1]);
  });

  it('takes clocks in any order and each once, also below 690 MHz where they are listed', async () => {
    expect((await planned({ clocks: '1410,510,1410' })).scenario.clocksMhz).to.deep.equal([510, 1410]);
  });

  it('holds a pair with governor fixed', async () => {
    const { contender, scenario } = await planned({ governor: 'fixed', clocks: '1200:1005' });
    expect(contender.fixedMhz).to.deep.equal({ prefill: 1200, decode: 1005 });
    expect(scenario.clocksMhz).to.deep.equal([1005, 1200]);
  });

  it('goes as low as a fit has measured', async () => {
    const { scenario } = await planned({ gpu: undefined, model: undefined, fitted: 'a100-llama-3.1-8b-emulated' });
    const levels = scenario.fitted!.instances.map((instance) => instance.levels[0]!.clockMhz);
    expect(scenario.clocksMhz[0]).to.equal(Math.max(...levels));
  });

  it('draws the same schedule each time, up to its end by time and by count', async () => {
    const { schedule } = (await planned({ requests: 20, durationS: 3 })).scenario;
    const [once, again] = [[...schedule()], [...schedule()]];
    expect(again).to.deep.equal(once);
    expect(once.length).to.be.within(1, 20);
    expect(once.at(-1)!.arrivalMs).to.be.below(3000);
  });

  it('stretches a trace to a rate, and cuts it at the duration', async () => {
    const file = join(folder, 'trace.csv');
    const lines = Array.from({ length: 11 }, (_, i) => `2023-11-16 18:15:${10 + i}.0000000,100,5`);
    writeFileSync(file, ['TIMESTAMP,ContextTokens,GeneratedTokens', ...lines, ''].join('\n'));
    const arrivalsOf = async (over: Partial<SimulateRequest>): Promise<number[]> =>
      [...(await planned({ trace: file, ...over })).scenario.schedule()].map(({ arrivalMs }) => arrivalMs);
    expect(await arrivalsOf({ ratePerS: undefined, durationS: undefined })).to.deep.equal(
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].map((s) => s * 1000),
    );
    expect((await arrivalsOf({ ratePerS: 2, durationS: undefined })).at(-1)).to.equal(5000);
    expect(await arrivalsOf({ ratePerS: undefined, durationS: 2.5 })).to.have.length(3);
    expect(await arrivalsOf({ ratePerS: undefined, requests: 2 })).to.have.length(2);
  });

  it('tells a request from a time to explain', async () => {
    expect((await planned({ explain: 'r000004' })).explain).to.deep.equal({ request: 'r000004' });
    expect((await planned({ explain: '3.5' })).explain).to.deep.equal({ fromMs: 3500 });
    expect((await planned({ explain: '' })).explain).to.deep.equal({ fromMs: 7500 });
    expect((await planned()).explain).to.equal(null);
  });
});
