import { expect } from 'chai';
import fc from 'fast-check';
import { checked } from '../../../../src/adapters/agent/fields.ts';
import { VERBS } from '../../../../src/adapters/agent/verbs.ts';
import { VoltanaError } from '../../../../src/domain/errors.ts';

const outcome = (body: unknown, name: keyof typeof VERBS): unknown => {
  try {
    return checked(body, VERBS[name].shape);
  } catch (error) {
    return error;
  }
};

const GOOD = { domain: 'd', devices: ['0'], holder: 'h', ttlMs: 5000, token: 1, key: 'k', clockMhz: 690, powerW: 300, pids: [1] };

describe('fields of a question', () => {
  it('whatever is sent: an object with just the known keys, or an error of ours that tells no more than it was told', () => {
    const names = Object.keys(VERBS) as (keyof typeof VERBS)[];
    const body = fc.oneof(
      fc.jsonValue(),
      fc.record(Object.fromEntries(Object.keys(GOOD).map((key) => [key, fc.jsonValue()])), { requiredKeys: [] }),
    );
    fc.assert(
      fc.property(body, fc.constantFrom(...names), (sent, name) => {
        const result = outcome(JSON.parse(JSON.stringify(sent)), name);
        if (!(result instanceof VoltanaError)) {
          expect(Object.keys(result as object)).to.satisfy((keys: string[]) => keys.every((key) => Object.hasOwn(VERBS[name].shape, key)));
          return;
        }
        expect(['BAD_VALUE', 'UNKNOWN_KEY']).to.include(result.code);
        expect(result.message.length).to.be.below(300);
      }),
      { numRuns: 500 },
    );
  });

  it('takes what is right and refuses one wrong value of each', () => {
    const wrong: Readonly<Record<string, readonly unknown[]>> = {
      domain: ['', 'x'.repeat(201), 1, null, 'a\nb', undefined],
      devices: [[], '0', [''], [1], Array.from({ length: 65 }, () => '0'), [['0']]],
      holder: ['', {}, '\u0000'],
      ttlMs: [0, -1, 1e12, '5000', null, Number.NaN],
      token: [-1, 1.5, '1', 2 ** 53],
      key: [1, 'k'.repeat(201), undefined],
      clockMhz: [0, -690, Infinity, '690'],
      powerW: [0, 1e9, null],
      pids: [[0], [-1], [1.5], 'all', null],
    };
    for (const [name, { shape }] of Object.entries(VERBS)) {
      const good = Object.fromEntries(Object.keys(shape).map((key) => [key, GOOD[key as keyof typeof GOOD]]));
      expect(outcome(good, name as keyof typeof VERBS), name).to.deep.equal(good);
      for (const key of Object.keys(shape)) {
        // Of a restore no device is all of them.
        const values = wrong[key]!.filter((value) => !(name === 'restore' && Array.isArray(value) && value.length === 0));
        for (const value of values)
          expect(outcome({ ...good, [key]: value }, name as keyof typeof VERBS), `${name} ${key}`).to.be.instanceOf(VoltanaError);
      }
    }
  });
});
