/** So many token gaps through one sketch, in a process of its own. Prints quantiles, exact ones beside them, and the peak memory before the exact ones are taken. */
import { drawGamma, drawNormal } from '../../../src/statistics/draws.ts';
import { LatencySketch } from '../../../src/statistics/latency-sketch.ts';
import { createRandom } from '../../../src/statistics/random.ts';
import { quantileSorted } from '../../../src/statistics/quantile.ts';
import type { SketchRun } from './sketch.ts';

const count = Number(process.argv[2]);
const PS = [0.5, 0.9, 0.95, 0.99, 0.999];
const STALLED = 0.02;

/** Gaps of decoding, one in fifty behind a prefill. */
function* gapsMs(): Generator<number> {
  const random = createRandom(1);
  for (let i = 0; i < count; i++) yield random.next() < STALLED ? drawGamma(random, 2, 120) : Math.exp(drawNormal(random, 3.2, 0.25));
}

const sketch = new LatencySketch();
for (const gapMs of gapsMs()) sketch.add(gapMs);
const estimates = PS.map((p) => sketch.quantile(p)!);
const rssMiB = process.resourceUsage().maxRSS / 1024;
const all = new Float64Array(count);
let next = 0;
for (const gapMs of gapsMs()) all[next++] = gapMs;
all.sort();
const run: SketchRun = { rssMiB, ps: PS, estimates, exact: PS.map((p) => quantileSorted(all, p)!) };
process.stdout.write(`${JSON.stringify(run)}\n`);
