import { expect } from 'chai';
import fc from 'fast-check';
import { readBefore, writeBefore, type Before } from '../../../../../src/adapters/clocks/amdgpu/before.ts';
import { clocksOf, controlOf } from '../../../../../src/adapters/clocks/amdgpu/control.ts';
import { activeMhz, chosable, parseLevels } from '../../../../../src/adapters/clocks/amdgpu/levels.ts';
import { limitsSince, parseMetrics } from '../../../../../src/adapters/clocks/amdgpu/metrics.ts';
import { parseOverdrive } from '../../../../../src/adapters/clocks/amdgpu/overdrive.ts';
import { VoltanaError } from '../../../../../src/domain/errors.ts';
import { FakeGpu } from '../../../../fixtures/sysfs/gpu-kernel.ts';
import { MI250, MI300X, RX_7900, VEGA_64 } from '../../../../fixtures/sysfs/gpu-models.ts';

const textOf = (gpu: FakeGpu, name: string): string => gpu.attributes()[name] as string;
const MODELS = [MI250, MI300X, RX_7900, VEGA_64];

describe('amdgpu: levels', () => {
  it('reads numbers, clocks and the mark', () => {
    expect(parseLevels('0: 500Mhz \n1: 1200Mhz *\n2: 1700Mhz \n')).to.deep.equal([
      { index: 0, mhz: 500, active: false },
      { index: 1, mhz: 1200, active: true },
      { index: 2, mhz: 1700, active: false },
    ]);
  });

  it('a part in deep sleep has a clock that nobody can choose', () => {
    const levels = parseLevels('S: 19Mhz *\n0: 132Mhz\n1: 2100Mhz\n');
    expect(activeMhz(levels)).to.equal(19);
    expect(chosable(levels).map(({ mhz }) => mhz)).to.deep.equal([132, 2100]);
  });

  it('sorts tables that go downwards, and keeps the numbers that masks need', () => {
    expect(chosable(parseLevels('0: 1600Mhz\n1: 1067Mhz *\n2: 400Mhz\n')).map(({ index }) => index)).to.deep.equal([2, 1, 0]);
  });

  it('what is no level is left out: an error of the driver, half a line, a clock of zero', () => {
    for (const text of ['unavailable\n', '', '\n', '1: Mhz', '1: 12', '-1: 300Mhz', '0: 0Mhz *', '1: 1e9Mhz']) {
      expect(chosable(parseLevels(text)), text).to.deep.equal([]);
      expect(activeMhz(parseLevels(text)), text).to.equal(null);
    }
  });

  it('any text gives levels or none, and a truncated one never a clock that the whole does not have', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => void parseLevels(text)));
    const whole = '0: 500Mhz \n1: 1200Mhz *\n2: 1700Mhz \n';
    for (let end = 0; end <= whole.length; end += 1) {
      for (const { mhz } of parseLevels(whole.slice(0, end))) expect([500, 1200, 1700]).to.include(mhz);
    }
  });
});

describe('amdgpu: overdrive tables', () => {
  it('MI300: limits and no range', () => {
    expect(parseOverdrive(textOf(new FakeGpu(MI300X), 'pp_od_clk_voltage'))).to.deep.equal({
      sclk: { leastMhz: 132, mostMhz: 2100 },
      allowed: null,
    });
  });

  it('MI200: the present clock stands between the limits', () => {
    const text = textOf(new FakeGpu(MI250), 'pp_od_clk_voltage');
    expect(text).to.include('1: 1360Mhz *');
    expect(parseOverdrive(text)).to.deep.equal({ sclk: { leastMhz: 500, mostMhz: 1700 }, allowed: null });
  });

  it('RX 7900: limits and the range in which they can be set', () => {
    expect(parseOverdrive(textOf(new FakeGpu(RX_7900), 'pp_od_clk_voltage'))).to.deep.equal({
      sclk: { leastMhz: 500, mostMhz: 2482 },
      allowed: { leastMhz: 500, mostMhz: 5000 },
    });
  });

  it('Vega: a table of voltages is not for us', () => {
    expect(parseOverdrive(textOf(new FakeGpu(VEGA_64), 'pp_od_clk_voltage'))).to.equal(null);
  });

  it('any text gives a range or none, and limits that hold together', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string().map((text) => `OD_SCLK:\n${text}`),
        ),
        (text) => {
          const found = parseOverdrive(text);
          if (found !== null) expect(found.sclk.leastMhz).to.be.within(1, found.sclk.mostMhz);
        },
      ),
    );
  });

  it('a truncated table never raises a limit', () => {
    for (const model of MODELS) {
      const whole = textOf(new FakeGpu(model), 'pp_od_clk_voltage');
      for (let end = 0; end < whole.length; end += 1) {
        const found = parseOverdrive(whole.slice(0, end));
        if (found !== null) expect(found.sclk.mostMhz).to.be.at.most(model.sclkMhz.at(-1)!);
      }
    }
  });
});

describe('amdgpu: which clocks a lock accepts', () => {
  const twoEnds = parseLevels('0: 500Mhz\n1: 1330Mhz *\n2: 2482Mhz\n');
  const radeon = { sclk: { leastMhz: 500, mostMhz: 2482 }, allowed: { leastMhz: 500, mostMhz: 5000 } };

  it('overdrive never goes above what the card reaches by itself', () => {
    const clocks = clocksOf(controlOf(twoEnds, radeon, null));
    expect(clocks[0]).to.equal(500);
    expect(clocks.at(-1)).to.equal(2482);
    const slowed = { ...radeon, sclk: { leastMhz: 500, mostMhz: 700 } };
    expect(clocksOf(controlOf(twoEnds, slowed, null)).at(-1)).to.equal(700);
    expect(clocksOf(controlOf(twoEnds, slowed, radeon.sclk)).at(-1)).to.equal(2482);
  });

  it('without overdrive a fine-grained table has its two ends, and not the present clock', () => {
    expect(controlOf(twoEnds, null, null)).to.deep.include({ kind: 'levels' });
    expect(clocksOf(controlOf(twoEnds, null, null))).to.deep.equal([500, 2482]);
  });

  it('an Instinct part under a lock still offers the whole table where something tells it', () => {
    const locked = { sclk: { leastMhz: 132, mostMhz: 900 }, allowed: null };
    expect(clocksOf(controlOf([], locked, { leastMhz: 132, mostMhz: 2100 })).at(-1)).to.equal(2100);
    expect(clocksOf(controlOf([], locked, null)).at(-1)).to.equal(900);
  });

  it('one level, or none, is nothing to choose from', () => {
    expect(controlOf(parseLevels('0: 1000Mhz *\n'), null, null)).to.deep.equal({ kind: 'none' });
    expect(clocksOf(controlOf([], null, null))).to.deep.equal([]);
  });

  it('steps ascend, begin and end at the limits, and are whole', () => {
    const clock = fc.integer({ min: 1, max: 6000 });
    fc.assert(
      fc.property(clock, clock, (a, b) => {
        const [leastMhz, mostMhz] = [Math.min(a, b), Math.max(a, b)];
        const clocks = clocksOf(controlOf([], { sclk: { leastMhz, mostMhz }, allowed: null }, null));
        expect([clocks[0], clocks.at(-1)]).to.deep.equal([leastMhz, mostMhz]);
        clocks.forEach((mhz, i) => i > 0 && expect(mhz).to.be.above(clocks[i - 1]!));
        expect(clocks.every(Number.isInteger)).to.equal(true);
      }),
    );
  });
});

describe('amdgpu: gpu_metrics', () => {
  const tableOf = (gpu: FakeGpu): Uint8Array => gpu.attributes().gpu_metrics as Uint8Array;

  it('tells joules where the unit is known, and says nothing where it is not', () => {
    const [mi300, mi250, radeon] = [MI300X, MI250, RX_7900].map((model) => new FakeGpu(model));
    mi300!.energyJ = mi250!.energyJ = radeon!.energyJ = 123_456.5;
    expect(parseMetrics(tableOf(mi300!), true)!.counterJ).to.equal(123_456.5);
    expect(parseMetrics(tableOf(mi250!), true)!.counterJ).to.equal(123_456.5);
    expect(parseMetrics(tableOf(radeon!), false)!.counterJ).to.equal(null);
  });

  it('a die that does not count has no counter, rather than one of zero', () => {
    const gpu = new FakeGpu({ ...MI250, powerW: null });
    expect(parseMetrics(tableOf(gpu), true)!.counterJ).to.equal(null);
  });

  it('names limits by their group of bits; all ones is not known', () => {
    const gpu = new FakeGpu(MI250);
    const limitsOf = (bits: bigint) => {
      gpu.limitBits = bits;
      return parseMetrics(tableOf(gpu), true)!.limits;
    };
    expect(limitsOf(0n)).to.deep.equal([]);
    expect(limitsOf(1n << 1n)).to.deep.equal(['power']);
    expect(limitsOf((1n << 16n) | (1n << 36n))).to.deep.equal(['hardware', 'thermal']);
    expect(limitsOf(1n << 57n)).to.deep.equal(['other']);
    expect(limitsOf(0xffff_ffff_ffff_ffffn)).to.equal(null);
  });

  it('limits that are counted are those that have grown', () => {
    const gpu = new FakeGpu(MI300X);
    const before = parseMetrics(tableOf(gpu), true)!.residencies!;
    gpu.residencies = [0, 4096, 0, 0, 7];
    const after = parseMetrics(tableOf(gpu), true)!.residencies!;
    expect(limitsSince(before, after)).to.deep.equal(['power', 'thermal']);
    expect(limitsSince(after, after)).to.deep.equal([]);
  });

  it('a revision, size or length that is not known is no table, whatever the bytes', () => {
    const whole = tableOf(new FakeGpu(MI300X));
    for (let end = 0; end < whole.length; end += 1) expect(parseMetrics(whole.slice(0, end), true)).to.equal(null);
    for (const [at, value] of [
      [0, 0x10],
      [2, 9],
      [3, 2],
      [3, 9],
    ] as const) {
      const other = whole.slice();
      other[at] = value;
      expect(parseMetrics(other, true), `byte ${at} = ${value}`).to.equal(null);
    }
    fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), fc.boolean(), (bytes, instinct) => void parseMetrics(bytes, instinct)));
  });
});

describe('amdgpu: what was before, as a text', () => {
  const clock = fc.integer({ min: 1, max: 99_999 });
  const range = fc.tuple(clock, clock).map(([a, b]) => ({ leastMhz: Math.min(a, b), mostMhz: Math.max(a, b) }));
  const before: fc.Arbitrary<Before> = fc.record({
    level: fc.constantFrom('auto', 'manual', 'perf_determinism', 'profile_standard', null),
    sclk: fc.option(range),
    capW: fc.option(fc.integer({ min: 1, max: 2000 })),
  });

  it('comes back as it was', () => {
    fc.assert(fc.property(before, (one) => void expect(readBefore('gpu', writeBefore(one))).to.deep.equal(one)));
  });

  it('every other text is named and refused: nothing of it is written to a driver', () => {
    const foreign = fc.oneof(
      fc.string(),
      fc.json(),
      before.map((one) => writeBefore(one).slice(0, -2)),
    );
    const refuses = (text: string): void => {
      expect(() => readBefore('gpu-7', text))
        .to.throw(VoltanaError, 'gpu-7')
        .with.property('code', 'BAD_VALUE');
    };
    fc.assert(fc.property(foreign, refuses));
    for (const wrong of [{ level: 'auto; reboot' }, { sclk: { leastMhz: 9, mostMhz: 3 } }, { capW: -1 }, { capW: '300' }, { level: 7 }]) {
      refuses(JSON.stringify({ format: 'amdgpu-1', level: 'auto', sclk: null, capW: null, ...wrong }));
    }
  });
});
