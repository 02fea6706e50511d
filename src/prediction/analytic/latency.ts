import { computeScale, loadClockEffects } from './clock-effects.ts';
import type { Device } from './device.ts';
import { overlapped } from './gemm.ts';
import { emptyTime, type IterationTime } from './iteration-time.ts';
import { loadBusyPower } from './power.ts';
import { emptyTerms, loadTerms, type Terms } from './terms.ts';
import type { IterationWork } from './work.ts';

/** Time of loaded terms at `time.clockMhz`, written into `time`. */
export function timeAtClock(device: Device, terms: Terms, time: IterationTime): void {
  loadClockEffects(device, time);
  const sm = 1 / computeScale(device, time.clockMhz);
  const hbm = 1 / time.bandwidth;
  const attentionSm = terms.attentionSm * sm;
  const attentionHbm = terms.attentionHbm * hbm + terms.kvRampSm * sm;
  const sequences = terms.sequencesSm * sm;
  const elementwiseSm = terms.elementwiseSm * sm;
  const elementwiseHbm = terms.elementwiseHbm * hbm;
  const layersSm = terms.layersSm * sm;
  const layersHbm = terms.layersHbm * hbm;
  const headSm = terms.headSm * sm;
  const headHbm = terms.headHbm * hbm;
  const attentionMs = Math.sqrt(attentionSm * attentionSm + attentionHbm * attentionHbm + sequences * sequences);
  const kernelsMs = terms.kernelsSm * sm;
  const gemmMs = overlapped(layersSm, layersHbm);
  const elementwiseMs = Math.sqrt(elementwiseSm * elementwiseSm + elementwiseHbm * elementwiseHbm);
  let gpuMs = gemmMs + overlapped(headSm, headHbm) + attentionMs + elementwiseMs + kernelsMs + terms.allReduceFixed;
  if (terms.expertsHbm > 0) gpuMs += overlapped(terms.expertsSm * sm, terms.expertsHbm * hbm);
  const launchWaitMs = Math.max(0, terms.launchesFixed - gpuMs);
  time.gemmMs = gemmMs;
  time.attentionMs = attentionMs;
  time.elementwiseMs = elementwiseMs;
  time.waitMs = terms.hostFixed + launchWaitMs;
  time.totalMs = gpuMs + time.waitMs;
  time.overheadMs = time.waitMs + kernelsMs + elementwiseSm + sequences + terms.allReduceFixed;
  time.computeMs = layersSm + headSm + attentionSm + terms.expertsSm * sm;
  time.memoryMs = layersHbm + headHbm + attentionHbm + elementwiseHbm + terms.expertsHbm * hbm;
  time.tensorUse = (terms.tensorPeakMs * sm) / time.totalMs;
  time.hbmUse = terms.hbmPeakMs / time.totalMs;
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
