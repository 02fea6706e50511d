import { expect } from 'chai';
import { drawFiles, drawPanels } from '../../../../src/adapters/export/draw-panels.ts';
import { pageAssets } from '../../../../src/adapters/export/page-assets.ts';
import { reportPanels } from '../../../../src/reporting/report/panels.ts';
import { reportModelOf } from '../../../fixtures/report-models.ts';
import { rejected } from '../../../fixtures/rejected.ts';

describe('drawing panels without a browser', () => {
  const panels = reportPanels(reportModelOf());

  it('draws each as one SVG, in every look', () => {
    for (const look of ['light', 'dark', 'print'] as const)
      for (const svg of drawPanels(panels, look)) {
        expect(svg).to.match(/^<svg /);
        expect(svg).to.match(/<\/svg>$/);
        expect(svg).not.to.contain('NaN');
      }
  });

  it('gives files their title and their paper', () => {
    const [svg] = drawFiles(panels.slice(0, 1), 'dark');
    expect(svg).to.contain('>Energy per output token<').and.contain('#161b20');
    expect(drawPanels(panels.slice(0, 1), 'dark')[0]).not.to.contain('>Energy per output token<');
  });

  it('draws the same twice', () => {
    const anonymous = (svgs: readonly string[]): string[] => svgs.map((svg) => svg.replace(/zr\d+-(cls-)?\w+/g, ''));
    expect(anonymous(drawPanels(panels, 'light'))).to.deep.equal(anonymous(drawPanels(panels, 'light')));
  });

  it('says what to do where the parts of the page are missing', async () => {
    const error = await rejected(pageAssets('/no/such/folder'));
    expect(error).to.include({ code: 'FILE_UNREADABLE' });
    expect((error as { hint: string }).hint).to.contain('npm run build');
  });
});
