import { expect } from 'chai';
import { renderProfile } from '../../../src/reporting/profile.ts';
import { counted } from '../../../src/reporting/format.ts';
import type { ProfilePoint } from '../../../src/domain/profile.ts';
import { header } from '../../fixtures/run-records.ts';
import { measuredPoint } from '../../fixtures/world/measured-point.ts';

const point = (batch: number, control?: true): ProfilePoint => ({
  ...measuredPoint('decode')({ clockMhz: 1410, batch, tokens: 512, why: '' }),
  ...(control && { control }),
});
const text = (points: readonly ProfilePoint[]): string =>
  renderProfile(
    {
      ...header,
      schemaVersion: 1,
      kind: 'profile',
      evidence: 'emulated',
      provenance: { cluster: 'c', gpu: 'g', model: 'm', tp: 1, engine: 'e', fingerprint: 'f' },
      idle: [],
      gpuSeconds: 7,
      sweeps: [{ instance: 'd0', points: points.length, gpuSeconds: 7, ending: 'budget' }],
      points,
    },
    'p.json',
  );

describe('the summary of a profile', () => {
  it('tells how many of all points are control points, so that its counts add up', () => {
    expect(text([point(1), point(2), point(1, true), point(1, true)])).to.include('4 points, 2 of them control points, in 7 GPU seconds');
    expect(text([point(1), point(1, true)])).to.include('2 points, 1 of them a control point, in 7 GPU seconds');
  });

  it('has one of a thing in the singular', () => {
    const summary = text([point(1)]);
    expect(summary).to.include('1 of 1 point valid at 1 clock;').and.include('\n1 point in 7 GPU seconds');
    expect([0, 1, 2].map((count) => counted(count, 'point'))).to.deep.equal(['0 points', '1 point', '2 points']);
  });
});
