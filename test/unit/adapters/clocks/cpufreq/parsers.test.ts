import { expect } from 'chai';
import fc from 'fast-check';
import { readBefore, writeBefore } from '../../../../../src/adapters/clocks/cpufreq/before.ts';
import { parseNames } from '../../../../../src/adapters/clocks/cpufreq/machine.ts';
import { clocksOf, khzFor, parseCpus, parseTable, type Policy } from '../../../../../src/adapters/clocks/cpufreq/policies.ts';
import { unwrap } from '../../../../../src/adapters/clocks/cpufreq/rapl.ts';
import { wholeNumber } from '../../../../../src/adapters/clocks/sysfs/look.ts';
import { VoltanaError } from '../../../../../src/domain/errors.ts';

const policy = (leastKhz: number, mostKhz: number, tableKhz: readonly number[] = []): Policy => ({
  name: 'policy0',
  folder: 'policy0',
  cpus: [0],
  packageId: 0,
  driver: 'intel_pstate',
  leastKhz,
  mostKhz,
  tableKhz,
});
const packageOf = (...policies: Policy[]) => ({ id: 'cpu-package-0', index: 0, packageId: 0, policies });

describe('cpufreq: parsers', () => {
  it('lists of processors: single ones, ranges, none', () => {
    expect(parseCpus('0 1 2\n')).to.deep.equal([0, 1, 2]);
    expect(parseCpus('0-3,8,10-11\n')).to.deep.equal([0, 1, 2, 3, 8, 10, 11]);
    expect(parseCpus('\n')).to.deep.equal([]);
    for (const text of ['all', '1-', '-1', '0 x', '3-1']) expect(parseCpus(text), text).to.deep.equal([]);
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseCpus(text)));
  });

  it('tables: ascending, each clock once, without what is no number', () => {
    expect(parseTable('2601000 2600000 1200000 1200000 \n')).to.deep.equal([1_200_000, 2_600_000, 2_601_000]);
    expect(parseTable('<unknown>')).to.deep.equal([]);
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => parseTable(text).every((khz) => khz > 0)));
  });

  it('numbers: whole, not negative, and exact', () => {
    expect(wholeNumber('262143328850\n')).to.equal(262_143_328_850);
    for (const text of ['', '-1', '1.5', '0x10', '1e3', '9'.repeat(16), 'N/A', null])
      expect(wholeNumber(text), String(text)).to.equal(null);
  });

  it('names of packages from /proc/cpuinfo, truncated anywhere', () => {
    const text = 'processor\t: 0\nmodel name\t: A\nphysical id\t: 0\n\nprocessor\t: 1\nmodel name\t: B\nphysical id\t: 1\n';
    expect([...parseNames(text)]).to.deep.equal([
      [0, 'A'],
      [1, 'B'],
    ]);
    expect([...parseNames('processor\t: 0\nBogoMIPS\t: 50.00\n')]).to.deep.equal([]);
    for (let end = 0; end < text.length; end += 1)
      expect([...parseNames(text.slice(0, end)).values()].every((name) => 'AB'.includes(name))).to.equal(true);
  });
});

describe('cpufreq: which clocks a lock accepts', () => {
  it('any clock: the two ends and every 100 MHz between', () => {
    expect(clocksOf(packageOf(policy(800_000, 1_150_000)))).to.deep.equal([800, 900, 1000, 1100, 1150]);
    expect(clocksOf(packageOf(policy(400_123, 650_000)))).to.deep.equal([400, 500, 600, 650]);
  });

  it('a table: its levels', () => {
    expect(clocksOf(packageOf(policy(1_200_000, 2_601_000, [1_200_000, 2_600_000, 2_601_000])))).to.deep.equal([1200, 2600, 2601]);
  });

  it('big and small cores: what the fastest has, down to where the slowest ends; the small ones get their own most', () => {
    const [big, small] = [policy(1_000_000, 1_300_000), policy(800_000, 1_100_000)];
    expect(clocksOf(packageOf(big, small))).to.deep.equal([1000, 1100, 1200, 1300]);
    expect(khzFor(big, 1300)).to.equal(1_300_000);
    expect(khzFor(small, 1300)).to.equal(1_100_000);
  });

  it('every clock listed stands for one of the policy, and for the very clock where the policy has it', () => {
    const khz = fc.integer({ min: 100_000, max: 6_000_000 });
    fc.assert(
      fc.property(khz, khz, (a, b) => {
        const one = policy(Math.min(a, b), Math.max(a, b));
        for (const mhz of clocksOf(packageOf(one))) {
          const found = khzFor(one, mhz);
          expect(found).to.be.within(one.leastKhz, one.mostKhz);
          expect(Math.round(found / 1000)).to.equal(mhz);
        }
      }),
    );
  });
});

describe('cpufreq: an energy counter without its turns', () => {
  const RANGE_UJ = 1_000_000_000;

  it('never falls and grows by what was spent, however often the counter comes round', () => {
    // Up to 200 W, looked at every second or so: far less than a turn of 1000 J between two looks.
    const spent = fc.array(fc.integer({ min: 0, max: 200_000_000 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: RANGE_UJ - 1 }), spent, (startUj, portions) => {
        let last = unwrap(null, startUj, 0, RANGE_UJ);
        let realUj = startUj;
        portions.forEach((uj, i) => {
          realUj += uj;
          const next = unwrap(last, realUj % RANGE_UJ, (i + 1) * 1000, RANGE_UJ);
          expect(next.totalUj).to.be.at.least(last.totalUj);
          last = next;
        });
        expect(last.totalUj).to.equal(realUj);
      }),
    );
  });

  it('a counter that was set back does not become megajoules out of nothing', () => {
    const before = unwrap(null, 900_000_000, 0, 262_143_000_000);
    const after = unwrap(before, 5_000_000, 100, 262_143_000_000);
    expect(after.totalUj).to.equal(before.totalUj);
    expect(unwrap(after, 6_000_000, 200, 262_143_000_000).totalUj).to.equal(before.totalUj + 1_000_000);
  });
});

describe('cpufreq: what was before, as a text', () => {
  const khz = fc.integer({ min: 1, max: 9_999_999 });
  const limits = fc.tuple(khz, khz).map(([a, b]) => ({ minKhz: Math.min(a, b), maxKhz: Math.max(a, b) }));
  const policies = fc.dictionary(
    fc.nat(500).map((n) => `policy${n}`),
    limits,
  );

  it('comes back as it was', () => {
    fc.assert(fc.property(policies, (one) => void expect(readBefore('cpu', writeBefore(one))).to.deep.equal({ ...one })));
  });

  it('every other text is named and refused', () => {
    const refuses = (text: string): void => {
      expect(() => readBefore('cpu-package-3', text))
        .to.throw(VoltanaError, 'cpu-package-3')
        .with.property('code', 'BAD_VALUE');
    };
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          policies.map((one) => writeBefore(one).slice(1)),
        ),
        refuses,
      ),
    );
    for (const wrong of [
      { '../../etc': { minKhz: 1, maxKhz: 2 } },
      { policy0: { minKhz: 3, maxKhz: 2 } },
      { policy0: null },
      [],
      null,
      7,
    ]) {
      refuses(JSON.stringify({ format: 'cpufreq-1', policies: wrong }));
    }
  });
});
