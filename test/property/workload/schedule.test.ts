import { expect } from 'chai';
import fc from 'fast-check';
import { seededSchedule } from '../../../src/workload/seeded-schedule.ts';
import { readCard, TRACE_IDS } from '../../unit/workload/fixtures.ts';

const card = readCard('azure-conv-2023');
const options = fc.record({
  seed: fc.integer(),
  ratePerS: fc.double({ min: 0.01, max: 1000, noNaN: true }),
  burstiness: fc.double({ min: 0.05, max: 20, noNaN: true }),
  extent: fc.oneof(
    fc.record({ requests: fc.integer({ min: 1, max: 200 }) }),
    fc.record({ durationMs: fc.double({ min: 0.1, max: 200, noNaN: true }) }),
  ),
});

describe('schedule (properties)', () => {
  it('ascends, holds whole positive lengths and unique ids, and stays within its extent', () => {
    fc.assert(
      fc.property(options, (drawn) => {
        const requests = seededSchedule({ card, ...drawn });
        requests.forEach(({ arrivalMs, promptTokens, maxTokens }, index) => {
          expect(arrivalMs).to.be.at.least(requests[index - 1]?.arrivalMs ?? 0);
          expect(promptTokens).to.satisfy(Number.isInteger).and.to.be.within(1, 14_050);
          expect(maxTokens).to.satisfy(Number.isInteger).and.to.be.within(1, 1000);
          if ('durationMs' in drawn.extent) expect(arrivalMs).to.be.lessThan(drawn.extent.durationMs);
        });
        expect(new Set(requests.map(({ id }) => id)).size).to.equal(requests.length);
        if ('requests' in drawn.extent) expect(requests).to.have.length(drawn.extent.requests);
      }),
    );
  });

  it('holds the same lengths in the same order with empirical arrivals, which ascend too', () => {
    fc.assert(
      fc.property(options, fc.constantFrom(...TRACE_IDS), fc.integer({ min: 1, max: 200 }), (drawn, id, requests) => {
        const base = { ...drawn, card: readCard(id), burstiness: 1, extent: { requests } };
        const [gamma, empirical] = [seededSchedule(base), seededSchedule({ ...base, arrivalShape: 'empirical' })];
        expect(empirical.map((request) => ({ ...request, arrivalMs: 0 }))).to.deep.equal(
          gamma.map((request) => ({ ...request, arrivalMs: 0 })),
        );
        empirical.forEach(({ arrivalMs }, index) => expect(arrivalMs).to.be.at.least(empirical[index - 1]?.arrivalMs ?? 0));
      }),
      { numRuns: 50 },
    );
  });

  it('is the same for the same seed', () => {
    fc.assert(
      fc.property(options, (drawn) => {
        expect(seededSchedule({ card, ...drawn })).to.deep.equal(seededSchedule({ card, ...drawn }));
      }),
    );
  });
});
