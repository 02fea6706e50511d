import { writeFileSync } from 'node:fs';
import { gpuCard, modelCard, engineCard } from '../fixtures/cards.ts';
import { createDevice } from '../../src/prediction/analytic/device.ts';
import { estimateIteration } from '../../src/prediction/analytic/estimate.ts';
import { drawPersonality } from '../../src/emulation/personality.ts';
import { createRandom } from '../../src/statistics/random.ts';
import { clockTable } from '../../src/emulation/instance.ts';
import { decodeWork, prefillWork } from '../../src/prediction/analytic/work.ts';
const random = createRandom(5);
const r = () => random.next();
const out: number[][] = [];
for (const [g, m, t, e] of [['a100-sxm4-80gb','llama-3.1-8b',1,'sglang-like'],['a800-sxm4-80gb','qwen3-32b',2,'vllm-like'],['h100-sxm5-80gb','llama-3.3-70b',4,'trtllm-like'],['h200-sxm5-141gb','qwen3-30b-a3b',1,'sglang-like'],['a100-pcie-80gb','qwen3-8b',2,'sglang-like']] as const)
  for (const p of [0, 1]) {
    const d = createDevice(gpuCard(g), modelCard(m), engineCard(e), t, p ? drawPersonality(createRandom(p)) : undefined);
    const c = clockTable(d.gpu);
    for (let i = 0; i < 200; i++) {
      const b = 1 + Math.floor(r() * 1024);
      const w = i % 2 ? decodeWork(b, b * (1 + Math.floor(r() * 8000))) : prefillWork([{ newTokens: 1 + Math.floor(r() * 8000), pastTokens: Math.floor(r() * 4000) }]);
      const x = estimateIteration(d, w, c[Math.floor(r() * c.length)]!);
      out.push([x.latencyMs, x.powerW, x.energyJ, x.appliedClockMhz, x.capped ? 1 : 0, ['compute','memory','overhead'].indexOf(x.bound)]);
    }
  }
writeFileSync(process.argv[2]!, JSON.stringify(out));
