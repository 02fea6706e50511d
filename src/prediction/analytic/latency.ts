import { computeScale, loadClockEffects } from './clock-effects.ts';
import type { Device } from './device.ts';
import { overlapped } from './gemm.ts';
import { emptyRowTime, emptyTime, type IterationTime, type RowTime } from './iteration-time.ts';
import { loadBusyPower } from './power.ts';
import { emptyTerms, loadTerms, type Terms } from './terms.ts';
import type { IterationWork } from './work.ts';

const rows: RowTime = emptyRowTime();

/** What of loaded terms does not depend on attention, at `time.clockMhz`; its effects are written into `time`. */
export function loadRowTime(device: Device, terms: Terms, time: IterationTime, rows: RowTime): void {
  loadClockEffects(device, time);
  const sm = 1 / computeScale(device, time.clockMhz);
  const hbm = 1 / time.bandwidth;
  const elementwiseSm = terms.elementwiseSm * sm;
  const elementwiseHbm = terms.elementwiseHbm * hbm;
  const layersSm = terms.layersSm * sm;
  const layersHbm = terms.layersHbm * hbm;
  const headSm = terms.headSm * sm;
  const headHbm = terms.headHbm * hbm;
  rows.sm = sm;
  rows.hbm = hbm;
  rows.gemmMs = overlapped(layersSm, layersHbm);
  rows.headMs = overlapped(headSm, headHbm);
  rows.elementwiseMs = Math.sqrt(elementwiseSm * elementwiseSm + elementwiseHbm * elementwiseHbm);
  rows.kernelsMs = terms.kernelsSm * sm;
  rows.expertsSm = terms.expertsSm * sm;
  rows.expertsHbm = terms.expertsHbm * hbm;
  rows.expertsMs = terms.expertsHbm > 0 ? overlapped(rows.expertsSm, rows.expertsHbm) : 0;
  rows.elementwiseSm = elementwiseSm;
  rows.elementwiseHbm = elementwiseHbm;
  rows.computeMs = layersSm + headSm;
  rows.memoryMs = layersHbm + headHbm;
}

/** Joins attention with the rest. */
export function addAttentionTime(terms: Terms, rows: RowTime, time: IterationTime): void {
  const { sm, hbm } = rows;
  const attentionSm = terms.attentionSm * sm;
  const attentionHbm = terms.attentionHbm * hbm + terms.kvRampSm * sm;
  const sequences = terms.sequencesSm * sm;
  const attentionMs = Math.sqrt(attentionSm * attentionSm + attentionHbm * attentionHbm + sequences * sequences);
  const gpuMs = rows.gemmMs + rows.headMs + attentionMs + rows.elementwiseMs + rows.kernelsMs + terms.allReduceFixed + rows.expertsMs;
  const launchWaitMs = Math.max(0, terms.launchesFixed - gpuMs);
  time.gemmMs = rows.gemmMs;
  time.attentionMs = attentionMs;
  time.elementwiseMs = rows.elementwiseMs;
  time.waitMs = terms.hostFixed + launchWaitMs;
  time.totalMs = gpuMs + time.waitMs;
  time.overheadMs = time.waitMs + rows.kernelsMs + rows.elementwiseSm + sequences + terms.allReduceFixed;
  time.computeMs = rows.computeMs + attentionSm + rows.expertsSm;
  time.memoryMs = rows.memoryMs + attentionHbm + rows.elementwiseHbm + rows.expertsHbm;
  time.tensorUse = (terms.tensorPeakMs * sm) / time.totalMs;
  time.hbmUse = terms.hbmPeakMs / time.totalMs;
}

/** Time of loaded terms at `time.clockMhz`, written into `time`. */
export function timeAtClock(device: Device, terms: Terms, time: IterationTime): void {
  loadRowTime(device, terms, time, rows);
  addAttentionTime(terms, rows, time);
}

/** One iteration at an SM clock that really holds, for whoever asks once. */
export function iterationTime(device: Device, work: IterationWork, clockMhz: number): IterationTime {
  const terms = emptyTerms();
  const time = emptyTime();
  loadTerms(device, work, terms);
  time.clockMhz = clockMhz;
  timeAtClock(device, terms, time);
  loadBusyPower(device, time);
  return time;
}
