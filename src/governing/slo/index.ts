import type { Governor, GoverningQuestion } from '../governor.ts';
import { decideDecode } from './decode.ts';
import { decidePrefill } from './prefill.ts';
import { SLO_TUNABLES, type SloTunables } from './tunables.ts';

/** voltana's own: the clock of least predicted energy under the SLOs, from the load and its arrivals. */
export const sloGovernor = (tunables: SloTunables = SLO_TUNABLES): Governor => ({
  id: 'slo',
  restMs: tunables.restMs,
  decide(question: GoverningQuestion) {
    const { load } = question;
    return load.phase === 'prefill' ? decidePrefill({ ...question, load }, tunables) : decideDecode({ ...question, load }, tunables);
  },
});
