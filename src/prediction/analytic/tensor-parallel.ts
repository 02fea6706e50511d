import type { ModelCard } from '../../domain/cards.ts';

/** KV heads on each GPU of `tp`: engines copy a head to several GPUs where there are fewer heads than GPUs. */
export const kvHeadsPerGpu = ({ kvHeads }: ModelCard, tp: number): number => Math.ceil(kvHeads / tp);

/** What has to be divided among the GPUs, by its name in the model card, and does not come out even. */
export function unevenParts(model: ModelCard, tp: number): string[] {
  const { heads, kvHeads, ffn, moe } = model;
  const parts: [count: number, name: string][] = [
    [heads, 'heads'],
    moe ? [moe.moeFfn, 'columns of each expert'] : [ffn, 'columns of the FFN'],
  ];
  const uneven = parts.filter(([count]) => count % tp !== 0);
  const kvUneven = kvHeads >= tp ? kvHeads % tp !== 0 : tp % kvHeads !== 0;
  return [...uneven, ...(kvUneven ? [[kvHeads, 'KV heads'] as const] : [])].map(([count, name]) => `${count} ${name}`);
}
