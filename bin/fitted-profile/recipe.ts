import { createHash } from 'node:crypto';
import type { FittedCards } from '../../src/domain/profile.ts';

/** What is profiled for the fit that ships. */
export const RECIPE = {
  id: 'a100-llama-3.1-8b-emulated',
  cluster: 'emulated-2p2d-a100-llama-3.1-8b',
  /** Few levels keep the document small; between them the analytic model speaks. */
  clocks: '390,510,690,810,930,1050,1170,1290,1410',
  /** Whose requests the DVFS tables are made for. */
  workload: 'azure-conv-2023',
  maxGpuMinutes: 40,
  seed: 1,
} as const;

export const COMMAND = 'npm run fitted-profile';

/** Some digits of a card's content: another one is another version of the card. */
const versionOf = (card: object): string => createHash('sha256').update(JSON.stringify(card)).digest('hex').slice(0, 12);

/** Where the fit comes from. A card that has changed since makes another text. */
export const sourceOf = ({ gpu, model, engine }: FittedCards): string => {
  const cards = [gpu, model, engine].map((card) => `${card.id} (${versionOf(card)})`).join(', ');
  return (
    `voltana profile --virtual-time and voltana fit on the emulated cluster ${RECIPE.cluster}: no GPU was measured, and emulated readings have no noise, ` +
    `so that its held-out errors are far below those of a real device; ` +
    `the devices are drawn from the cards ${cards} and the seeds of the cluster file. Made again by ${COMMAND}`
  );
};
