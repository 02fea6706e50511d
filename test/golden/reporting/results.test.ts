import { expect } from 'chai';
import { renderBench } from '../../../src/reporting/run/bench.ts';
import { renderJudged } from '../../../src/reporting/run/compared.ts';
import type { Result } from '../../../src/reporting/run/findings.ts';
import { annotationsOf } from '../../../src/reporting/run/github.ts';
import { resultText } from '../../../src/reporting/run/render.ts';
import {
  abComparison,
  benchFigures,
  benchRun,
  judged,
  judgedComparison,
  meterlessBench,
  regressedComparison,
  silentWall,
  threshold,
  wallEnergy,
} from '../../fixtures/bench-records.ts';
import { baselineRun } from '../../fixtures/run-records.ts';
import { parseXml } from '../../fixtures/strict-xml.ts';
import { validator } from '../../fixtures/schemas.ts';
import { expectGolden } from '../golden.ts';

const RESULTS = {
  valid: benchRun({
    judgement: judged({
      thresholds: [threshold('ttft.p99<800', 126, true), threshold('slo.joint>=0.99', 1, true)],
      baseline: { source: 'runs/main.json', verdict: 'improved', reasons: [] },
    }),
  }),
  'failed-threshold': benchRun({
    judgement: judged({
      thresholds: [
        threshold('ttft.p99<100', 126, false),
        threshold('energy.total<30000', 20_468, true),
        { ...threshold('power.mean<900', null, false), reason: 'there was no power meter' },
      ],
    }),
  }),
  regression: benchRun({
    judgement: judged({
      baseline: {
        source: 'runs/main.json',
        verdict: 'regressed',
        reasons: ['energy.per_output_token is 8.1 % higher (p = 0.0004), more than the 3 % that matter'],
      },
    }),
  }),
  invalid: benchRun({
    validity: { verdict: 'invalid', reasons: ['The client sent 9 of 160 requests more than 5 ms late', 'GPU 2 was slowed by heat'] },
    failures: [{ reason: 'HTTP 500: <html>&nbsp;"oops" | `rm`', count: 3 }],
    bench: {
      ...benchFigures,
      resumed: 1,
      load: { ...benchFigures.load, arrivals: 'ramp', ramp: { startRps: 1, endRps: 16, strategy: 'linear' } },
    },
    repeats: [
      { seed: 1, energyJ: 20_000, joulesPerOutputToken: 3.1, joint: 1 },
      { seed: 2, energyJ: 21_000, joulesPerOutputToken: 3.3, joint: 0.994 },
    ],
  }),
  'no-meter': meterlessBench(),
  wall: benchRun({ mode: 'live', evidence: 'measured', bench: { ...benchFigures, wall: wallEnergy } }),
  'wall-silent': { ...meterlessBench(), bench: { ...meterlessBench().bench!, wall: silentWall } },
  simulated: baselineRun({ mode: 'simulated' }),
  improved: judgedComparison(),
  'comparison-regressed': regressedComparison(),
  'comparison-invalid': judgedComparison({ verdict: 'invalid', reasons: ['The runs differ in seed: 7 and 8'] }),
  ab: abComparison(),
  'ab-aa-failed': abComparison({ aa: { ...abComparison().ab!.aa!, passed: false } }),
} satisfies Record<string, Result>;

const textOf = (result: Result): string => (result.kind === 'run' ? renderBench(result) : renderJudged(result, { color: false }));
const ENDINGS = { csv: 'csv', markdown: 'md', junit: 'xml' } as const;

describe('golden: results', () => {
  for (const [name, result] of Object.entries<Result>(RESULTS)) {
    it(`${name}: for people, at most 100 columns, no escapes, no figure that is none`, () => {
      const text = textOf(result);
      expectGolden(`reporting/results/${name}.txt`, `${text}\n`);
      for (const line of text.split('\n')) expect(line.length, line).to.be.at.most(100);
      expect(text).to.not.match(/\u001b|NaN|undefined|null|Infinity/);
    });

    for (const [format, ending] of Object.entries(ENDINGS))
      it(`${name}: ${format}`, () => {
        const text = resultText(result, format as keyof typeof ENDINGS);
        expectGolden(`reporting/results/${name}.${ending}`, text);
        expect(text).to.not.match(/NaN|undefined|\bnull\b|Infinity/);
        if (format === 'junit') parseXml(text);
      });

    it(`${name}: annotations`, () => expectGolden(`reporting/results/${name}.annotations`, [...annotationsOf(result), ''].join('\n')));
  }

  for (const name of ['valid', 'no-meter', 'invalid', 'simulated'] as const)
    it(`${name}: the key set of vLLM, valid by its schema`, () => {
      const text = resultText(RESULTS[name], 'vllm');
      expectGolden(`reporting/results/${name}.vllm.json`, text);
      const validate = validator('vllm-result');
      expect(validate(JSON.parse(text)), JSON.stringify(validate.errors)).to.equal(true);
    });
});
