import type { ChartPanel, ReportModel } from './model.ts';
import { againstPictures } from './panels/against.ts';
import { clockPictures } from './panels/clocks.ts';
import { energyCurves } from './panels/energy-curve.ts';
import { fronts } from './panels/front.ts';
import { heatMaps } from './panels/heat-map.ts';
import { isPanel, type Absent, type Picture } from './panels/parts.ts';
import { spreadPictures } from './panels/spread.ts';
import { timePictures } from './panels/time.ts';
import { runLooks } from './run-looks.ts';

const noMaps = ({ energyMaps, runs }: ReportModel): Absent[] =>
  energyMaps.length === 0 && runs.length > 0
    ? [{ section: 'map', text: 'No energy over clock and load: neither a fit nor a card of the device is known.' }]
    : [];

const pictures = (model: ReportModel): Picture[] => {
  const looks = runLooks(model);
  return [
    ...againstPictures(model, looks),
    ...timePictures(model, looks),
    ...spreadPictures(model, looks),
    ...clockPictures(model, looks),
    ...energyCurves(model, looks),
    ...heatMaps(model, looks),
    ...noMaps(model),
    ...fronts(model),
  ];
};

/** All charts that the model has figures for, in the order of the page. */
export const reportPanels = (model: ReportModel): readonly ChartPanel[] => pictures(model).filter(isPanel);

/** Why the others are missing, a sentence each. */
export const absentPanels = (model: ReportModel): readonly Absent[] =>
  pictures(model).filter((picture): picture is Absent => !isPanel(picture));
