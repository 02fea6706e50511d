import { expect } from 'chai';
import type { EnergyReading } from '../../src/domain/clock.ts';
import { powerOf } from '../../src/domain/units.ts';
import type { PowerMeter } from '../../src/ports/power-meter.ts';
import { ourError } from '../fixtures/rejected.ts';

export interface PowerMeterSubject {
  readonly meter: PowerMeter;
  /** Two domains that nobody else uses, both idle. */
  readonly domains: readonly [string, string];
  /** On the clock that readings tell. */
  nowMs(): number;
  pass(durationMs: number): Promise<void>;
  /** Makes the first domain draw much more, and a steady power, until the meter is closed. */
  heat(): Promise<void>;
  /** Takes the second domain's device away. */
  lose(): Promise<void>;
  close(): Promise<void>;
}

const WINDOW_MS = 300;

/** Every PowerMeter passes this, emulated or real. */
export const powerMeterContract = (name: string, start: () => Promise<PowerMeterSubject>): void => {
  describe(`power meter contract: ${name}`, () => {
    let subject: PowerMeterSubject;
    beforeEach(async () => (subject = await start()));
    afterEach(() => subject.close());

    const window = async (domain: string): Promise<{ readonly meanW: number; readonly last: EnergyReading }> => {
      const first = await subject.meter.read(domain);
      await subject.pass(WINDOW_MS);
      const last = await subject.meter.read(domain);
      return { meanW: powerOf(last.energyJ - first.energyJ, last.atMs - first.atMs)!, last };
    };

    it('says of which domain, how it knows, and how well', async () => {
      for (const domain of subject.domains) {
        const { uncertaintyPct, source, powerW, energyJ, ...reading } = await subject.meter.read(domain);
        expect(reading.domain).to.equal(domain);
        expect(['counter', 'integrated']).to.include(source);
        expect(uncertaintyPct).to.be.within(0, 100);
        expect(powerW).to.be.within(1, 100_000);
        expect(energyJ).to.be.at.least(0);
      }
    });

    it('energy never falls, and each moment lies between question and answer, however fast one asks', async () => {
      const { meter, domains, nowMs, heat } = subject;
      let before: EnergyReading | null = null;
      await heat();
      for (let i = 0; i < 100; i += 1) {
        const askedMs = nowMs();
        const reading = await meter.read(domains[0]);
        expect(reading.atMs).to.be.within(askedMs - 1e-6, nowMs() + 1e-6);
        if (before !== null) expect(reading.energyJ).to.be.at.least(before.energyJ);
        before = reading;
      }
    });

    it('many readers at once each get an answer of their own', async () => {
      const readings = await Promise.all(Array.from({ length: 20 }, (_, i) => subject.meter.read(subject.domains[i % 2]!)));
      expect(readings.map(({ domain }) => domain)).to.deep.equal(readings.map((_, i) => subject.domains[i % 2]));
    });

    it('joules, watts and milliseconds fit together: the mean slope of the energy is the power', async () => {
      for (const domain of subject.domains) {
        const { meanW, last } = await window(domain);
        expect(meanW).to.be.closeTo(last.powerW, last.powerW * 0.05);
      }
    });

    it('tells domains apart: what one draws shows in its own counter alone', async () => {
      const { domains, heat } = subject;
      const [busy, idle] = domains;
      const before = { busy: await window(busy), idle: await window(idle) };
      await heat();
      const [hot, cold] = await Promise.all([window(busy), window(idle)]);
      expect(hot.meanW).to.be.above(before.busy.meanW * 1.3);
      expect(cold.meanW).to.be.closeTo(before.idle.meanW, before.idle.meanW * 0.05);
    });

    it('a device that is gone is an error that names it, not zero watts; the other one goes on', async () => {
      const { meter, domains, lose } = subject;
      await meter.read(domains[1]);
      await lose();
      const error = await ourError(meter.read(domains[1]));
      expect(error.kind).to.equal('external');
      expect((await meter.read(domains[0])).powerW).to.be.above(0);
    });

    it('does not know other domains', async () => {
      const error = await ourError(subject.meter.read('nobody'));
      expect(error).to.include({ code: 'UNKNOWN_ID' });
      expect(error.message).to.include('nobody');
    });
  });
};
