import { expect } from 'chai';
import { render } from 'ink-testing-library';
import { createElement } from 'react';
import type { ScreenState } from '../../../src/domain/screen.ts';
import { Screen } from '../../../src/tui/screen.tsx';
import { QUIET_VIEW } from '../../../src/tui/view.ts';
import { candidateScreen, profileScreen } from '../../fixtures/tui/screens.ts';

const linesOf = (state: ScreenState, columns = 100, rows = 40): string[] => {
  const { lastFrame, unmount } = render(createElement(Screen, { state, view: QUIET_VIEW, size: { columns, rows } }));
  const lines = lastFrame()!.split('\n');
  unmount();
  return lines;
};
const lineWith = (state: ScreenState, text: string): string => linesOf(state).find((line) => line.includes(text)) ?? `no line with ${text}`;

describe('Screen', () => {
  it('names what runs, the time, and that the joules are modelled', () => {
    const [title, evidence] = linesOf(candidateScreen);
    expect(title).to.match(/^ voltana demo: llama-3.1-8b on a100-sxm4-80gb, seed 1 +1:03 of about 1:35$/);
    expect(evidence).to.include('emulated: modelled joules');
  });

  it('shows the phase under way with its bar, the others with what is known of them', () => {
    expect(lineWith(candidateScreen, '▸')).to.match(/candidate +━{7}─{9} 70 of 160 done, 85 sent {2}slo \+ eco/);
    expect(lineWith(candidateScreen, 'baseline  ')).to.include('✓').and.include('1.060 J per output token');
  });

  it('heads each role with its own columns, and those of the profile with its own', () => {
    expect(lineWith(candidateScreen, 'TTFT')).to.match(/prefill +MHz asked applied watts +queue +tokens TTFT p50 ms +p95 +SLO/);
    expect(lineWith(candidateScreen, 'KV tokens')).to.match(/decode .* batch +KV tokens +gap p50 ms/);
    expect(linesOf(profileScreen).filter((line) => line.includes('latency ms'))).to.have.length(2);
    expect(linesOf(profileScreen).join()).not.to.include('SLO ');
  });

  it('marks a clock that is not the one asked for, and a percentile beyond its promise', () => {
    expect(lineWith(candidateScreen, ' p1 ')).to.match(/1005 +!870 .* - +- +1000/);
    expect(lineWith(candidateScreen, ' d1 ')).to.match(/690 +690 +- +61 +1\.2M +46\.2 +!57\.7 +50/);
    expect(lineWith(candidateScreen, ' d0 ')).not.to.include('!');
  });

  it('says what was saved at which point of the run, and what is known before', () => {
    expect(lineWith(candidateScreen, 'saved so far')).to.include('+23.4 %  0.812 J per output token, baseline 1.060 at 0:12');
    expect(lineWith({ ...candidateScreen, saving: null }, 'saved so far')).to.include('1.060 J per output token in the baseline');
    expect(lineWith(profileScreen, 'saved so far')).to.include('known during the second run');
  });

  it('gives the last decision with its reason, and the warnings', () => {
    expect(lineWith(candidateScreen, 'last change')).to.include('d1 750 → 690 MHz: least energy within ITL');
    expect(lineWith(candidateScreen, 'warning')).to.include('p1: locked at 870 MHz');
  });

  it('says where it was stopped', () => {
    const phases = candidateScreen.phases.map((phase) => (phase.name === 'candidate' ? { ...phase, status: 'stopped' as const } : phase));
    expect(lineWith({ ...candidateScreen, phases }, '■'))
      .to.include('candidate')
      .and.include('stopped');
  });

  for (const [columns, rows] of [
    [80, 24],
    [120, 40],
    [40, 12],
    [20, 5],
    [200, 60],
  ] as const) {
    it(`fits into ${columns}x${rows}`, () => {
      for (const state of [profileScreen, candidateScreen]) {
        const lines = linesOf(state, columns, rows);
        expect(lines.length).to.be.at.most(rows - 1);
        expect(Math.max(...lines.map((line) => line.length))).to.be.at.most(columns);
      }
    });
  }
});
