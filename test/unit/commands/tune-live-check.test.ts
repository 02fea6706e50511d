import { expect } from 'chai';
import { asksLive, checkLive, checkNotLive, liveAction } from '../../../commands/tune-live-check.ts';
import { VoltanaError } from '../../../src/domain/errors.ts';

const URL = 'http://127.0.0.1:8080';

describe('flags of tune --live', () => {
  for (const flags of [
    { live: true, url: URL, pace: 'quick', 'slo-target': 0.95, signal: 'price.json', 'kill-file': '/kill', 'price-per-kwh': 0.2 },
    { live: true, url: URL, detach: true },
    { live: true, cluster: 'c.yaml', fitted: ['f.json'], 'allow-resize': true, duration: 60, 'slo-ttft': 500 },
    { kill: true, url: URL, 'api-key-file': 'key' },
    { 'resume-live': true, url: URL, insecure: true },
    { status: true, url: URL },
  ])
    it(`takes ${JSON.stringify(flags)}`, () => {
      expect(asksLive(flags)).to.equal(true);
      expect(() => checkLive(flags)).to.not.throw();
    });

  for (const [flags, problem] of [
    [{ live: true }, 'one cluster'],
    [{ live: true, url: URL, cluster: 'c.yaml' }, 'one cluster'],
    [{ live: true, kill: true, url: URL }, 'two things'],
    [{ live: true, search: true, url: URL }, 'two things'],
    [{ live: true, url: URL, rate: 4 }, '--rate is for --search'],
    [{ live: true, url: URL, workers: 2 }, '--workers is for --search'],
    [{ live: true, url: URL, fitted: ['f.json'] }, 'for --cluster'],
    [{ live: true, url: URL, 'allow-resize': true }, 'for --cluster'],
    [{ live: true, url: URL, detach: true, signal: 'x' }, '--detach leaves'],
    [{ live: true, cluster: 'c.yaml', detach: true }, '--detach is for --url'],
    [{ live: true, cluster: 'c.yaml', fitted: ['f.json', 'g.json'] }, 'one fitted profile'],
    [{ kill: true }, 'needs a gateway'],
    [{ kill: true, url: URL, pace: 'quick' }, 'no part of --kill'],
    [{ 'stop-live': true, url: URL, 'slo-target': 0.9 }, 'no part of --stop-live'],
  ] as const)
    it(`refuses ${JSON.stringify(flags)}: ${problem}`, () => {
      expect(() => checkLive(flags)).to.throw(VoltanaError, problem);
    });

  it('a search takes none of them, and what is not asked for is none', () => {
    expect(() => checkNotLive({ search: true, pace: 'quick' })).to.throw(VoltanaError, '--pace is for --live');
    expect(() => checkNotLive({ search: true, insecure: false, rate: 4 })).to.not.throw();
    expect(asksLive({ search: true, live: false })).to.equal(false);
    expect(liveAction({ 'resume-live': true })).to.equal('resume');
  });
});
