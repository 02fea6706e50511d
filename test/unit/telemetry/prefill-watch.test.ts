import { expect } from 'chai';
import { PrefillWatch } from '../../../src/telemetry/prefill-watch.ts';

const sent = (watch: PrefillWatch, id: string, atMs: number, promptTokens = 1000): void =>
  watch.sent({ id, arrivalMs: atMs, promptTokens }, atMs);

const done = (watch: PrefillWatch, id: string, atMs: number): void => {
  watch.done(id, atMs);
  watch.left(id);
};

const watching = (): PrefillWatch => {
  const watch = new PrefillWatch();
  watch.clock(1005, 0);
  return watch;
};

describe('iterations of a prefill instance', () => {
  it('are a prompt that finds it empty', () => {
    const watch = watching();
    sent(watch, 'a', 100, 1500);
    done(watch, 'a', 260);
    expect(watch.take()).to.deep.equal([
      { prompts: 1, tokens: 1500, clockMhz: 1005, latencyMs: 160, followed: false, handedTokens: 1500, atMs: 260 },
    ]);
    expect(watch.take()).to.deep.equal([]);
    expect(watch.lost).to.equal(0);
  });

  it('are those that waited meanwhile, together, from end to end', () => {
    const watch = watching();
    sent(watch, 'a', 0, 1000);
    sent(watch, 'b', 20, 600);
    sent(watch, 'c', 40, 1000);
    done(watch, 'a', 150);
    done(watch, 'b', 300);
    done(watch, 'c', 304);
    const [, second] = watch.take();
    expect(second).to.deep.equal({
      prompts: 2,
      tokens: 1600,
      clockMhz: 1005,
      latencyMs: 152,
      followed: true,
      handedTokens: -200,
      atMs: 304,
    });
  });

  it('have no clock where it changed, and have it again once it is settled', () => {
    const watch = watching();
    sent(watch, 'a', 0);
    watch.clock(null, 50);
    done(watch, 'a', 150);
    watch.clock(1200, 300);
    sent(watch, 'b', 250);
    done(watch, 'b', 400);
    sent(watch, 'c', 500);
    done(watch, 'c', 600);
    expect(watch.take().map(({ clockMhz }) => clockMhz)).to.deep.equal([null, null, 1200]);
  });

  for (const [why, play] of [
    [
      'one came so late that nobody knows whether it runs',
      (watch: PrefillWatch) => {
        sent(watch, 'a', 0);
        sent(watch, 'b', 50);
        sent(watch, 'c', 140);
        done(watch, 'a', 150);
        done(watch, 'b', 300);
      },
    ],
    [
      'one left before it was done',
      (watch: PrefillWatch) => {
        sent(watch, 'a', 0);
        watch.left('a');
      },
    ],
    [
      'its prompts ended far apart',
      (watch: PrefillWatch) => {
        sent(watch, 'x', 0);
        sent(watch, 'a', 10);
        sent(watch, 'b', 20);
        done(watch, 'x', 100);
        watch.take();
        done(watch, 'a', 200);
        done(watch, 'b', 320);
      },
    ],
    [
      'a prompt shares its beginning with others',
      (watch: PrefillWatch) => {
        watch.sent({ id: 'a', arrivalMs: 0, promptTokens: 900, prefix: ['h'] }, 0);
        done(watch, 'a', 100);
      },
    ],
  ] as const) {
    it(`are not told where ${why}, until it has been empty`, () => {
      const watch = watching();
      play(watch);
      expect(watch.take().filter(({ followed, tokens }) => followed || tokens === 900)).to.deep.equal([]);
      expect(watch.lost).to.be.above(0);
      for (const id of ['a', 'b', 'c', 'x']) done(watch, id, 500);
      sent(watch, 'next', 1000);
      done(watch, 'next', 1100);
      expect(watch.take().at(-1)).to.include({ latencyMs: 100, followed: false });
    });
  }

  it('are kept in bounds where nobody takes them', () => {
    const watch = watching();
    for (let i = 0; i < 500; i++) {
      sent(watch, `r${i}`, 1000 * i);
      done(watch, `r${i}`, 1000 * i + 100);
    }
    expect(watch.take()).to.have.length(64);
  });
});
