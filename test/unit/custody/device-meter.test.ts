import { expect } from 'chai';
import { DeviceMeter } from '../../../src/custody/metering/device-meter.ts';
import { joules, watts } from '../../../src/domain/units.ts';

/** A board whose power and counter are told every so often. */
class Board {
  readonly meter: DeviceMeter;
  atMs = 0;
  trueJ = 0;
  counterJ = 0;
  powerW = 60;
  gain = 1;
  counter = true;
  sensor: 'instant' | 'average' | 'none' = 'instant';

  constructor(windowMs?: number) {
    this.meter = new DeviceMeter(windowMs);
  }

  /** At a power, sampled five times a second. */
  run(powerW: number, durationMs: number, everyMs = 200): void {
    this.powerW = powerW;
    for (let passedMs = 0; passedMs < durationMs; passedMs += everyMs) {
      this.tell();
      this.pass(everyMs);
    }
    this.tell();
  }

  pass(durationMs: number): void {
    this.atMs += durationMs;
    this.trueJ += (this.powerW * durationMs) / 1000;
    this.counterJ += (this.powerW * this.gain * durationMs) / 1000;
  }

  tell(): void {
    this.meter.add({
      atMs: this.atMs,
      instantW: this.sensor === 'instant' ? watts(this.powerW) : null,
      averageW: this.sensor === 'none' ? null : watts(this.powerW),
      counterJ: this.counter ? joules(this.counterJ) : null,
    });
  }
}

describe('device meter', () => {
  it('integrates until its counter has agreed when idle and under load', () => {
    const board = new Board(10_000);
    board.run(60, 25_000);
    expect(board.meter.energy).to.include({ source: 'integrated', powerW: 60 });
    expect(board.meter.reason).to.include('not checked at another level');
    board.run(300, 25_000);
    expect(board.meter.energy).to.include({ source: 'counter', powerW: 300, uncertaintyPct: 5 });
    expect(board.meter.reason).to.include('60 W').and.include('300 W');
    expect(board.meter.energy!.energyJ).to.be.closeTo(board.trueJ, board.trueJ * 0.01);
  });

  it('takes whole minutes where nothing else is asked, and no window under 5 s', () => {
    for (const [windowMs, perLevelMs, source] of [
      [undefined, 50_000, 'integrated'],
      [undefined, 65_000, 'counter'],
      [1000, 4000, 'integrated'],
      [1000, 6000, 'counter'],
    ] as const) {
      const board = new Board(windowMs);
      board.run(60, perLevelMs);
      board.run(300, perLevelMs);
      expect(board.meter.energy!.source, `${windowMs} ${perLevelMs}`).to.equal(source);
    }
  });

  it('never believes a counter that is wrong, and says by how much', () => {
    const board = new Board(10_000);
    board.gain = 1.6;
    for (let i = 0; i < 5; i += 1) {
      board.run(60, 12_000);
      board.run(300, 12_000);
    }
    expect(board.meter.energy!.source).to.equal('integrated');
    expect(board.meter.reason).to.match(/60\.\d % off/);
    expect(board.meter.energy!.energyJ).to.be.closeTo(board.trueJ, board.trueJ * 0.02);
  });

  it('never believes one that is right under load and wrong when idle', () => {
    const board = new Board(10_000);
    for (let i = 0; i < 5; i += 1) {
      board.gain = 187 / 327;
      board.run(65, 12_000);
      board.gain = 1;
      board.run(300, 12_000);
    }
    expect(board.meter.energy!.source).to.equal('integrated');
  });

  it('stops believing one that goes wrong', () => {
    const board = new Board(10_000);
    board.run(60, 12_000);
    board.run(300, 12_000);
    expect(board.meter.energy!.source).to.equal('counter');
    board.gain = 0.5;
    board.run(300, 40_000);
    expect(board.meter.energy!.source).to.equal('integrated');
    expect(board.meter.reason).to.include('50.0 %');
  });

  it('begins anew when the counter falls, and its energy does not', () => {
    const board = new Board(10_000);
    board.run(60, 12_000);
    board.run(300, 12_000);
    const before = board.meter.energy!.energyJ;
    board.counterJ = 0;
    board.run(300, 1000);
    expect(board.meter.energy!.source).to.equal('integrated');
    expect(board.meter.reason).to.include('fell');
    expect(board.meter.energy!.energyJ).to.be.closeTo(before + 300, 1);
    board.run(60, 12_000);
    board.run(300, 12_000);
    expect(board.meter.energy!.source).to.equal('counter');
    expect(board.meter.energy!.energyJ).to.be.closeTo(board.trueJ, board.trueJ * 0.01);
  });

  it('goes on when the counter takes a little back, and tells no joule twice', () => {
    const board = new Board(10_000);
    board.run(60, 12_000);
    board.run(300, 12_000);
    const before = board.meter.energy!;
    expect(before.source).to.equal('counter');
    board.counterJ -= 15;
    board.tell();
    expect(board.meter.energy!.energyJ).to.be.within(before.energyJ, before.energyJ + 5);
    board.run(300, 10_000);
    expect(board.meter.energy!.source).to.equal('counter');
    expect(board.meter.energy!.energyJ).to.be.closeTo(before.energyJ + 3000 - 15, 5);
  });

  it('owns up to what it has not seen', () => {
    const board = new Board();
    board.counter = false;
    board.run(100, 20_000);
    expect(board.meter.energy!.uncertaintyPct).to.equal(5);
    board.pass(20_000);
    board.tell();
    expect(board.meter.energy!.uncertaintyPct).to.be.within(45, 70);
    board.run(100, 300_000);
    expect(board.meter.energy!.uncertaintyPct).to.be.within(5, 6);
    expect(board.meter.reason).to.include('no energy counter');
  });

  it('a believed counter sees through a gap', () => {
    const board = new Board(10_000);
    board.run(60, 12_000);
    board.run(300, 12_000);
    board.pass(5000);
    board.powerW = 60;
    board.pass(5000);
    board.tell();
    expect(board.meter.energy!.energyJ).to.be.closeTo(board.trueJ, board.trueJ * 0.01);
    expect(board.meter.energy!.uncertaintyPct).to.equal(5);
  });

  it('names an averaged sensor so', () => {
    const board = new Board();
    board.sensor = 'average';
    board.run(100, 1000);
    expect(board.meter.reason).to.include('averaged power');
  });

  it('takes the slope of a counter that stands alone, and says that nothing has checked it', () => {
    const board = new Board();
    board.sensor = 'none';
    board.tell();
    expect(board.meter.energy).to.equal(null);
    expect(board.meter.needsAnother).to.equal(true);
    board.run(80, 2000);
    expect(board.meter.needsAnother).to.equal(false);
    const energy = board.meter.energy!;
    expect(energy).to.include({ source: 'counter', uncertaintyPct: 10 });
    expect(energy.powerW).to.be.closeTo(80, 0.01);
    expect(energy.energyJ).to.be.closeTo(board.trueJ, 0.01);
  });

  it('tells nothing of what nothing meters', () => {
    const board = new Board();
    board.sensor = 'none';
    board.counter = false;
    board.run(80, 2000);
    expect(board.meter.energy).to.equal(null);
    expect(board.meter.source).to.equal(null);
    expect(board.meter.needsAnother).to.equal(false);
  });

  it('energy beyond 2^32 millijoules does not wrap', () => {
    const board = new Board();
    board.sensor = 'none';
    board.counterJ = 4_294_900;
    board.run(400, 600_000, 1000);
    expect(board.meter.energy!.energyJ).to.be.closeTo(240_000, 1);
  });
});
