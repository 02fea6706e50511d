import { expect } from 'chai';
import type { WorkloadRequest } from '../../../../src/domain/request.ts';
import type { WallMeter } from '../../../../src/ports/wall-meter.ts';
import { virtualBench } from '../../../fixtures/benchmarking/virtual-bench.ts';
import { validator } from '../../../fixtures/schemas.ts';
import type { VirtualTime } from '../../../fixtures/virtual-time.ts';

/** Twenty a second apart by 0.1 s, each of 150 ms. */
const schedule: WorkloadRequest[] = Array.from({ length: 20 }, (_, i) => ({
  id: `r${i}`,
  arrivalMs: 100 * i,
  promptTokens: 10,
  maxTokens: 11,
}));
const SPAN_S = 2.05;
const WATTS = 900;

/** Of a machine that always draws the same. @param fails by ms since the start */
const meter =
  (quantity: WallMeter['quantity'], fails: (ms: number) => boolean = () => false) =>
  (time: VirtualTime): WallMeter => ({
    source: 'http://plug/#x',
    quantity,
    read: () => {
      const now = time.nowMs();
      if (fails(now - 10_000)) return Promise.reject(new Error('no answer'));
      return Promise.resolve({ askedMs: now, answeredMs: now, value: quantity === 'power' ? WATTS : (WATTS * now) / 1000 });
    },
    close: () => Promise.resolve(),
  });

describe('a bench beside a wall meter', () => {
  for (const [quantity, method] of [
    ['energy', 'counter'],
    ['power', 'integrated'],
  ] as const)
    it(`tells what a meter of ${quantity} saw while it measured, and leaves the GPUs' joules as they are`, async () => {
      const [{ record, time }, without] = await Promise.all([
        virtualBench({ schedule, wall: meter(quantity) }),
        virtualBench({ schedule }),
      ]);
      const wall = record.bench!.wall!;
      expect(wall).to.include({ source: 'http://plug/#x', method, note: null });
      expect(wall.energyJ!).to.be.closeTo(WATTS * SPAN_S, 1e-6);
      expect(wall.meanPowerW!).to.be.closeTo(WATTS, 1e-6);
      expect(wall.perOutputTokenJ!).to.be.closeTo((WATTS * SPAN_S) / 220, 1e-9);
      expect(wall.perRequestJ!).to.be.closeTo((WATTS * SPAN_S) / 20, 1e-9);
      expect(wall.uncertaintyPct!).to.be.within(0, 30);
      expect([record.energyJ, record.bench!.energy]).to.deep.equal([without.record.energyJ, without.record.bench!.energy]);
      expect(without.record.bench).not.to.have.property('wall');
      expect(validator('run')(record), JSON.stringify(validator('run').errors)).to.equal(true);
      expect(time.armed, 'it is read no more').to.equal(0);
    });

  it('counts the repeats and not what lies between them', async () => {
    const { record } = await virtualBench({ schedule, repeats: 3, wall: meter('energy') });
    expect(record.bench!.wall!.energyJ!).to.be.closeTo(3 * WATTS * SPAN_S, 1e-6);
  });

  it('has no figure, and says why, where the meter stopped; the run is as valid as without', async () => {
    const { record } = await virtualBench({ schedule, wall: meter('power', (ms) => ms > 1200) });
    expect(record.bench!.wall).to.include({ energyJ: null, meanPowerW: null, uncertaintyPct: null, perRequestJ: null });
    expect(record.bench!.wall!.note).to.match(/no reading before the beginning and after the end/);
    expect(record.validity.verdict).to.equal('unstable');
    expect(record.energyJ).not.to.equal(null);
    expect(validator('run')(record), JSON.stringify(validator('run').errors)).to.equal(true);
  });

  it('has no figure of a run that another process began', async () => {
    const first = await virtualBench({ schedule, stopAtMs: 1400, wall: meter('energy') });
    expect(first.record.bench!.wall!.energyJ!, 'cut short, but seen').to.be.closeTo(WATTS * first.record.measuredS, 1e-6);
    const { record } = await virtualBench({ schedule, journal: first.journal, wall: meter('energy') });
    expect(record.bench!.wall!.note).to.match(/another process/);
  });

  it('ends with a meter that does not answer at all', async () => {
    const error = await virtualBench({ schedule, wall: meter('power', () => true) }).catch((reason: unknown) => reason);
    expect(error).to.have.property('message', 'no answer');
  });
});
