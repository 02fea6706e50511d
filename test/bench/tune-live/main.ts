import { verdicts } from './judge.ts';
import { stepVerdict } from './step.ts';

/** Simulated 10-minute pairs and load steps, one line of JSON each: `npx tsx test/bench/tune-live/main.ts [SEEDS] [RATE] [SECONDS]`. */
const [seeds = 1, ratePerS = 8, durationS = 600] = process.argv.slice(2).map(Number);

/** 80 % of the largest rate at which the maximum clock keeps 99 % of the requests within their SLO, 12.5/s. */
const STEP_TO_PER_S = 10;

const print = (verdict: object): void => void process.stdout.write(`${JSON.stringify(verdict)}\n`);
for (let seed = 1; seed <= seeds; seed++) {
  for (const verdict of verdicts({ ratePerS, durationS, seed })) print(verdict);
  print(stepVerdict(STEP_TO_PER_S, seed));
}
